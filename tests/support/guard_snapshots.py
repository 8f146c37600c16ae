"""The world of the guard with a database that RDS runs: snapshots and instances in memory are copies of it, and a build
may be killed at any call of RDS's or of the records'."""

import inspect
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from fairway.adapters.memory.databases import MemoryDatabase
from fairway.adapters.memory.dumps import MemoryDumps
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.memory.scratches import MemoryLeads
from fairway.adapters.memory.snapshots import MemorySnapshots
from fairway.adapters.memory.vault import MemoryVault
from fairway.domain.app import Environment
from fairway.domain.aws.copies import Instance, Wanted
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.migrations import Migrations
from fairway.domain.passage import Passage
from fairway.migrate.backups import safekeeping
from fairway.migrate.backups.safekeeping import Safekeeping
from fairway.migrate.backups.targets import Targets
from fairway.migrate.guard import Guard
from fairway.migrate.snapshots.clearing import Clearing
from fairway.migrate.snapshots.copying import Ground, Snapshotting
from support.guard_world import TABLE, URL, World, reach
from support.mortal import Killed
from support.pipeline_values import APP, PRODUCTION

SOURCE = Instance(
    name="fairway-shop-api-production-data-main",
    status="available",
    host="db",
    port=5432,
    size="db.t4g.micro",
    subnets="subnets",
    parameters="parameters",
)
GROUP = "sg-copies"


class NoDumps:
    """`ports.guarding.Workspaces` that nobody opens: nothing is dumped."""

    def open(self, name: str) -> Any:
        raise AssertionError(f"{name} was dumped")

    async def sweep(self) -> None:
        """There is nothing."""


@dataclass
class Life:
    """A build, which is killed at call `at` (0: never) or at the first of the name `on`, before it or after it; then
    nothing answers it any more."""

    at: int = 0
    after: bool = False
    on: str = ""
    calls: int = 0
    name: str = ""
    dead: bool = False

    def of(self, port: Any) -> Any:
        """The port, as this build has it."""
        return Dying(port, self)


class Dying:
    """A port whose calls count for a build's life."""

    def __init__(self, port: Any, life: Life) -> None:
        self._port = port
        self._life = life

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._port, name)
        if not inspect.iscoroutinefunction(method):
            return method

        async def call(*arguments: Any, **options: Any) -> Any:
            life = self._life
            if life.dead:
                raise Killed
            life.calls += 1
            chosen = life.calls == life.at or name == life.on
            if chosen:
                life.name = name
            if chosen and not life.after:
                life.dead = True
                raise Killed
            answer = await method(*arguments, **options)
            if chosen:
                life.dead = True
                raise Killed
            return answer

        return call


class Rds(World):
    """`taken` is what each snapshot holds, `asked` the instances that were wanted."""

    def __init__(self, *, pace: int = 2) -> None:
        super().__init__()
        self.taken: dict[str, MemoryDatabase] = {}
        self.asked: list[Wanted] = []
        self.snapshots = MemorySnapshots(
            sources={SOURCE.name: SOURCE},
            pace=pace,
            now=self.clock.now,
            on_take=self._take,
            on_restore=self._restore,
            on_removed=self._remove,
        )

    def _take(self, name: str) -> None:
        self.taken[name] = deepcopy(self.real)

    def _restore(self, wanted: Wanted) -> None:
        self.asked.append(wanted)
        there = self.address.moved(host=f"{wanted.name}.rds", port=5432)
        self.world.put(there)
        self.world.replace(there, self.taken[wanted.snapshot])

    def _remove(self, name: str) -> None:
        found = [each for each in self.world.databases if each[0] == f"{name}.rds"]
        for each in found:
            del self.world.databases[each]

    def safe(self, life: Life) -> Safekeeping:
        """The room of backups."""

        async def values(app: AppName, environment: EnvironmentName) -> dict[str, str]:
            return {"DATABASE_URL": URL}

        async def described(app: AppName, environment: EnvironmentName) -> Environment | None:
            return self.release(18).description

        return safekeeping.put_together(
            safekeeping.Ports(
                apps=self.store.apps,
                releases=self.store.releases,
                backups=life.of(self.store.backups),
                passages=self.store.passages,
                databases=self.databases,
                dumps=MemoryDumps(self.world),
                scratches=self.scratches,
                vault=MemoryVault(),
                workspaces=NoDumps(),
                clock=self.clock,
                notices=MemoryNotices(),
            ),
            Targets(values, described, reach),
        )

    async def stage(self, life: Life | None = None, *, key: str = "release/1/1", **settings: Any) -> Passage:
        """What a stage does: it clears up, and takes a passage."""
        life = life or Life()
        safe, snapshots, leads = self.safe(life), life.of(self.snapshots), MemoryLeads(self.world)
        leads.there = self.scratches.there
        clearing = Clearing(
            snapshots, life.of(self.store.backups), self.store.passages, app=APP, environment=PRODUCTION
        )
        ground = Ground(
            snapshots=snapshots,
            leads=leads,
            databases=self.databases,
            ledger=safe.ledger,
            keeping=safe.keeping,
            clearing=clearing,
            source=SOURCE.name,
            group=GROUP,
            own=own,
        )
        await safe.keeping.clear_up()
        await clearing.clear_up()
        parts = self.parts(copies=Snapshotting(ground))
        return await Guard(parts).take(self.order(key=key, **settings), self.log.append)


def own(settings: Migrations) -> tuple[str, ...]:
    """The tool's own table."""
    return (TABLE,)
