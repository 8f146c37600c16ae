"""An engine in memory that rolls by itself, as ECS does: rolling update, health, circuit breaker and the way back.

What a container would do is described by a `Program` (see `engine`), chosen by the task's specification. The rules are
those of ECS's scheduler as far as Fairway meets them: up to twice the count while it rolls, old tasks go when the new
ones are healthy, three tasks that never became healthy end a deployment, and what was last complete comes back.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fairway.adapters.memory.engine import Program
from fairway.adapters.memory.faults import Faults
from fairway.adapters.memory.following import Following
from fairway.domain import verdict
from fairway.domain.deployment import RolloutState
from fairway.domain.desired import DesiredService, TaskSpec
from fairway.domain.health import HealthState
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ServiceName, TaskId
from fairway.domain.observed import Exit, Task, TaskStatus
from fairway.domain.rolled import ObservedService
from fairway.errors import Conflict
from fairway.ports.clock import Clock
from fairway.ports.engine import Capabilities, EngineEvent

CHECKED = 1.0
"""Seconds after which a task that never becomes healthy is given up."""

Key = tuple[AppName, EnvironmentName, ServiceName]


@dataclass(slots=True)
class Given:
    """A service as it was given, and how far it has come. `completed` is what was last complete."""

    desired: DesiredService
    variables: Mapping[str, str]
    told: Mapping[str, str]
    routed: bool
    completed: DesiredService | None = None
    rollout: RolloutState = RolloutState.IN_PROGRESS
    reason: str = ""
    failed: int = 0
    given_up: dict[DeploymentId, str] = field(default_factory=dict)
    leaving: bool = False


class MemoryRollingEngine:
    """`ports.engine.RollingEngine`. `given` is what it was given, `tasks` all that it ever started, `applied` the
    deployments in the order in which each was taken, `forgotten` the environments that were forgotten."""

    def __init__(self, clock: Clock, programs: Callable[[TaskSpec], Program] = lambda spec: Program()) -> None:
        self.faults = Faults()
        self.programs = programs
        self.given: dict[Key, Given] = {}
        self.tasks: dict[TaskId, Task] = {}
        self.applied: list[tuple[ServiceName, DeploymentId]] = []
        self.forgotten: list[tuple[AppName, EnvironmentName]] = []
        self._clock = clock
        self._stopping: set[TaskId] = set()
        self._numbers = itertools.count(1)
        self._following = Following(self.faults)

    def capabilities(self) -> Capabilities:
        """It is given services."""
        return Capabilities(rolls=True)

    async def observe(self) -> Sequence[Task]:
        """Its live tasks and those that ended by themselves; while it lies: none."""
        if await self.faults.meet("observe"):
            return []
        return [each for each in self.tasks.values() if each.status is not TaskStatus.STOPPED or each.exit is not None]

    async def services(self) -> Sequence[ObservedService]:
        """Every service; while it lies: none."""
        if await self.faults.meet("services"):
            return []
        return [self._describe(key, given) for key, given in self.given.items()]

    async def apply(
        self, service: DesiredService, *, variables: Mapping[str, str], told: Mapping[str, str], routed: bool
    ) -> None:
        """Take it. Raises Conflict while the last tasks of one of the same name end."""
        if await self.faults.meet("apply"):
            return
        spec = service.spec
        key = spec.app, spec.environment, spec.service
        given = self.given.get(key)
        if given is not None and given.leaving:
            raise Conflict(f"{spec.service} is still being removed", why="its last tasks have not ended yet")
        if given is None or given.desired.spec.deployment != spec.deployment:
            self.applied.append((spec.service, spec.deployment))
        if given is None:
            given = self.given[key] = Given(desired=service, variables=variables, told=told, routed=routed)
        elif given.desired.spec.deployment != spec.deployment:
            given.desired, given.variables, given.told, given.routed = service, variables, told, routed
            given.rollout, given.reason, given.failed = RolloutState.IN_PROGRESS, "", 0
        else:
            given.desired = replace(given.desired, replicas=service.replicas)
        self._step(key)

    async def withdraw(self, app: AppName, environment: EnvironmentName, service: ServiceName) -> None:
        """End its tasks, and forget it with the last."""
        if await self.faults.meet("withdraw"):
            return
        if (given := self.given.get((app, environment, service))) is not None:
            given.leaving = True
            self._step((app, environment, service))

    async def forget(self, app: AppName, environment: EnvironmentName) -> None:
        """Note that the environment was forgotten."""
        if not await self.faults.meet("forget"):
            self.forgotten.append((app, environment))

    def events(self) -> AsyncIterator[EngineEvent]:
        """What changes; while it lies: nothing is told."""
        return self._following.events()

    def crash(self, task: TaskId, code: int = 1) -> None:
        """Let a running task end by itself, now."""
        self._end(task, Exit(code=code))

    def live(self, key: Key) -> list[Task]:
        """The tasks of the service that have not ended, the oldest first."""
        of = [each for each in self.tasks.values() if (each.app, each.environment, each.service) == key]
        return [each for each in of if each.status is not TaskStatus.STOPPED]

    def _describe(self, key: Key, given: Given) -> ObservedService:
        spec, live = given.desired.spec, self.live(key)
        current = [each for each in live if each.deployment == spec.deployment]
        return ObservedService(
            app=key[0],
            environment=key[1],
            service=key[2],
            deployment=spec.deployment,
            release=spec.release,
            replicas=given.desired.replicas,
            running=sum(each.status is TaskStatus.RUNNING for each in current),
            pending=sum(each.status is TaskStatus.PENDING for each in current),
            old=len(live) - len(current),
            rollout=given.rollout,
            reason=given.reason,
            failed=given.failed,
            given_up=dict(given.given_up),
            leaving=given.leaving,
        )

    def _step(self, key: Key) -> None:
        """Go on as far as can be gone at this moment."""
        given = self.given.get(key)
        if given is None:
            return
        live, count = self.live(key), 0 if given.leaving else given.desired.replicas
        current = [each for each in live if each.deployment == given.desired.spec.deployment]
        old = [each for each in live if each not in current]
        for each in current[count:]:
            self._stop(each)
        if given.rollout is not RolloutState.FAILED:
            for _ in range(min(count - len(current), max(1, 2 * count) - len(live))):
                self._start(key, given)
        well = sum(each.health is HealthState.HEALTHY for each in current)
        self._replace(old, keep=max(0, count - well))
        done = well >= count and not old and len(current) <= count
        if done and given.rollout is RolloutState.IN_PROGRESS and not given.leaving:
            given.rollout, given.reason, given.completed = RolloutState.COMPLETED, "completed", given.desired
        if given.leaving and not live:
            del self.given[key]
        self._following.tell(key[0], key[1])

    def _replace(self, old: Sequence[Task], *, keep: int) -> None:
        """End the tasks of older deployments, but for so many that go on serving; what does not run serves nobody."""
        serving = [each for each in old if each.status is TaskStatus.RUNNING and each.id not in self._stopping]
        for each in serving[: max(0, len(serving) - keep)] if keep else old:
            self._stop(each)

    def _start(self, key: Key, given: Given) -> None:
        spec = given.desired.spec
        id = TaskId(f"{next(self._numbers):012x}")
        self.tasks[id] = Task(
            id=id,
            app=key[0],
            environment=key[1],
            service=key[2],
            release=spec.release,
            deployment=spec.deployment,
            status=TaskStatus.PENDING,
            created_at=self._clock.now(),
            port=spec.port,
        )
        program = self.programs(spec)
        self._later(program.starts, lambda: self._run(key, id, program))

    def _run(self, key: Key, id: TaskId, program: Program) -> None:
        if self.tasks[id].status is not TaskStatus.PENDING:
            return
        if program.refused is not None:
            self._end(id, Exit(code=-1, error=program.refused))
            return
        self.tasks[id] = replace(
            self.tasks[id], status=TaskStatus.RUNNING, started_at=self._clock.now(), address="10.0.0.1"
        )
        if program.lives is not None:
            self._later(program.lives, lambda: self._end(id, Exit(code=program.code, oom_killed=program.oom_killed)))
        if program.ready is not None:
            self._later(program.ready, lambda: self._heal(key, id))
        else:
            self._later(CHECKED, lambda: self._end(id, Exit(code=143, error="task failed container health checks")))
        self._step(key)

    def _heal(self, key: Key, id: TaskId) -> None:
        if self.tasks[id].status is TaskStatus.RUNNING:
            self.tasks[id] = replace(self.tasks[id], health=HealthState.HEALTHY)
            self._step(key)

    def _stop(self, task: Task) -> None:
        """What the engine ends itself is no failure: it shows no exit, and is not told of again."""
        if task.id not in self._stopping:
            self._stopping.add(task.id)
            self._later(self._obeys(task), lambda: self._end(task.id, None))

    def _obeys(self, task: Task) -> float:
        """Seconds that a task takes to end when it is asked to."""
        given = self.given[task.app, task.environment, task.service]
        return self.programs(given.desired.spec).obeys

    def _end(self, id: TaskId, exit: Exit | None) -> None:
        task = self.tasks[id]
        if task.status is TaskStatus.STOPPED:
            return
        key = task.app, task.environment, task.service
        self.tasks[id] = replace(task, status=TaskStatus.STOPPED, stopped_at=self._clock.now(), exit=exit, address=None)
        given = self.given.get(key)
        if given is not None and exit is not None and task.health is not HealthState.HEALTHY:
            self._count(given, task)
        self._step(key)

    def _count(self, given: Given, task: Task) -> None:
        """The circuit breaker."""
        deployment = given.desired.spec.deployment
        if given.rollout is not RolloutState.IN_PROGRESS or task.deployment != deployment:
            return
        given.failed += 1
        if given.failed < verdict.threshold(given.desired.replicas):
            return
        given.rollout, given.reason = RolloutState.FAILED, "deployment circuit breaker: tasks failed to start"
        given.given_up[deployment] = given.reason
        if given.completed is not None and given.completed.spec.deployment != deployment:
            given.desired, given.rollout = given.completed, RolloutState.IN_PROGRESS
            given.reason, given.failed = f"rolling back to deployment {given.desired.spec.deployment}", 0

    def _later(self, seconds: float, do: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(seconds, do)
