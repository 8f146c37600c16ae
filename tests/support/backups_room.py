"""The room that makes backups, over databases in memory and a vault on the disk; the same with a server that dies."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fairway.adapters.files.workspaces import FileWorkspaces
from fairway.adapters.memory.databases import MemoryDatabase, MemoryDatabases, MemoryWorld
from fairway.adapters.memory.dumps import MemoryDumps
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.memory.scratches import MemoryScratches
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.adapters.vault.vault import FileVault
from fairway.domain import address as addresses
from fairway.domain.address import Address
from fairway.domain.app import Environment
from fairway.domain.ids import AppName, EnvironmentName
from fairway.migrate.backups.safekeeping import Ports, put_together
from fairway.migrate.backups.targets import Targets
from fairway.ports.databases import Progress
from support.pipeline_values import APP, PRODUCTION, STAGING

URL = "postgres://shop:s3cret@db:5432/shop"
STAGING_URL = "postgres://shop:other@db:5432/shop_staging"


class Died(BaseException):
    """The server was killed."""


@dataclass
class TickingClock:
    """A second later at each look."""

    at: float = 2000.0

    def now(self) -> float:
        self.at += 1.0
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds
        await asyncio.sleep(0)


@dataclass
class Life:
    """Dies before or after the call of this number, counted over all parts; then nothing can be done any more."""

    at: int = -1
    after: bool = False
    calls: list[str] = field(default_factory=list)
    dead: bool = False
    held: list[object] = field(default_factory=list)
    """What was entered: nobody collects it, and leaves it by that."""

    def begin(self, name: str) -> int:
        """A call that changes the world; its number."""
        if self.dead:
            raise Died
        self.calls.append(name)
        if len(self.calls) - 1 == self.at and not self.after:
            self.dead = True
            raise Died
        return len(self.calls) - 1

    def end(self, number: int) -> None:
        """The call is done."""
        if number == self.at and self.after:
            self.dead = True
            raise Died


class Mortal:
    """A part whose methods end with the server's life. `within` are those that are context managers."""

    def __init__(self, part: Any, life: Life, name: str, within: tuple[str, ...] = ()) -> None:
        self._part = part
        self._life = life
        self._name = name
        self._within = within

    def __getattr__(self, method: str) -> Any:
        called = getattr(self._part, method)
        if not callable(called):
            return called
        name = f"{self._name}.{method}"

        async def call(*arguments: Any, **named: Any) -> Any:
            number = self._life.begin(name)
            result = await called(*arguments, **named)
            self._life.end(number)
            return result

        @contextlib.asynccontextmanager
        async def enter(*arguments: Any, **named: Any) -> AsyncIterator[Any]:
            number = self._life.begin(name)
            manager = called(*arguments, **named)
            self._life.held.append(manager)
            inside = await manager.__aenter__()
            self._life.end(number)
            try:
                yield inside
            finally:
                # Who is killed does not leave in order: what lies there stays.
                if not self._life.dead:
                    await manager.__aexit__(*sys.exc_info())

        return enter if method in self._within else call


class LeftWorkspaces(FileWorkspaces):
    """Leaves what lies there when the server dies."""

    def __init__(self, root: Path, life: Life) -> None:
        super().__init__(root)
        self._where = root
        self._life = life

    @contextlib.asynccontextmanager
    async def open(self, name: str) -> AsyncIterator[Path]:
        number = self._life.begin("workspaces.open")
        async with super().open(name) as path:
            try:
                self._life.end(number)
                yield path
            finally:
                if self._life.dead:
                    (self._where / f"{name}-left").mkdir()


@dataclass
class Room:
    """All of it. `home` has the vault and the workspaces."""

    home: Path
    store: MemoryStore = field(default_factory=make_store)
    world: MemoryWorld = field(default_factory=MemoryWorld)
    clock: TickingClock = field(default_factory=TickingClock)
    life: Life = field(default_factory=Life)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    described: dict[str, Environment] = field(default_factory=dict)
    there: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        life = self.life
        self.notices = MemoryNotices()
        self.databases = MemoryDatabases(self.world)
        self.dumps = MemoryDumps(self.world)
        self.scratches = MemoryScratches(self.world)
        if self.there is not None:
            self.scratches.there = self.there
        self.vault = FileVault(self.home / "vault", the_key, chunk=64)
        self.workspaces = LeftWorkspaces(self.home / "work", life)
        vault: Any = Mortal(self.vault, life, "vault")
        dumps: Any = Mortal(self.dumps, life, "dumps")
        scratches: Any = Mortal(self.scratches, life, "scratches", within=("open",))
        backups: Any = Mortal(self.store.backups, life, "backups")
        self.targets = Targets(self._values, self._described, reach)
        self.ports = Ports(
            apps=self.store.apps,
            releases=self.store.releases,
            backups=backups,
            passages=self.store.passages,
            databases=self.databases,
            dumps=dumps,
            scratches=scratches,
            vault=vault,
            workspaces=self.workspaces,
            clock=self.clock,
            notices=self.notices,
        )
        whole = put_together(self.ports, self.targets)
        self.ledger, self.keeping, self.backing = whole.ledger, whole.keeping, whole.backing
        self.verifying, self.restoring = whole.verifying, whole.restoring
        self.errands, self.orders = whole.errands, whole.orders

    async def _values(self, app: AppName, environment: EnvironmentName) -> Mapping[str, str]:
        return self.values.get(environment, {})

    async def _described(self, app: AppName, environment: EnvironmentName) -> Environment | None:
        return self.described.get(environment)

    def next_server(self) -> "Room":
        """The one that comes after it, over the same store, vault and databases."""
        return Room(
            home=self.home,
            store=self.store,
            world=self.world,
            clock=self.clock,
            values=self.values,
            described=self.described,
            there=self.scratches.there,
        )

    def put(self, url: str, environment: str, rows: int = 3) -> MemoryDatabase:
        """A database, and the variable that names it."""
        database = self.world.put(addresses.read(url))
        database.create("public.orders", ["id", "code"], rows)
        self.values.setdefault(environment, {})["DATABASE_URL"] = url
        return database

    def files(self) -> list[str]:
        """What lies in the vault, half written too."""
        folder = self.home / "vault"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def left(self) -> list[str]:
        """What lies in clear."""
        folder = self.home / "work"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


async def the_key() -> bytes:
    return b"k" * 32


async def reach(app: AppName, environment: EnvironmentName, address: Address) -> Address:
    return address


async def make_room(home: Path, *, life: Life | None = None) -> Room:
    """With the database of production and that of staging."""
    room = Room(home=home, life=life or Life())
    await room.store.apps.create(APP, at=1.0)
    room.put(URL, PRODUCTION)
    room.put(STAGING_URL, STAGING, rows=1)
    return room


class Told:
    """Collects progress."""

    def __init__(self) -> None:
        self.all: list[Progress] = []

    def __call__(self, progress: Progress) -> None:
        self.all.append(progress)
