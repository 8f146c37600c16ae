"""A collector over parts in memory, and tasks that print what a test says."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from fairway.adapters.memory.board import Board
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.logstore import MemoryLogStore
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.memory.printing import MemoryPrinting
from fairway.adapters.memory.stores import make_store
from fairway.domain.events import Event
from fairway.domain.health import Health, HealthState
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber, ServiceName, TaskId
from fairway.domain.observed import ObservedEnvironment, ObservedTask, Task, TaskStatus
from fairway.domain.printed import OUT, SECOND, Piece, origin_of
from fairway.domain.rollout import Progress
from fairway.logkeeping.collector import Collector
from fairway.ports.masks import Masks, Unmasked

SHOP, PRODUCTION = AppName("shop"), EnvironmentName("production")
NOW = 1_764_000_000 * SECOND


def make_task(id: str = "3fa9c2d1e0b4", *, status: TaskStatus = TaskStatus.RUNNING, release: int = 18) -> Task:
    return Task(
        id=TaskId(id),
        app=SHOP,
        environment=PRODUCTION,
        service=ServiceName("web"),
        release=ReleaseNumber(release),
        deployment=DeploymentId(7),
        status=status,
        created_at=NOW / 1e9,
    )


def line(number: int, *, stream: str = OUT) -> Piece:
    """The line of that number, printed so many milliseconds after NOW."""
    return Piece(NOW + number * 1_000_000, stream, b"line %d" % number)


class LogRoom:
    """What a server that keeps logs has, without the rest of it."""

    def __init__(self) -> None:
        self.clock = LoopClock()
        self.printing = MemoryPrinting()
        self.store = MemoryLogStore()
        self.notices = MemoryNotices()
        self.apps = make_store().apps
        self.board = Board()
        self.tasks: dict[str, Task] = {}
        self.told: list[Event] = []
        self.masks: Masks = Unmasked()

    @contextlib.asynccontextmanager
    async def collecting(self) -> AsyncIterator[Collector]:
        """A collector at work; at the end it is cancelled at once, as one that is killed is."""
        collector = Collector(
            printing=self.printing,
            store=self.store,
            observations=self.board,
            apps=self.apps,
            notices=self.notices,
            clock=self.clock,
            masks=self.masks,
        )
        running = [asyncio.ensure_future(collector.run()), asyncio.ensure_future(self._listen())]
        await asyncio.sleep(0)
        try:
            yield collector
        finally:
            for each in running:
                each.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def observe(self, *tasks: Task) -> None:
        """The orchestrator posts these, beside those that it has seen before."""
        self.tasks |= {task.id: task for task in tasks}
        for task in tasks:
            self.printing.print(task.id)
        seen = tuple(ObservedTask(task=task, health=Health(state=HealthState.HEALTHY)) for task in self.tasks.values())
        observed = ObservedEnvironment(tasks=seen)
        self.board.post(Progress(app=SHOP, environment=PRODUCTION, at=0.0, services={}), observed)

    def stop(self, task: Task) -> None:
        """It ends, and is seen to."""
        self.printing.end(task.id)
        self.observe(replace(task, status=TaskStatus.STOPPED))

    def remove(self, task: Task) -> None:
        """It goes, and is not seen any more."""
        self.printing.remove(task.id)
        del self.tasks[task.id]
        self.observe()

    def kept(self, task: Task) -> list[Piece]:
        parts = self.store.kept.get(origin_of(task), {})
        return [piece for part in sorted(parts) for piece in parts[part]]

    async def until(self, holds: Callable[[], bool], *, within: float = 60.0) -> None:
        """Let virtual time pass until it holds."""
        end = self.clock.now() + within
        while not holds():
            assert self.clock.now() < end, f"it did not hold within {within} s"
            await asyncio.sleep(0.01)

    async def _listen(self) -> None:
        async for event in self.notices.follow():
            self.told.append(event)
