"""Looking at a SQLite database. What is short is done on a thread, what reads all rows in a process of its own."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from sqlite3 import Connection
from typing import TypeVar

from fairway.adapters.sqlite import dumps, objects, opening, sizes
from fairway.domain import fingerprint as fingerprints
from fairway.domain.address import Address
from fairway.domain.catalog import Schema, Standing
from fairway.domain.fingerprint import Fingerprint
from fairway.ports.databases import Progress

T = TypeVar("T")


class SqliteDatabases:
    """`ports.databases.Databases`. Copies that are needed for a moment lie below the directory `copies`, where
    those of `SqliteScratches` lie. `patience` is how many seconds are waited for a writer."""

    def __init__(self, copies: Path, *, patience: float = opening.PATIENCE) -> None:
        self._copies = copies
        self._patience = patience

    async def look(self, address: Address) -> Standing:
        """Raises Unavailable."""
        return await self._ask(address, sizes.look)

    async def schema(self, address: Address, *, without: Sequence[str] = ()) -> Schema:
        """Raises Unavailable."""
        return await self._ask(address, lambda connection: objects.read_schema(connection, without))

    async def read(
        self, address: Address, table: str, columns: Sequence[str], *, order: str | None = None
    ) -> Sequence[Mapping[str, str | None]] | None:
        """Raises Unavailable, WorkFailed for a column that there is not."""
        return await self._ask(address, lambda connection: objects.read_rows(connection, table, columns, order))

    async def since(self, address: Address, fingerprint: Fingerprint) -> Sequence[str]:
        """Raises Unavailable."""
        return fingerprints.written(fingerprint, await dumps.fingerprint(self._copies, address, unheard))

    async def _ask(self, address: Address, question: Callable[[Connection], T]) -> T:
        """The answer of a connection that is closed again, in one transaction."""

        def ask() -> T:
            file = opening.file_of(address)
            with opening.opened(file, address.shown, patience=self._patience) as connection:
                connection.execute("BEGIN")
                return question(connection)

        return await asyncio.to_thread(ask)


def unheard(progress: Progress) -> None:
    """Nobody waits for this one's progress."""
