"""SQLite for the suites of the databases' ports: a file in a volume, changed by connections of the tests' own."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from fairway.adapters.sqlite.counting import SqliteCounts
from fairway.adapters.sqlite.databases import SqliteDatabases
from fairway.adapters.sqlite.dumps import SqliteDumps
from fairway.adapters.sqlite.gates import SqliteGates
from fairway.adapters.sqlite.scratches import SqliteScratches
from fairway.adapters.sqlite.watches import SqliteWatches
from fairway.domain import volume
from fairway.domain.address import Address


class MemoryIsolation:
    """Networks that are only named. `there` has their keys."""

    def __init__(self) -> None:
        self.there: set[str] = set()

    async def make(self, key: str) -> str:
        self.there.add(key)
        return f"isolated-{key}"

    async def remove(self, key: str) -> None:
        self.there.discard(key)

    async def list(self) -> Sequence[str]:
        return sorted(self.there)


class SqliteRoom:
    """`support.databases_room.Room`. Its database has a write-ahead log when `journal` says so."""

    statements = False

    def __init__(self, root: Path, journal: str = "wal") -> None:
        directory = root / "volumes" / "shop" / "production" / "main"
        directory.mkdir(parents=True)
        self.file = directory / "main.db"
        self.file.touch()
        self.journal = journal
        self.address = volume.make("main").address.at(self.file)
        with self.connected() as connection:
            connection.execute(f"PRAGMA journal_mode = {journal}")
        (root / "text.db").write_text("no database, " * 100)
        self.wrong = {
            "no such file": self.address.at(root / "missing.db"),
            "no SQLite database": self.address.at(root / "text.db"),
            "no regular file": self.address.at(directory),
        }
        self.root = root / "scratch"
        self.isolation = MemoryIsolation()
        self.databases = SqliteDatabases(copies=self.root)
        self.dumps = SqliteDumps(copies=self.root)
        self.scratches = SqliteScratches(self.root, self.isolation)
        self.watches = SqliteWatches()
        self.gates = SqliteGates()
        self.counts = SqliteCounts()

    def full(self, table: str) -> str:
        return table

    async def create(self, address: Address, table: str, rows: int) -> None:
        self.run(f"CREATE TABLE {table} (id integer PRIMARY KEY, code text NOT NULL)", address=address)
        await self.insert(address, table, 1, rows)

    async def insert(self, address: Address, table: str, first: int, last: int) -> None:
        rows = [(id, f"A{id}") for id in range(first, last + 1)]
        self.run(f"INSERT INTO {table} (id, code) VALUES (?, ?)", *rows, address=address)

    async def change(self, address: Address, table: str, id: int, code: str) -> None:
        self.run(f"UPDATE {table} SET code = ? WHERE id = ?", (code, id), address=address)

    async def add_column(self, address: Address, table: str, column: str) -> None:
        self.run(f"ALTER TABLE {table} ADD COLUMN {column} text", address=address)

    async def drop(self, address: Address, table: str) -> None:
        self.run(f"DROP TABLE {table}", address=address)

    async def count(self, address: Address, table: str) -> int:
        with self.connected(address) as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def run(self, statement: str, *rows: Sequence[object], address: Address | None = None) -> None:
        """One statement, for each of the rows if it takes any."""
        with self.connected(address) as connection, connection:
            if "?" in statement:
                connection.executemany(statement, rows)
            else:
                connection.executescript(statement)

    @contextlib.contextmanager
    def connected(self, address: Address | None = None) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(sqlite3.connect((address or self.address).file)) as connection:
            yield connection
