"""A world of databases in memory, by where they are: what the guard looks at, copies and migrates in its tests.

A test puts databases into the world and changes them by `run`, as a migration tool would; all fakes of
`ports/databases.py` work on the same world. A database knows no SQL: what a statement does is a function that the test
hands over beside its text.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from fairway.adapters.memory.faults import Faults
from fairway.domain import fingerprint as domain
from fairway.domain.address import Address, Engine
from fairway.domain.catalog import Schema, Standing, Table
from fairway.domain.fingerprint import Fingerprint, Mark
from fairway.domain.rehearsal import Watched
from fairway.errors import Unavailable

Row = dict[str, str | None]
Place = tuple[str, int, str]
"""Host, port and name; of SQLite the path alone."""
WEIGHT = 100
"""How many bytes a row is said to take."""


@dataclass(slots=True, kw_only=True)
class MemoryDatabase:
    """`objects` is the schema, `rows` the tables' contents by name ("public.orders"). `statements` is what was run on
    it; `connected` whether anybody ran something. `seen` is what a watch says beside that: locks, rewritten tables."""

    engine: Engine = Engine.POSTGRES
    version: str = "15.18"
    password: str = ""
    objects: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    extensions: dict[str, str] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)
    connected: bool = False
    seen: Watched = field(default_factory=Watched)
    held: bool = False

    def run(self, statement: str, change: "Callable[[MemoryDatabase], None] | None" = None) -> None:
        """What somebody else does to it: the statement's text, and what that does."""
        self.connected = True
        self.statements.append(statement)
        if change is not None:
            change(self)

    def create(self, table: str, columns: Sequence[str], rows: int = 0) -> None:
        """A table of text columns with so many rows."""
        self.objects[f"table {table}"] = "table"
        self.objects |= {f"column {table}.{column}": "text" for column in columns}
        self.rows[table] = [{column: f"{column} {place}" for column in columns} for place in range(rows)]

    def drop(self, table: str) -> None:
        """The table with all that belongs to it."""
        del self.rows[table]
        for name in [name for name in self.objects if mentions(name, table)]:
            del self.objects[name]

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """More rows."""
        self.rows[table].extend(rows)

    def table(self, name: str) -> list[Row] | None:
        """A table's rows by its name with or without its schema, None when there is none."""
        return next((rows for full, rows in self.rows.items() if name in (full, full.rpartition(".")[2])), None)

    @property
    def standing(self) -> Standing:
        """As `look` gives it."""
        tables = tuple(
            Table(name=name, rows=len(rows), bytes=len(rows) * WEIGHT) for name, rows in sorted(self.rows.items())
        )
        size = sum(table.bytes for table in tables)
        return Standing(
            engine=self.engine, version=self.version, bytes=size, tables=tables, extensions=dict(self.extensions)
        )

    @property
    def fingerprint(self) -> Fingerprint:
        """Of all tables; the order of the rows is of no account."""
        return Fingerprint(tables={name: mark(rows) for name, rows in self.rows.items()})


class MemoryWorld:
    """All databases that there are. `free` is how many bytes of disk are left for copies; `unreachable` are hosts that
    don't answer; `now` is the time of every snapshot."""

    def __init__(self, *, free: int = 10**12) -> None:
        self.databases: dict[Place, MemoryDatabase] = {}
        self.unreachable: set[str] = set()
        self.free = free
        self.now = 1000.0

    def put(self, address: Address, database: MemoryDatabase | None = None) -> MemoryDatabase:
        """A database at that address, an empty one if none is given; the address's password is its own."""
        database = database or MemoryDatabase()
        database.engine, database.password = address.engine, address.password
        self.databases[place(address)] = database
        return database

    def at(self, address: Address) -> MemoryDatabase:
        """What is there. Raises Unavailable that says whether host, database or password is wrong."""
        shown = address.shown
        if address.host in self.unreachable:
            raise Unavailable(f"{shown} can't be reached", why=f"nobody answers at {address.host}:{address.port}")
        found = self.databases.get(place(address))
        if found is None:
            if any(host == address.host for host, _, _ in self.databases):
                raise Unavailable(f"{shown} can't be reached", why=f'there is no database "{address.name}"')
            raise Unavailable(f"{shown} can't be reached", why=f"there is no host {address.host}")
        if found.password != address.password:
            raise Unavailable(f"{shown} can't be reached", why="the password is wrong")
        return found

    def replace(self, address: Address, database: MemoryDatabase) -> None:
        """Give the database at the address the contents of another one."""
        kept, copy = self.at(address), deepcopy(database)
        kept.objects, kept.rows, kept.extensions = copy.objects, copy.rows, copy.extensions


class MemoryDatabases:
    """`ports.databases.Databases`."""

    def __init__(self, world: MemoryWorld) -> None:
        self._world = world
        self.faults = Faults()

    async def look(self, address: Address) -> Standing:
        """Raises Unavailable. Lying: an empty database."""
        if await self.faults.meet("look"):
            return MemoryDatabase(engine=address.engine).standing
        return self._world.at(address).standing

    async def schema(self, address: Address, *, without: Sequence[str] = ()) -> Schema:
        """Raises Unavailable. Lying: an empty schema."""
        if await self.faults.meet("schema"):
            return Schema(objects={})
        objects = self._world.at(address).objects
        return Schema(
            objects={
                name: definition
                for name, definition in objects.items()
                if not any(mentions(name, table) for table in without)
            }
        )

    async def read(
        self, address: Address, table: str, columns: Sequence[str], *, order: str | None = None
    ) -> Sequence[Mapping[str, str | None]] | None:
        """Raises Unavailable. Lying: there is no such table."""
        if await self.faults.meet("read"):
            return None
        rows = self._world.at(address).table(table)
        if rows is None:
            return None
        if order is not None:
            rows = sorted(rows, key=lambda row: row[order] or "")
        return [{column: row[column] for column in columns} for row in rows]

    async def since(self, address: Address, fingerprint: Fingerprint) -> Sequence[str]:
        """Raises Unavailable. Lying: nothing."""
        if await self.faults.meet("since"):
            return ()
        return domain.written(fingerprint, self._world.at(address).fingerprint)


def place(address: Address) -> Place:
    """Where it is, whoever asks."""
    return (address.host, address.port, address.name)


def mark(rows: Sequence[Row]) -> Mark:
    """Of one table."""
    hashes = (int(hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest()[:16], 16) for row in rows)
    return Mark(rows=len(rows), checksum=str(sum(hashes)))


def mentions(object: str, table: str) -> bool:
    """Whether an object is that table or belongs to it: "column public.orders.code" and "orders" do."""
    _, _, name = object.partition(" ")
    return any(name == full or name.startswith(f"{full}.") for full in (table, f"public.{table}"))
