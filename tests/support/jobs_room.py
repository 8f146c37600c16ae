"""A room of jobs over stores and an engine in memory, that may be left at any moment and entered again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.jobs import Deed, MemoryJobs
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.domain.app import Environment
from fairway.domain.deployment import RolloutState
from fairway.domain.desired import DesiredEnvironment, DesiredService
from fairway.domain.events import Event
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.release import Release
from fairway.domain.run import Run
from fairway.jobs.current import Finder
from fairway.jobs.desk import Desk
from fairway.jobs.ledger import Ledger
from fairway.jobs.runner import Runner
from fairway.jobs.timekeeper import Timekeeper
from fairway.pipeline.log import StageLogs
from fairway.ports.jobs import JobSpec
from fairway.ports.leases import Alone
from fairway.ports.masks import Masks, Unmasked
from support.pipeline_values import APP, DESCRIPTION, PRODUCTION, make_release, make_spec


class Telling(MemoryNotices):
    """Notices that are written down too."""

    def __init__(self, told: list[Event]) -> None:
        super().__init__()
        self.told = told

    def publish(self, event: Event) -> None:
        self.told.append(event)
        super().publish(event)


@dataclass
class Life:
    """What one server's life of the room has."""

    desk: Desk
    runner: Runner
    timekeeper: Timekeeper
    ledger: Ledger
    notices: MemoryNotices


@dataclass
class Room:
    """What outlives a server: the store, the engine's containers, the files of the logs."""

    root: Path
    store: MemoryStore = field(default_factory=make_store)
    clock: LoopClock = field(default_factory=LoopClock)
    deeds: Callable[[JobSpec], Deed] = lambda spec: Deed()
    told: list[Event] = field(default_factory=list)
    server: str = "here"
    masks: Masks = field(default_factory=Unmasked)

    def __post_init__(self) -> None:
        self.jobs = MemoryJobs(self.clock, lambda spec: self.deeds(spec))
        self.logs = StageLogs(self.root)

    @asynccontextmanager
    async def live(self) -> AsyncIterator[Life]:
        """A server, until the body's end: then it is gone as by a kill."""
        life = self.make()
        running = asyncio.get_running_loop().create_task(self.run(life))
        try:
            yield life
        finally:
            running.cancel()
            await asyncio.wait({running})

    def make(self) -> Life:
        notices = Telling(self.told)
        ledger = Ledger(self.store.runs, self.store.timetable, self.clock, notices)
        finder = Finder(self.store.desired, self.store.deployments, self.store.releases)
        runner = Runner(
            ledger,
            self.jobs,
            variables,
            self.logs,
            Alone(),
            server=self.server,
            ended=lambda: timekeeper.wake(),
            masks=self.masks,
            closed=finder.closed,
        )
        timekeeper = Timekeeper(ledger, finder, self.store.desired, runner.wake)
        return Life(
            desk=Desk(ledger, finder, runner), runner=runner, timekeeper=timekeeper, ledger=ledger, notices=notices
        )

    async def run(self, life: Life) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(life.runner.run())
            group.create_task(life.timekeeper.run(life.notices.follow()))

    async def deploy(
        self, description: Environment = DESCRIPTION, *, state: RolloutState | None = RolloutState.COMPLETED
    ) -> Release:
        """A release that is desired in production, with that verdict of its deployment; None: none yet."""
        if not await self.store.apps.list():
            await self.store.apps.create(APP, at=1.0)
        release = await self.store.releases.create(make_release(description=description))
        before = await self.store.desired.get(APP, PRODUCTION)
        key = f"d{release.number}"
        deployment = await self.store.deployments.start(
            APP, PRODUCTION, release.number, previous=None, at=1.0, key=key, before=before
        )
        spec = make_spec(deployment=deployment.id, release=release.number)
        service = DesiredService(spec=spec, replicas=1, rollout=description.rollout)
        await self.store.desired.put(
            DesiredEnvironment(
                app=APP, environment=PRODUCTION, services=(service,), version=0 if before is None else before.version
            )
        )
        if state is not None:
            await self.store.deployments.finish(APP, deployment.id, state, reason="", at=2.0)
        return release

    async def close(self, *, closed: bool = True) -> None:
        """For a migration; or it is opened again."""
        desired = await self.store.desired.get(APP, PRODUCTION)
        assert desired is not None
        await self.store.desired.put(replace(desired, closed=closed))

    async def take_down(self) -> None:
        desired = await self.store.desired.get(APP, PRODUCTION)
        assert desired is not None
        await self.store.desired.put(replace(desired, services=()))

    async def begin(self, life: Life, *command: str, **more: Any) -> Run:
        return await life.desk.begin(
            APP, PRODUCTION, command or ("node", "report.js"), **{"service": None, "timeout": 60.0, "by": "ada", **more}
        )

    async def ended(self, number: int = 1) -> Run:
        """The run once it has ended, and its container is gone."""
        async with asyncio.timeout(3600):
            while not (run := await self.store.runs.get(APP, number)).finished or self.jobs.jobs:
                await asyncio.sleep(0.01)
        return run

    async def all(self) -> list[Run]:
        return [*reversed(await self.store.runs.list(APP, limit=1000))]

    def printed(self, number: int = 1, attempt: int = 1) -> tuple[str, ...]:
        return self.logs.tail(APP, number, str(attempt), 100)


async def variables(app: AppName, environment: EnvironmentName, version: int) -> Mapping[str, str]:
    return {"VERSION": str(version)}
