"""All the parts in memory around a controller, and short ways to ask what it has come to."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from fairway.adapters.memory.balancer import MemoryBalancer
from fairway.adapters.memory.board import Board
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.engine import Container, MemoryEngine, Program
from fairway.adapters.memory.logs import MemoryLogs
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.memory.probe import MemoryInspector, MemoryProbe
from fairway.domain.desired import DesiredEnvironment, DesiredService, TaskSpec
from fairway.domain.events import Event
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.observed import TargetState, Task, TaskStatus
from fairway.domain.rollout import Progress, ServiceProgress
from fairway.errors import FairwayError, UsageError
from fairway.orchestrator.controller import Controller
from support.orchestrator_world import PRODUCTION, SHOP, desire


class DesiredShelf:
    """`ports.stores.DesiredStates` in a dictionary. While `trouble` is set every call raises it."""

    def __init__(self) -> None:
        self.kept: dict[tuple[AppName, EnvironmentName], DesiredEnvironment] = {}
        self.trouble: FairwayError | None = None

    def _visit(self) -> None:
        if self.trouble:
            raise self.trouble

    async def get(self, app: AppName, environment: EnvironmentName) -> DesiredEnvironment | None:
        self._visit()
        return self.kept.get((app, environment))

    async def list(self) -> Sequence[DesiredEnvironment]:
        self._visit()
        return list(self.kept.values())

    async def put(self, desired: DesiredEnvironment) -> DesiredEnvironment:
        self._visit()
        self.kept[desired.key] = replace(desired, version=desired.version + 1)
        return self.kept[desired.key]

    async def delete(self, app: AppName, environment: EnvironmentName) -> None:
        self._visit()
        self.kept.pop((app, environment), None)


class EventShelf:
    """`ports.stores.Events` in a list."""

    def __init__(self) -> None:
        self.kept: list[Event] = []
        self.trouble: FairwayError | None = None

    async def append(self, events: Sequence[Event]) -> None:
        if self.trouble:
            raise self.trouble
        self.kept.extend(events)

    async def list(
        self,
        *,
        app: AppName | None = None,
        environment: str | None = None,
        deployment: int | None = None,
        limit: int = 50,
    ) -> Sequence[Event]:
        return self.kept[::-1][:limit]


class Ears:
    """`ports.logs.LogKeeping`: which tasks were said to go, and whether their containers were still there. It takes
    `seconds` for each."""

    def __init__(self, engine: MemoryEngine, clock: LoopClock) -> None:
        self.told: list[tuple[TaskId, bool]] = []
        self.seconds = 0.0
        self._engine = engine
        self._clock = clock

    async def finish(self, task: Task) -> None:
        await self._clock.sleep(self.seconds)
        self.told.append((task.id, task.id in self._engine.containers))


class Harbour:
    """`programs` says what the tasks of each release do; a release that is not in it runs well."""

    def __init__(self) -> None:
        self.clock = LoopClock()
        self.programs: dict[int, Program] = {}
        self.engine = MemoryEngine(self.clock, lambda spec: self.program(spec))
        self.balancer = MemoryBalancer()
        self.probe = MemoryProbe(self.engine, self.clock)
        self.inspector = MemoryInspector(self.engine)
        self.logs = MemoryLogs(self.engine)
        self.keeping = Ears(self.engine, self.clock)
        self.desired = DesiredShelf()
        self.events = EventShelf()
        self.board = Board()
        self.variables: Mapping[int, Mapping[str, str]] = {1: {"GREETING": "ahoy"}}
        self.running: Controller | None = None

    def program(self, spec: TaskSpec) -> Program:
        return self.programs.get(spec.release, Program())

    def controller(self) -> Controller:
        """A new one, as after a restart of the server: what was on the board is gone."""
        self.board = Board()
        self.running = Controller(
            engine=self.engine,
            balancer=self.balancer,
            probe=self.probe,
            inspector=self.inspector,
            logs=self.logs,
            desired_states=self.desired,
            variables=self.fetch,
            clock=self.clock,
            notices=MemoryNotices(),
            events=self.events,
            observations=self.board,
            keeping=self.keeping,
        )
        return self.running

    async def fetch(
        self, app: AppName, environment: EnvironmentName, version: int, service: ServiceName
    ) -> Mapping[str, str]:
        if version not in self.variables:
            raise UsageError(f"configuration {version} of {app} in {environment} was deleted")
        return self.variables[version]

    async def deploy(self, *services: DesiredService, hosts: tuple[str, ...] | None = None) -> None:
        """Write the desired state and wake the controller, as `deploy` does."""
        await self.desired.put(desire(*services) if hosts is None else desire(*services, hosts=hosts))
        if self.running is not None:
            self.running.wake(SHOP, PRODUCTION)

    async def until(self, holds: Callable[[], bool], *, within: float = 60.0) -> float:
        """Let virtual time pass until it holds; how many seconds that took."""
        begun = self.clock.now()
        while not holds():
            seen = [str(each.task) for each in self.engine.containers.values()]
            assert self.clock.now() - begun < within, f"it did not hold within {within} s: {self.told()}, {seen}"
            await asyncio.sleep(0.01 if self.clock.now() - begun < 2 else 0.1)
        return self.clock.now() - begun

    async def settled(self, *, within: float = 60.0) -> float:
        """Until every service is as desired."""
        return await self.until(self.is_settled, within=within)

    def is_settled(self) -> bool:
        progress, desired = self.progress(), self.desired.kept.get((SHOP, PRODUCTION))
        if progress is None or desired is None or progress.trouble:
            return False
        wanted = {each.spec.service: (each.spec.deployment, each.replicas) for each in desired.services}
        seen = {name: (each.deployment, each.desired) for name, each in progress.services.items()}
        return wanted == seen and all(each.settled_since is not None for each in progress.services.values())

    def progress(self) -> Progress | None:
        return self.board.progress(SHOP, PRODUCTION)

    def service(self, name: str = "web") -> ServiceProgress:
        progress = self.progress()
        assert progress is not None
        return next(each for service, each in progress.services.items() if service == name)

    def failures(self, name: str = "web") -> tuple[int, int]:
        """How many tasks ended by themselves, and how many never became healthy."""
        services = progress.services if (progress := self.progress()) else {}
        each = next((each for service, each in services.items() if service == name), None)
        return (each.exits, each.unhealthy) if each else (0, 0)

    def containers(self, status: TaskStatus | None = TaskStatus.RUNNING, release: int | None = None) -> list[Container]:
        return [
            each
            for each in self.engine.containers.values()
            if (status is None or each.task.status is status) and release in (None, each.task.release)
        ]

    def ids(self, status: TaskStatus | None = TaskStatus.RUNNING, release: int | None = None) -> list[TaskId]:
        return [each.task.id for each in self.containers(status, release)]

    async def ready(self) -> set[TaskId]:
        """The tasks that get new requests."""
        return {each.task for each in await self.balancer.targets() if each.state is TargetState.READY}

    def told(self, kind: str = "") -> list[str]:
        """The texts of the events that are kept."""
        return [event.text for event in self.events.kept if event.kind.startswith(kind)]
