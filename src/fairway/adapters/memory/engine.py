"""An engine in memory. What a container would do is described by a `Program`, chosen by the task's specification."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fairway.adapters.memory.faults import Faults
from fairway.adapters.memory.following import Following
from fairway.domain.desired import TaskSpec
from fairway.domain.facts import Socket
from fairway.domain.ids import AppName, EnvironmentName, TaskId
from fairway.domain.observed import Exit, Task, TaskStatus
from fairway.errors import Conflict, WorkFailed
from fairway.ports.clock import Clock
from fairway.ports.engine import Capabilities, EngineEvent

KILLED = 137
"""128 + SIGKILL: the exit code of a process that ignored its stop signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What a task does; seconds count from its start.

    `refused` is why the engine can't start it at all. It ends by itself after `lives` seconds with `code`. A stop
    signal ends it after `obeys` seconds with `stop_code`. A probe succeeds from `ready` on, until `sick`; None: never.
    `sockets` None means: one on 0.0.0.0 and the specification's port.
    """

    refused: str | None = None
    starts: float = 0.1
    lives: float | None = None
    code: int = 0
    oom_killed: bool = False
    obeys: float = 0.0
    stop_code: int = 143
    ready: float | None = 0.1
    sick: float | None = None
    sockets: tuple[Socket, ...] | None = None
    log: tuple[str, ...] = ()


@dataclass(slots=True)
class Container:
    """One task with what it was made from."""

    task: Task
    spec: TaskSpec
    program: Program
    variables: Mapping[str, str]
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    timer: asyncio.TimerHandle | None = None


class MemoryEngine:
    """`ports.engine.Engine`. `programs` says what the tasks of a specification do; by default they run and are well.

    `containers` are all there are, `signals` what was sent to each, `forgotten` the environments that were forgotten.
    """

    def __init__(self, clock: Clock, programs: Callable[[TaskSpec], Program] = lambda spec: Program()) -> None:
        self.faults = Faults()
        self.programs = programs
        self.containers: dict[TaskId, Container] = {}
        self.signals: dict[TaskId, str | None] = {}
        self.forgotten: list[tuple[AppName, EnvironmentName]] = []
        self._clock = clock
        self._following = Following(self.faults)
        self._addresses = 0

    def capabilities(self) -> Capabilities:
        """It runs single containers."""
        return Capabilities()

    async def observe(self) -> Sequence[Task]:
        """Every task; while it lies: none."""
        if await self.faults.meet("observe"):
            return []
        return [container.task for container in self.containers.values()]

    async def start(self, task: TaskId, spec: TaskSpec, variables: Mapping[str, str]) -> None:
        """Create and start. Raises WorkFailed for a program that is refused, and leaves it STOPPED with that error."""
        if await self.faults.meet("start"):
            return
        container = self.containers.get(task)
        if container is None:
            container = self.containers[task] = self._create(task, spec, variables)
            await self._clock.sleep(container.program.starts)
        if container.task.status is TaskStatus.PENDING:
            self._run(container)

    async def stop(self, task: TaskId, *, signal: str | None, timeout: float) -> None:
        """Signal, wait, kill; returns when it has ended."""
        if await self.faults.meet("stop"):
            return
        container = self.containers.get(task)
        if container is None or container.task.status is TaskStatus.STOPPED:
            return
        self.signals[task] = signal
        obeys = container.program.obeys
        code = container.program.stop_code if obeys <= timeout else KILLED
        self._end_after(min(obeys, timeout), container, Exit(code=code))
        await container.ended.wait()

    async def remove(self, task: TaskId) -> None:
        """Delete one that has ended, or was never started. Raises Conflict for one that runs."""
        if await self.faults.meet("remove"):
            return
        container = self.containers.get(task)
        if container is None:
            return
        if container.task.status is TaskStatus.RUNNING:
            raise Conflict(f"task {task} is running", why="only a task that has ended can be removed")
        del self.containers[task]
        self._following.tell(container.task.app, container.task.environment)

    async def forget(self, app: AppName, environment: EnvironmentName) -> None:
        """Note that the environment was forgotten."""
        if not await self.faults.meet("forget"):
            self.forgotten.append((app, environment))

    def events(self) -> AsyncIterator[EngineEvent]:
        """What changes; while it lies: nothing is told."""
        return self._following.events()

    def crash(self, task: TaskId, code: int = KILLED, *, oom_killed: bool = False) -> None:
        """Let a running task end by itself, now."""
        self._end(self.containers[task], Exit(code=code, oom_killed=oom_killed))

    def vanish(self, task: TaskId) -> None:
        """Let somebody else remove it by force, now."""
        container = self.containers[task]
        self._end(container, Exit(code=KILLED))
        del self.containers[task]

    def change(self, task: TaskId, program: Program) -> None:
        """Let a task behave differently from now on; its times count from its start as before."""
        self.containers[task].program = program

    def _create(self, task: TaskId, spec: TaskSpec, variables: Mapping[str, str]) -> Container:
        created = Task(
            id=task,
            app=spec.app,
            environment=spec.environment,
            service=spec.service,
            release=spec.release,
            deployment=spec.deployment,
            status=TaskStatus.PENDING,
            created_at=self._clock.now(),
            port=spec.port,
        )
        return Container(task=created, spec=spec, program=self.programs(spec), variables=dict(variables))

    def _run(self, container: Container) -> None:
        program, now = container.program, self._clock.now()
        if program.refused is not None:
            self._end(container, Exit(code=127, error=program.refused))
            raise WorkFailed(f"{container.spec.service} can't start: {program.refused}")
        self._addresses += 1
        address = f"10.0.{self._addresses // 250}.{self._addresses % 250 + 1}"
        container.task = replace(container.task, status=TaskStatus.RUNNING, started_at=now, address=address)
        self._following.tell(container.task.app, container.task.environment)
        if program.lives is not None:
            self._end_after(program.lives, container, Exit(code=program.code, oom_killed=program.oom_killed))

    def _end_after(self, seconds: float, container: Container, exit: Exit) -> None:
        if container.timer is not None:
            container.timer.cancel()
        container.timer = asyncio.get_running_loop().call_later(seconds, self._end, container, exit)

    def _end(self, container: Container, exit: Exit) -> None:
        if container.task.status is TaskStatus.STOPPED:
            return
        if container.timer is not None:
            container.timer.cancel()
        container.task = replace(
            container.task, status=TaskStatus.STOPPED, stopped_at=self._clock.now(), address=None, exit=exit
        )
        container.ended.set()
        self._following.tell(container.task.app, container.task.environment)
