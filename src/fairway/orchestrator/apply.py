"""The one door: everything that changes containers or traffic passes here. It takes no decisions.

Changes of the load balancer take milliseconds and are awaited, routes first and in their order, the others together.
Starting, stopping and removing a task may take long: they run in the background, and are shown as under way (`busy`)
until a look at the engine that began after they ended. So it is with services that are given to an engine that rolls
by itself (`giving`). How they ended is told to the `Reports`.

An operation that was done a moment ago and is planned again had no effect: somebody lies. It is not repeated before
`AGAIN` seconds have passed, so that a fault elsewhere does not become a loop here.
"""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from fairway.domain.desired import DesiredService, TaskSpec
from fairway.domain.ids import ServiceName, TaskId
from fairway.domain.observed import ObservedEnvironment, Target, Task, TaskStatus
from fairway.domain.operation import (
    AttachTarget,
    DetachTarget,
    DrainTarget,
    Operation,
    Plan,
    RemoveTask,
    SetRoute,
    StartTask,
    StopTask,
    Wait,
)
from fairway.domain.service_operation import ApplyService, RemoveService
from fairway.errors import FairwayError, Unavailable
from fairway.orchestrator import patience
from fairway.orchestrator.giving import Giving
from fairway.orchestrator.lookout import Key, Lookout
from fairway.orchestrator.variables import Variables, environment_of
from fairway.ports.balancer import Balancer, Route
from fairway.ports.clock import Clock
from fairway.ports.engine import AnyEngine, rolling, single
from fairway.ports.leases import Holding
from fairway.ports.logs import LogKeeping

AGAIN = 1.0
"""Seconds before an operation is repeated that had no effect."""

REMEMBERED = 1000
"""How many operations are remembered before those are forgotten that are older than that."""


LONG = (StartTask, StopTask, RemoveTask, ApplyService, RemoveService)
"""What runs in the background."""


class Reports(Protocol):
    """Is told how operations ended, in the words of the event log."""

    def done(self, key: Key, operation: Operation, task: Task | None) -> None:
        """It is done; `task` as it was when it began, None for a route."""
        ...

    def refused(self, key: Key, task: Task, spec: TaskSpec, error: FairwayError) -> None:
        """The engine will not start it, whenever it is asked."""
        ...

    def not_taken(self, key: Key, service: DesiredService, error: FairwayError) -> None:
        """The engine will not have the service, whenever it is asked."""
        ...

    def troubled(self, key: Key, error: FairwayError) -> None:
        """It could not be done at present."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """A long operation on a task. `ended` is the number of the first look that shows its effect, None while it runs.

    `spec` is that of a task that is being started; `well` whether that succeeded.
    """

    key: Key
    verb: str
    task: Task
    spec: TaskSpec | None = None
    ended: int | None = None
    well: bool = False


class Applier:
    """Its background operations run in the given group and are cancelled with it: the next server begins them again.
    None begins while the server's lease is in doubt."""

    def __init__(
        self,
        *,
        engine: AnyEngine,
        balancer: Balancer,
        lookout: Lookout,
        variables: Variables,
        clock: Clock,
        group: asyncio.TaskGroup,
        reports: Reports,
        holding: Holding,
        keeping: LogKeeping,
    ) -> None:
        self._any = engine
        self._engine = single(engine)
        self._balancer = balancer
        self._lookout = lookout
        self._variables = variables
        self._clock = clock
        self._group = group
        self._reports = reports
        self._holding = holding
        self._keeping = keeping
        self.under_way: dict[TaskId, UnderWay] = {}
        self.giving: Giving | None = None
        if (rolls := rolling(engine)) is not None:
            self.giving = Giving(
                engine=rolls, lookout=lookout, variables=variables, group=group, reports=reports, holding=holding
            )
        self._last: dict[tuple[Key, str], tuple[str, float]] = {}

    async def apply(self, key: Key, plan: Plan, observed: ObservedEnvironment) -> float | None:
        """Do what the plan says, and return after how many seconds to look again; None when nothing here asks for it.

        Raises the first error of the load balancer when all the rest was done.
        """
        tasks = {each.task.id: each.task for each in observed.tasks}
        operations = [each for each in plan.operations if not isinstance(each, Wait)]
        due = [each for each in operations if self._is_due(key, each)]
        errors: list[FairwayError] = []
        quick = [each for each in due if not isinstance(each, LONG)]
        for operation in due:
            self._begin(key, operation, tasks)
        for operation in quick:
            if isinstance(operation, SetRoute):
                await self._do(key, operation, tasks, errors)
        async with asyncio.TaskGroup() as group:
            for operation in quick:
                if not isinstance(operation, SetRoute):
                    group.create_task(self._do(key, operation, tasks, errors))
        if errors:
            raise errors[0]
        if quick:
            return 0.0
        return AGAIN if len(due) < len(operations) else None

    async def forget(self, key: Key) -> None:
        """Delete what the engine keeps for an environment that is gone. Raises Unavailable."""
        await self._holding.valid()
        async with patience.within(patience.REMOVE, "the container engine"):
            await self._any.forget(*key)

    def busy(self, key: Key) -> bool:
        """Whether something is under way in the environment."""
        given = self.giving is not None and self.giving.busy(key)
        return given or any(each.key == key for each in self.under_way.values())

    def seen(self, task: TaskId, number: int) -> UnderWay | None:
        """The operation that ended before the look of that number, once: it is not under way any more."""
        operation = self.under_way.get(task)
        if operation is None or operation.ended is None or operation.ended > number:
            return None
        return self.under_way.pop(task)

    def _is_due(self, key: Key, operation: Operation) -> bool:
        """Whether it may be done now. Starts are bounded by their back-off."""
        if isinstance(operation, StartTask):
            return True
        verb, now = type(operation).__name__, self._clock.now()
        last = self._last.get((key, operation.subject))
        if last is not None and last[0] == verb and now - last[1] < AGAIN:
            return False
        if len(self._last) > REMEMBERED:
            self._last = {each: done for each, done in self._last.items() if now - done[1] < AGAIN}
        self._last[key, operation.subject] = verb, now
        return True

    def _begin(self, key: Key, operation: Operation, tasks: Mapping[TaskId, Task]) -> None:
        match operation:
            case StartTask(spec=spec, task=interrupted):
                task = tasks[interrupted] if interrupted else new_task(spec, self._clock.now())
                self.under_way[task.id] = UnderWay(key=key, verb="StartTask", task=task, spec=spec)
                self._group.create_task(self._start(key, operation, task), name=f"start {operation.subject}")
            case StopTask(task=id) | RemoveTask(task=id):
                verb = type(operation).__name__
                self.under_way[id] = UnderWay(key=key, verb=verb, task=tasks[id])
                self._group.create_task(self._end(key, operation, tasks[id]), name=f"{verb} {operation.subject}")
            case ApplyService() | RemoveService():
                assert self.giving is not None, "services are planned for engines that roll alone"
                self.giving.begin(key, operation)

    async def _start(self, key: Key, operation: StartTask, task: Task) -> None:
        well = False
        assert self._engine is not None, "tasks are planned for engines that run single containers alone"
        await self._holding.valid()
        try:
            async with patience.within(patience.START, "the container engine"):
                spec = operation.spec
                values = await self._variables(task.app, task.environment, spec.configuration, spec.service)
                await self._engine.start(task.id, spec, environment_of(task, spec, values))
            well = True
            self._reports.done(key, operation, task)
        except Unavailable as error:
            self._reports.troubled(key, error)
        except FairwayError as error:
            self._reports.refused(key, task, operation.spec, error)
        self._ended(task.id, well=well)

    async def _end(self, key: Key, operation: StopTask | RemoveTask, task: Task) -> None:
        assert self._engine is not None, "tasks are planned for engines that run single containers alone"
        await self._holding.valid()
        try:
            match operation:
                case StopTask(signal=signal, timeout=timeout):
                    async with patience.within(timeout + patience.STOP, "the container engine"):
                        await self._engine.stop(task.id, signal=signal, timeout=timeout)
                case RemoveTask():
                    await self._keeping.finish(task)
                    async with patience.within(patience.REMOVE, "the container engine"):
                        await self._engine.remove(task.id)
            self._reports.done(key, operation, task)
        except FairwayError as error:
            self._reports.troubled(key, error)
        self._ended(task.id, well=True)

    def _ended(self, task: TaskId, *, well: bool) -> None:
        before = self.under_way[task]
        self.under_way[task] = UnderWay(
            key=before.key,
            verb=before.verb,
            task=before.task,
            spec=before.spec,
            ended=self._lookout.engine_changed(),
            well=well,
        )

    async def _do(
        self, key: Key, operation: Operation, tasks: Mapping[TaskId, Task], errors: list[FairwayError]
    ) -> None:
        await self._holding.valid()
        try:
            async with patience.within(patience.LOOK, "the load balancer"):
                await self._change(key, operation, tasks)
        except FairwayError as error:
            errors.append(error)
            self._last.pop((key, operation.subject), None)  # it was not done, and is due at the next attempt
        else:
            self._reports.done(key, operation, tasks.get(getattr(operation, "task", TaskId(""))))
        finally:
            self._lookout.balancer_changed()

    async def _change(self, key: Key, operation: Operation, tasks: Mapping[TaskId, Task]) -> None:
        match operation:
            case SetRoute():
                await self._balancer.set_route(route_of(key, operation))
            case AttachTarget(task=id):
                await self._balancer.attach(target_of(tasks[id]))
            case DrainTarget(task=id):
                await self._balancer.drain(id)
            case DetachTarget(task=id):
                await self._balancer.detach(id)


def new_task(spec: TaskSpec, now: float) -> Task:
    """A task that is about to be started, under a new id."""
    return Task(
        id=TaskId(secrets.token_hex(6)),
        app=spec.app,
        environment=spec.environment,
        service=spec.service,
        release=spec.release,
        deployment=spec.deployment,
        status=TaskStatus.PENDING,
        created_at=now,
        port=spec.port,
    )


def route_of(key: Key, operation: SetRoute) -> Route:
    """The route as the load balancer is given it."""
    app, environment = key
    return Route(
        app=app,
        environment=environment,
        service=ServiceName(operation.service),
        hosts=operation.hosts,
        closed=operation.closed,
        redirect=operation.redirect,
    )


def target_of(task: Task) -> Target:
    """The task as the load balancer is given it. It is attached only with an address and a port."""
    return Target(
        task=task.id,
        app=task.app,
        environment=task.environment,
        service=task.service,
        address=task.address or "",
        port=task.port or 0,
    )
