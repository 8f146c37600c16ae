"""A simulated engine and balancer that applies plans, for the properties that hold whatever happens in between."""

from collections import Counter
from dataclasses import dataclass, field, replace

from fairway.domain import retry, rounding, routing, standing
from fairway.domain.desired import DesiredEnvironment, TaskSpec
from fairway.domain.health import Health, HealthState
from fairway.domain.ids import DeploymentId, ServiceName, TaskId
from fairway.domain.observed import Exit, ObservedEnvironment, ObservedTask, Target, TargetState, Task, TaskStatus
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
from fairway.domain.reconcile import reconcile
from support.orchestrator_world import PRODUCTION, SHOP, WELL, make_target


@dataclass(slots=True)
class World:
    """What is desired, and what there is. Every plan that it makes is held to the promises."""

    desired: DesiredEnvironment | None = None
    now: float = 1000.0
    tasks: dict[TaskId, ObservedTask] = field(default_factory=dict)
    routes: dict[ServiceName, tuple[str, ...]] = field(default_factory=dict)
    closed: set[ServiceName] = field(default_factory=set)
    plain: set[ServiceName] = field(default_factory=set)
    failures: Counter[tuple[DeploymentId, ServiceName]] = field(default_factory=Counter)
    last_failure: dict[tuple[DeploymentId, ServiceName], float] = field(default_factory=dict)
    orphans: dict[TaskId, Target] = field(default_factory=dict)
    orphans_since: dict[TaskId, float] = field(default_factory=dict)
    started: int = 0

    def observe(self) -> ObservedEnvironment:
        return ObservedEnvironment(
            tasks=tuple(self.tasks.values()),
            orphans=tuple(self.orphans.values()),
            orphans_since=dict(self.orphans_since),
            failures=dict(self.failures),
            last_failure=dict(self.last_failure),
            routes=dict(self.routes),
            closed=frozenset(self.closed),
            plain=frozenset(self.plain),
        )

    def plan(self) -> Plan:
        plan = reconcile(self.desired, self.observe(), self.now)
        assert plan == reconcile(self.desired, self.observe(), self.now), "the same input gave another plan"
        check(self, plan)
        return plan

    def begin(self, operation: Operation) -> None:
        """Begin one operation; starts and stops stay under way until `finish`."""
        match operation:
            case StartTask(task=str() as task):
                self._change(task, busy="StartTask")
            case StartTask(spec=spec):
                self.started += 1
                self._put(begun(TaskId(f"{self.started:04}"), spec, self.now))
            case StopTask(task=task):
                self._change(task, busy="StopTask")
            case AttachTarget(task=task, service=service):
                if ServiceName(service) in self.routes and self.tasks[task].task.status is TaskStatus.RUNNING:
                    self._change(task, target=make_target(task, service), draining_since=None)
            case DrainTarget(task=task, service=service):
                target = make_target(task, service, TargetState.DRAINING, sessions=int(task) % 2)
                if task in self.orphans:
                    self.orphans[task], self.orphans_since[task] = target, self.now
                elif self.tasks[task].target is not None:
                    self._change(task, target=target, draining_since=self.now)
            case DetachTarget(task=task):
                self.orphans.pop(task, None)
                if task in self.tasks:
                    self._change(task, target=None, draining_since=None)
            case RemoveTask(task=task):
                del self.tasks[task]
            case SetRoute(service=service, hosts=hosts, closed=closed, redirect=redirect):
                self._set_route(ServiceName(service), hosts)
                for names, holds in ((self.closed, closed), (self.plain, not redirect and bool(hosts))):
                    names.discard(ServiceName(service))
                    if holds:
                        names.add(ServiceName(service))

    def finish(self, id: TaskId, *, well: bool = True) -> None:
        """End the start or the stop that is under way; a start may fail."""
        each = self.tasks[id]
        if each.busy == "StopTask":
            self.end(id, 143, failed=False)
        elif each.busy == "StartTask" and well:
            self._put(replace(each, busy=None, task=replace(each.task, status=TaskStatus.RUNNING, address="10.0.0.1")))
        elif each.busy == "StartTask":
            self.end(id, 127)

    def end(self, id: TaskId, code: int, *, failed: bool = True) -> None:
        each = self.tasks[id]
        ended = replace(each.task, status=TaskStatus.STOPPED, address=None, stopped_at=self.now, exit=Exit(code=code))
        self._put(replace(each, busy=None, task=ended))
        if failed:
            self._fail(each)

    def vanish(self, id: TaskId) -> None:
        """Somebody removed the container; its target stays behind."""
        each = self.tasks.pop(id)
        if each.target is not None:
            self.orphans[id] = each.target
        if each.draining_since is not None:
            self.orphans_since[id] = each.draining_since

    def sicken(self, id: TaskId) -> None:
        self._change(id, health=Health(state=HealthState.UNHEALTHY, since=self.now))
        self._fail(self.tasks[id])

    def heal(self, id: TaskId) -> None:
        each = self.tasks[id]
        self._change(id, health=Health(state=HealthState.HEALTHY, since=self.now, last=WELL, ever_healthy=True))
        self.failures.pop((each.task.deployment, each.task.service), None)

    def restart(self) -> None:
        """The server is killed and started again: what was under way is not any more, and no health is known."""
        for id, each in self.tasks.items():
            presumed = each.target is not None and each.target.state is TargetState.READY
            state = HealthState.HEALTHY if presumed else HealthState.STARTING
            self._change(id, busy=None, health=Health(state=state))

    def lose_targets(self) -> None:
        for id in self.tasks:
            self._change(id, target=None, draining_since=None)

    def live(self) -> list[TaskId]:
        return [id for id, each in self.tasks.items() if each.task.status is not TaskStatus.STOPPED]

    def settle(self) -> Plan:
        """Let everything succeed from now on, until nothing is left to do."""
        plan = self.plan()
        for _ in range(300):
            for operation in plan.operations:
                self.begin(operation)
            for id, each in list(self.tasks.items()):
                self.finish(id)
                if each.busy is None and each.task.status is TaskStatus.RUNNING:
                    self.heal(id)
            plan = self.plan()
            if not plan.operations:
                return plan
            if all(isinstance(operation, Wait) for operation in plan.operations) and plan.look_again is not None:
                self.now = max(self.now, plan.look_again)
        raise AssertionError(f"it does not converge:\n{plan}")

    def _set_route(self, service: ServiceName, hosts: tuple[str, ...]) -> None:
        if hosts:
            taken = {host for other, each in self.routes.items() if other != service for host in each}
            assert not taken & set(hosts), "the host belongs to another route"
            self.routes[service] = hosts
            return
        self.routes.pop(service, None)
        self.closed.discard(service)
        for id, each in self.tasks.items():
            if each.task.service == service:
                self._change(id, target=None, draining_since=None)

    def _fail(self, each: ObservedTask) -> None:
        key = each.task.deployment, each.task.service
        self.failures[key] += 1
        self.last_failure[key] = self.now

    def _put(self, each: ObservedTask) -> None:
        self.tasks[each.task.id] = each

    def _change(self, id: TaskId, **values: object) -> None:
        self._put(replace(self.tasks[id], **values))  # type: ignore[arg-type]


def begun(id: TaskId, spec: TaskSpec, now: float) -> ObservedTask:
    """A task whose start is under way."""
    return ObservedTask(
        task=Task(
            id=id,
            app=SHOP,
            environment=PRODUCTION,
            service=spec.service,
            release=spec.release,
            deployment=spec.deployment,
            status=TaskStatus.PENDING,
            created_at=now,
            port=spec.port,
        ),
        health=Health(),
        busy="StartTask",
        spec=spec,
    )


def check(world: World, plan: Plan) -> None:
    """Hold one plan to the promises."""
    for operation in plan.operations:
        task = world.tasks.get(getattr(operation, "task", None))  # type: ignore[arg-type]
        if task is not None and not isinstance(operation, Wait):
            assert task.busy is None, f"{operation} is planned while {task.busy} is under way"
        if isinstance(operation, StopTask) and task is not None:
            assert not standing.is_ready(task), f"{operation} while requests still come"
        if isinstance(operation, RemoveTask) and task is not None:
            assert task.task.status is not TaskStatus.RUNNING
    for service in world.desired.services if world.desired else ():
        check_service(world, plan, service.spec.service)
    check_closing(world, plan)


def check_closing(world: World, plan: Plan) -> None:
    """Nobody who asks gets nothing: the page comes before the first task goes, and stays until one is there again."""
    if world.desired is None or (routed := routing.routed_service(world.desired)) is None:
        return
    if world.desired.closed:
        leaving = any(isinstance(each, DrainTarget | StopTask) for each in plan.operations)
        closes = any(isinstance(each, SetRoute) and each.closed for each in plan.operations)
        moving = bool(world.routes) and routed not in world.routes
        assert not leaving or closes or routed in world.closed or moving, f"no page:\n{plan}"
    for each in plan.operations:
        if isinstance(each, SetRoute) and each.service in world.closed and each.hosts and not each.closed:
            ready = [world.tasks[id] for id in world.live() if world.tasks[id].task.service == routed]
            wanted = next(every for every in world.desired.services if every.spec.service == routed)
            assert wanted.replicas == 0 or any(standing.serves(each, traffic=True) for each in ready), (
                f"opened before a task is there:\n{plan}"
            )


def check_service(world: World, plan: Plan, name: ServiceName) -> None:
    """The promises to one desired service."""
    assert world.desired is not None
    service = next(each for each in world.desired.services if each.spec.service == name)
    if world.desired.closed:
        service = replace(service, replicas=0)
    bounds = rounding.bounds(service.replicas, service.rollout)
    traffic = routing.routed_service(world.desired) == name
    live = [world.tasks[id] for id in world.live() if world.tasks[id].task.service == name]
    starts = sum(
        isinstance(each, StartTask) and each.task is None and each.spec.service == name for each in plan.operations
    )
    assert starts == 0 or len(live) + starts <= bounds.maximum, f"more than {bounds.maximum}:\n{plan}"
    taken = {each.task for each in plan.operations if isinstance(each, DrainTarget | StopTask | DetachTarget)}
    serving = {each.task.id for each in live if standing.serves(each, traffic=traffic) and each.busy is None}
    if serving & taken:
        assert len(serving - taken) >= bounds.minimum, f"fewer than {bounds.minimum} would serve:\n{plan}"
        alone = bounds.minimum == 0 and bounds.maximum <= service.replicas
        assert serving - taken or service.replicas == 0 or alone, f"the last one is taken away:\n{plan}"
    ready = {each.task.id for each in live if traffic and standing.is_ready(each)}
    if ready & taken and service.replicas and not serving:
        assert ready - taken or bounds.maximum <= len(live), f"the last target is drained:\n{plan}"


def assert_as_desired(world: World) -> None:
    """What "converged" means."""
    routed = routing.routed_service(world.desired)
    wanted = {
        (each.spec.service, each.spec.deployment): each.replicas
        for each in (world.desired.services if world.desired and not world.desired.closed else ())
        if each.replicas
    }
    live = [world.tasks[id] for id in world.live()]
    assert Counter((each.task.service, each.task.deployment) for each in live) == wanted
    assert all(standing.serves(each, traffic=each.task.service == routed) for each in live)
    assert set(world.routes) == ({routed} if routed else set())
    assert (routed in world.closed) == (routed is not None and world.desired is not None and world.desired.closed)
    assert not world.orphans
    assert all(retry.delay(count) >= 0 for count in world.failures.values())
