"""What the suites of the databases' ports ask of an engine: its parts, an empty database, and ways of changing one.

The suites know tables of two columns, `id` (1, 2, 3...) and `code` ("A1", "A2"...), and no SQL: each engine has a room
that makes, fills, alters and drops them in its own words.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from fairway.adapters.memory.counting import MemoryCounts
from fairway.adapters.memory.databases import MemoryDatabase, MemoryDatabases, MemoryWorld
from fairway.adapters.memory.dumps import MemoryDumps
from fairway.adapters.memory.scratches import MemoryGates, MemoryScratches, MemoryWatches
from fairway.domain.address import Address, read
from fairway.ports.counting import Counts
from fairway.ports.databases import Databases, Dumps, Gates, Progress, Scratches, Watches


class Room(Protocol):
    """`address` is an empty database; `wrong` are ones that can't be reached, by what the error has to name;
    `statements`: a watch sees what is run, and does not only say that it can't."""

    address: Address
    wrong: Mapping[str, Address]
    databases: Databases
    dumps: Dumps
    scratches: Scratches
    watches: Watches
    gates: Gates
    counts: Counts
    statements: bool

    def full(self, table: str) -> str:
        """The table's name with its schema, as this engine has it: "public.orders", "orders"."""
        ...

    async def create(self, address: Address, table: str, rows: int) -> None:
        """A table with the rows 1 to `rows`."""
        ...

    async def insert(self, address: Address, table: str, first: int, last: int) -> None:
        """The rows of those numbers."""
        ...

    async def change(self, address: Address, table: str, id: int, code: str) -> None:
        """Give one row another code."""
        ...

    async def add_column(self, address: Address, table: str, column: str) -> None:
        """A text column more, which is null everywhere."""
        ...

    async def drop(self, address: Address, table: str) -> None:
        """Drop it."""
        ...

    async def count(self, address: Address, table: str) -> int:
        """Its rows."""
        ...


class MemoryRoom:
    """The fakes, in a world of their own."""

    statements = True

    def __init__(self) -> None:
        self.world = MemoryWorld()
        self.address = read("postgres://shop:secret-word@db:5432/shop")
        self.world.put(self.address)
        self.wrong = {
            "password": self.address.moved(host="db", port=5432, password="another-word"),
            "host": self.address.moved(host="nowhere", port=5432),
            "database": self.address.moved(host="db", port=5432, name="other"),
        }
        self.databases = MemoryDatabases(self.world)
        self.dumps = MemoryDumps(self.world)
        self.scratches = MemoryScratches(self.world)
        self.watches = MemoryWatches(self.world)
        self.gates = MemoryGates(self.world)
        self.counts = MemoryCounts(self.world)

    def full(self, table: str) -> str:
        return f"public.{table}"

    async def create(self, address: Address, table: str, rows: int) -> None:
        self._run(address, f"CREATE TABLE {table}", lambda there: there.create(self.full(table), ("id", "code")))
        await self.insert(address, table, 1, rows)

    async def insert(self, address: Address, table: str, first: int, last: int) -> None:
        rows: list[dict[str, str | None]] = [{"id": str(id), "code": f"A{id}"} for id in range(first, last + 1)]
        self._run(address, f"INSERT INTO {table}", lambda there: there.insert(self.full(table), rows))

    async def change(self, address: Address, table: str, id: int, code: str) -> None:
        self._run(address, f"UPDATE {table}", lambda there: there.rows[self.full(table)][id - 1].update(code=code))

    async def add_column(self, address: Address, table: str, column: str) -> None:
        def add(there: MemoryDatabase) -> None:
            there.objects[f"column {self.full(table)}.{column}"] = "text"
            for row in there.rows[self.full(table)]:
                row[column] = None

        self._run(address, f"ALTER TABLE {table} ADD COLUMN {column} text", add)

    async def drop(self, address: Address, table: str) -> None:
        self._run(address, f"DROP TABLE {table}", lambda there: there.drop(self.full(table)))

    async def count(self, address: Address, table: str) -> int:
        return len(self.world.at(address).table(table) or ())

    def _run(self, address: Address, statement: str, change: Callable[[MemoryDatabase], None]) -> None:
        self.world.at(address).run(statement, change)


def quiet(progress: Progress) -> None:
    """Take a report that nobody reads."""
