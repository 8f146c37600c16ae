"""Scratch databases in memory's world, what is seen on them, and the gate before a database."""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

from fairway.adapters.memory.databases import MemoryDatabase, MemoryWorld, place
from fairway.adapters.memory.faults import Faults
from fairway.domain.address import Address
from fairway.domain.catalog import Standing
from fairway.domain.rehearsal import Watched
from fairway.errors import Conflict, WorkFailed
from fairway.ports.databases import Scratch, Watch


class MemoryScratches:
    """`ports.databases.Scratches`. `there` has those that are open, by key. `versions` are the majors that there are
    images of."""

    def __init__(self, world: MemoryWorld, versions: frozenset[int] = frozenset(range(9, 30))) -> None:
        self._world = world
        self._versions = versions
        self.faults = Faults()
        self.there: dict[str, Scratch] = {}

    @contextlib.asynccontextmanager
    async def open(
        self, key: str, like: Address, standing: Standing, *, tools: str | None = None, memory: int = 0
    ) -> AsyncIterator[Scratch]:
        """Raises WorkFailed when there is too little disk or no image. Lying: one that nobody can reach."""
        lies = await self.faults.meet("open")
        if standing.bytes > self._world.free:
            raise WorkFailed(
                "there is too little disk for a copy of the database",
                why=f"it needs {standing.bytes} bytes and {self._world.free} are free",
            )
        if standing.major not in self._versions and tools is None:
            raise WorkFailed(f"there is no image of version {standing.major}", hint="set migrations.tools")
        self._remove(key)
        address = like.moved(host=f"scratch-{key}", port=like.port, password=f"password of {key}")
        scratch = Scratch(address=address, inside=address, network=f"network-{key}", mounts={})
        if not lies:
            self._world.put(address, MemoryDatabase(version=standing.version))
        self.there[key] = scratch
        try:
            yield scratch
        finally:
            self._remove(key)

    async def sweep(self, keep: Sequence[str] = ()) -> None:
        """Remove the others. Lying: none."""
        if not await self.faults.meet("sweep"):
            for key in [key for key in self.there if key not in keep]:
                self._remove(key)

    def _remove(self, key: str) -> None:
        if (scratch := self.there.pop(key, None)) is not None:
            self._world.databases.pop(place(scratch.address), None)


class MemoryLeads:
    """`ports.databases.Leads` to databases of memory's world. `there` has the ways that are open, by key."""

    def __init__(self, world: MemoryWorld) -> None:
        self._world = world
        self.faults = Faults()
        self.there: dict[str, Scratch] = {}

    @contextlib.asynccontextmanager
    async def open(
        self, key: str, to: Address, standing: Standing, *, tools: str | None = None
    ) -> AsyncIterator[Scratch]:
        """Raises Unavailable for a host that is not there. Lying: a way on which nobody is."""
        lies = await self.faults.meet("open")
        self._world.at(to)
        there = to.moved(host="nowhere", port=to.port) if lies else to
        self.there[key] = Scratch(address=there, inside=there, network=f"network-{key}", mounts={}, hosted=True)
        try:
            yield self.there[key]
        finally:
            del self.there[key]


class MemoryWatches:
    """`ports.databases.Watches`. A lying one has seen nothing."""

    def __init__(self, world: MemoryWorld) -> None:
        self._world = world
        self.faults = Faults()

    @contextlib.asynccontextmanager
    async def watch(self, scratch: Scratch) -> AsyncIterator[Watch]:
        """Raises Unavailable."""
        lies = await self.faults.meet("watch")
        database = self._world.at(scratch.address)
        database.connected = False
        yield MemoryWatch(MemoryDatabase() if lies else database)


class MemoryWatch:
    """What one of them has seen since it began."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database
        self._before = len(database.statements)

    async def end(self) -> Watched:
        """The database's `seen` with the statements that came since."""
        statements = tuple(self._database.statements[self._before :])
        return replace(self._database.seen, statements=statements, connected=self._database.connected)


class MemoryGates:
    """`ports.databases.Gates`. `cancelled` is said as soon as a gate is held. A lying one lets everybody in."""

    def __init__(self, world: MemoryWorld) -> None:
        self._world = world
        self.faults = Faults()
        self.cancelled: list[str] = []

    @contextlib.asynccontextmanager
    async def hold(
        self, address: Address, *, lock_timeout: float, report: Callable[[str], None]
    ) -> AsyncIterator[None]:
        """Raises Conflict when it is held, Unavailable."""
        lies = await self.faults.meet("hold")
        database = self._world.at(address)
        if database.held and not lies:
            raise Conflict(f"{address.shown} is being migrated", why="somebody else holds its lock")
        database.held = True
        for sentence in self.cancelled:
            report(sentence)
        try:
            yield
        finally:
            database.held = False
