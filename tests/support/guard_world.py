"""A world for the guard: databases in memory, an app whose migrations are functions, and a server that may die at any
write or call and be followed by another one.

The tool keeps its table `public.migrations` with a row for each that was made. A migration is a function of a database;
it raises `Refused` with what the database would say, and then has changed nothing.
"""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.databases import MemoryDatabase, MemoryDatabases, MemoryWorld
from fairway.adapters.memory.jobs import Deed, MemoryJobs
from fairway.adapters.memory.scratches import MemoryGates, MemoryScratches, MemoryWatches
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.adapters.memory.trials import Bearing, MemoryTrials
from fairway.domain.address import Address, read
from fairway.domain.app import Environment
from fairway.domain.backup import Backup
from fairway.domain.execution import Revision
from fairway.domain.ids import AppName, EnvironmentName, ExecutionNumber, ReleaseNumber
from fairway.domain.image import Image
from fairway.domain.judgement import Finding, Judged, judge
from fairway.domain.migrations import Migrations, Plan, Step, Tool
from fairway.domain.passage import Outcome, Passage
from fairway.domain.rehearsal import Rehearsal
from fairway.domain.release import Release
from fairway.errors import FairwayError
from fairway.migrate.attending import Attendant
from fairway.migrate.door import Door
from fairway.migrate.guard import Guard
from fairway.migrate.parts import Order, Parts, Serving, Subject
from fairway.migrate.requests import Requests
from fairway.migrate.tools import sql_script
from fairway.ports.builder import LogSink
from fairway.ports.databases import Progress, Report, Scratch
from fairway.ports.jobs import JobSpec
from fairway.ports.leases import Alone
from fairway.ports.masks import Unmasked
from fairway.ports.trials import TrialSpec
from support.guard_values import make_backup
from support.pipeline_values import APP, DESCRIPTION, PRODUCTION, make_release

URL = "postgres://shop:secret-word@db:5432/shop"
TABLE = "public.migrations"
UP, DOWN = ("migrate", "up"), ("migrate", "down")


class Refused(Exception):
    """What a database says to a statement that can't be."""


Change = Callable[[MemoryDatabase], None]


@dataclass
class Script:
    """What the app's image has: its migrations by name in their order, and the ways back. `lines` is what its command
    prints first, `code` what it ends with when nothing went wrong, `takes` its seconds; `away`: it goes to another
    database than the one that it is given; `dies_after` so many migrations, and its way back
    `down_dies_after` so many; `locked` so many times first."""

    ups: dict[str, Change] = field(default_factory=dict)
    downs: dict[str, Change] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    code: int = 0
    takes: float = 0.3
    away: bool = False
    dies_after: int | None = None
    locked: int = 0
    down_dies_after: int | None = None
    refused: str | None = None


def add_column(name: str, *, required: bool = False) -> Change:
    """A column of public.orders; a required one is refused where there are rows, as PostgreSQL does."""

    def change(database: MemoryDatabase) -> None:
        if required and database.rows["public.orders"]:
            raise Refused(f'column "{name}" of relation "orders" contains null values')
        database.objects[f"column public.orders.{name}"] = "text"
        for row in database.rows["public.orders"]:
            row[name] = None

    return change


def drop_column(name: str) -> Change:
    """The way back."""

    def change(database: MemoryDatabase) -> None:
        database.objects.pop(f"column public.orders.{name}")
        for row in database.rows["public.orders"]:
            row.pop(name)

    return change


class Memory:
    """`parts.Planning` by the table of the world's tool."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def own(self, settings: Migrations) -> Sequence[str]:
        return (TABLE,)

    async def settle(self, settings: Migrations, image: Image) -> Migrations:
        command = settings.command or (() if self._world.tool is Tool.SQL else UP)
        return replace(settings, tool=self._world.tool, command=command, table=TABLE)

    async def plan(self, settings: Migrations, image: Image, address: Address) -> Plan:
        if self._world.tool is Tool.COMMAND:
            return Plan(tool=Tool.COMMAND, known=False)
        rows = await self._world.databases.read(address, TABLE, ("name",)) or ()
        applied = tuple(str(row["name"]) for row in rows)
        pending = tuple(
            Step(name=name, sql=f"-- {name}", down=name in self._world.script.downs)
            for name in self._world.script.ups
            if name not in applied
        )
        missing = tuple(name for name in applied if name not in self._world.script.ups)
        return Plan(tool=self._world.tool, applied=applied, pending=pending, missing=missing)

    async def script(
        self, settings: Migrations, image: Image, names: Sequence[str], *, back: bool
    ) -> sql_script.Script:
        command = ("psql", "down") if back else ("psql", "up")
        return sql_script.Script(command=command, files={f"{place}.sql": name for place, name in enumerate(names)})


async def programs(major: int, tools: str | None) -> Image:
    """PostgreSQL's own."""
    return Image(repository="postgres", digest=f"sha256:{major:064}")


class Judges:
    """`parts.Judging`: the findings that the world has, by policy."""

    def __init__(self, world: "World") -> None:
        self._world = world

    async def judge(
        self,
        subject: Subject,
        *,
        serving: Release | None,
        rehearsal: Rehearsal | None = None,
        copy: Address | None = None,
    ) -> Judged:
        return judge(self._world.findings, subject.settings)


@dataclass(frozen=True)
class MemoryCopied:
    backup: Backup
    scratch: Scratch
    again: Callable[[], contextlib.AbstractAsyncContextManager[Scratch]]


class MemoryCopies:
    """`parts.Copies`: a backup is a deep copy of the database."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.kept: dict[int, MemoryDatabase] = {}
        self.trouble: FairwayError | None = None

    @contextlib.asynccontextmanager
    async def make(self, order: Order, subject: Subject, *, schema: str, report: Report) -> AsyncIterator[MemoryCopied]:
        if self.trouble is not None:
            raise self.trouble
        original = self._world.world.at(subject.address)
        backup = await self._world.store.backups.create(
            make_backup(app=order.app, fingerprint=original.fingerprint, at=self._world.clock.now())
        )
        self.kept[backup.number] = deepcopy(original)
        assert subject.standing is not None

        @contextlib.asynccontextmanager
        async def open(name: str) -> AsyncIterator[Scratch]:
            async with self._world.scratches.open(name, subject.written, subject.standing) as scratch:
                self._world.world.replace(scratch.address, self.kept[backup.number])
                yield scratch

        key = f"shop-api-{backup.number}"
        async with open(key) as scratch:
            yield MemoryCopied(backup=backup, scratch=scratch, again=lambda: open(f"{key}-again"))

    async def restore(self, app: AppName, number: int, *, by: str, report: Report) -> None:
        report(Progress(doing="restoring", done=1_000, total=4_000))
        self._world.world.replace(self._world.address, self.kept[number])
        self._world.restored.append(number)


class MemoryDoors:
    """`parts.Doors`: whether the environment is closed; `trouble` is why it can't be."""

    def __init__(self) -> None:
        self.closed = False
        self.trouble: FairwayError | None = None

    async def close(self, app: AppName, environment: EnvironmentName, log: LogSink) -> None:
        self.closed = True
        if self.trouble is not None:
            raise self.trouble

    async def open(self, app: AppName, environment: EnvironmentName) -> None:
        self.closed = False


class World:
    """All that outlives a server. `script` is what the coming release's image has."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.world = MemoryWorld()
        self.address = read(URL)
        self.real = self.world.put(self.address)
        self.real.create("public.orders", ("id", "code"), 3)
        self.real.create(TABLE, ("name",))
        self.databases = MemoryDatabases(self.world)
        self.scratches = MemoryScratches(self.world)
        self.watches = MemoryWatches(self.world)
        self.gates = MemoryGates(self.world)
        self.clock = LoopClock()
        self.store: MemoryStore = store or make_store()
        self.jobs = MemoryJobs(self.clock, self.deed)
        self.trials = MemoryTrials()
        self.doors = MemoryDoors()
        self.closed_while: list[bool] = []
        self.copies = MemoryCopies(self)
        self.script = Script(ups={"1_coupon": add_column("coupon")}, downs={"1_coupon": drop_column("coupon")})
        self.findings: list[Finding] = []
        self.restored: list[int] = []
        self.tool = Tool.KNEX
        self.serving: Serving | None = Serving(release=self.release(17), configuration=1)
        self.variables = {"DATABASE_URL": URL, "PORT_OF_SHOP": "80"}
        self.log: list[str] = []
        self.begun: list[str | None] = []
        self.specs: list[JobSpec] = []

    @staticmethod
    def release(number: int, **settings: Any) -> Release:
        values: dict[str, Any] = {"command": UP, **settings}
        description: Environment = replace(DESCRIPTION, migrations=Migrations(**values))
        return replace(make_release(), number=ReleaseNumber(number), description=description)

    def order(
        self,
        *,
        goes: bool = True,
        key: str = "execution/42/production",
        execution: int | None = None,
        back: int | None = None,
        opens_at: Outcome | None = None,
        **settings: Any,
    ) -> Order:
        return Order(
            app=APP,
            environment=PRODUCTION,
            key=key,
            by="ada",
            release=self.release(18, **settings),
            goes=goes,
            execution=None if execution is None else ExecutionNumber(execution),
            back=back,
            opens_at=opens_at,
        )

    def parts(self, **changes: Any) -> Parts:
        values: dict[str, Any] = {
            "passages": self.store.passages,
            "databases": self.databases,
            "watches": self.watches,
            "gates": self.gates,
            "jobs": self.jobs,
            "tasks": self.jobs,
            "trials": self.trials,
            "planning": Memory(self),
            "judging": Judges(self),
            "copies": self.copies,
            "tools": programs,
            "restore": self.copies.restore,
            "masks": Unmasked(),
            "values": self.values,
            "serving": self.find_serving,
            "release": self.store.releases.get,
            "reach": reach,
            "doors": self.doors,
            "clock": self.clock,
            "holding": Alone(),
            "server": "here",
            "patience": 60.0,
        }
        return Parts(**{**values, **changes})

    def door(self) -> Door:
        """What other rooms come to."""
        guard = Guard(self.parts())
        return Door(guard, Attendant(guard, self.store.executions), Requests(guard))

    async def draft(
        self, app: AppName, description: Environment, image: Image, revision: Revision, execution: ExecutionNumber
    ) -> Release:
        """A release that was not made."""
        described = replace(
            make_release(EnvironmentName(description.name)), app=app, description=description, execution=execution
        )
        return replace(described, number=ReleaseNumber(0), image=image, commit=revision.commit)

    async def prepare(self) -> None:
        await self.store.apps.create(APP, at=1.0)

    async def pass_(self, order: Order, **changes: Any) -> Passage:
        """A server's life that sees the order through."""
        return await Guard(self.parts(**changes)).take(order, self.log.append)

    async def values(
        self, app: AppName, environment: EnvironmentName, version: int, service: str = ""
    ) -> Mapping[str, str]:
        return self.variables

    async def find_serving(self, app: AppName, environment: EnvironmentName) -> Serving | None:
        return self.serving

    @property
    def applied(self) -> list[str | None]:
        """What the real database's tool table has."""
        return [row["name"] for row in self.real.rows[TABLE]]

    @property
    def migrations(self) -> int:
        """How many containers were begun that migrate the real database."""
        return self.begun.count(None)

    def deed(self, spec: JobSpec) -> Deed:
        """What a container of the release does, at its start: its migrations, on the database that its network leads
        to."""
        self.begun.append(spec.network)
        if spec.network is None:
            self.closed_while.append(self.doors.closed)
        self.specs.append(spec)
        script = self.script
        if script.refused is not None:
            return Deed(refused=script.refused)
        if spec.network is None and script.locked:
            script.locked -= 1
            return Deed(lines=("ERROR: canceling statement due to lock timeout",), code=1, takes=script.takes)
        lines, code = [*script.lines], script.code
        if not script.away:
            error = self.run(self.database(spec), down=spec.command in (DOWN, ("psql", "down")))
            if error:
                lines.append(f"ERROR:  {error}")
                code = 1
        return Deed(lines=tuple(lines), code=code, takes=script.takes)

    def database(self, spec: JobSpec) -> MemoryDatabase:
        if spec.network is None:
            return self.real
        scratch = next(each for each in self.scratches.there.values() if each.network == spec.network)
        return self.world.at(scratch.address)

    def run(self, database: MemoryDatabase, *, down: bool) -> str:
        """Run the script, each migration with its row or not at all; what the database said."""
        database.connected = True
        if down:
            for count, name in enumerate(reversed([str(row["name"]) for row in database.rows[TABLE]])):
                if self.script.down_dies_after == count and database is self.real:
                    return "canceling statement due to lock timeout"
                if name not in self.script.downs:
                    continue
                self.script.downs[name](database)
                database.rows[TABLE] = [row for row in database.rows[TABLE] if row["name"] != name]
            return ""
        for count, (name, change) in enumerate(self.script.ups.items()):
            if name in [row["name"] for row in database.rows[TABLE]]:
                continue
            if self.script.dies_after == count and database is self.real:
                return "server closed the connection unexpectedly"
            try:
                database.run(f"-- {name}", change)
            except Refused as error:
                return str(error)
            database.insert(TABLE, [{"name": name}])
        return ""


def only_the_old_fails(world: World) -> Callable[[TrialSpec, Mapping[str, str]], Bearing]:
    """The release that serves fails on a migrated copy, the new one holds."""

    def bears(spec: TrialSpec, variables: Mapping[str, str]) -> Bearing:
        copy = next(each for each in world.scratches.there.values() if each.network == spec.network)
        migrated = bool(world.world.at(copy.address).rows[TABLE])
        old = variables["FAIRWAY_RELEASE"] == "17"
        return Bearing(answers={"/orders": 500 if old and migrated else 200}, lines=("no column code",))

    return bears


async def reach(app: AppName, environment: EnvironmentName, address: Address) -> Address:
    """From here it is where it is from there."""
    return address
