"""PostgreSQL or SQLite: every call goes to the adapter of the engine that its address names."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TypeVar

from fairway.domain.address import Address, Engine
from fairway.domain.catalog import Schema, Standing
from fairway.domain.fingerprint import Fingerprint
from fairway.domain.ground import Question
from fairway.errors import Unavailable
from fairway.ports.counting import Counts
from fairway.ports.databases import (
    Databases,
    Dumped,
    Dumps,
    Gates,
    Report,
    Scratch,
    Scratches,
    Watch,
    Watches,
)

T = TypeVar("T")


class EngineDatabases:
    """`ports.databases.Databases`."""

    def __init__(self, engines: Mapping[Engine, Databases]) -> None:
        self._engines = engines

    async def look(self, address: Address) -> Standing:
        """As the engine's."""
        return await choose(self._engines, address).look(address)

    async def schema(self, address: Address, *, without: Sequence[str] = ()) -> Schema:
        """As the engine's."""
        return await choose(self._engines, address).schema(address, without=without)

    async def read(
        self, address: Address, table: str, columns: Sequence[str], *, order: str | None = None
    ) -> Sequence[Mapping[str, str | None]] | None:
        """As the engine's."""
        return await choose(self._engines, address).read(address, table, columns, order=order)

    async def since(self, address: Address, fingerprint: Fingerprint) -> Sequence[str]:
        """As the engine's."""
        return await choose(self._engines, address).since(address, fingerprint)


class EngineCounts:
    """`ports.counting.Counts`."""

    def __init__(self, engines: Mapping[Engine, Counts]) -> None:
        self._engines = engines

    async def count(self, address: Address, questions: Sequence[Question]) -> Mapping[Question, int]:
        """As the engine's."""
        return await choose(self._engines, address).count(address, questions)


class EngineDumps:
    """`ports.databases.Dumps`."""

    def __init__(self, engines: Mapping[Engine, Dumps]) -> None:
        self._engines = engines

    async def dump(self, address: Address, into: Path, *, tools: str | None = None, report: Report) -> Dumped:
        """As the engine's."""
        return await choose(self._engines, address).dump(address, into, tools=tools, report=report)

    async def restore(self, directory: Path, into: Address, *, tools: str | None = None, report: Report) -> None:
        """As the engine's."""
        await choose(self._engines, into).restore(directory, into, tools=tools, report=report)

    async def replace(self, directory: Path, address: Address, *, tools: str | None = None, report: Report) -> None:
        """As the engine's."""
        await choose(self._engines, address).replace(directory, address, tools=tools, report=report)

    async def fingerprint(self, address: Address, *, report: Report) -> Fingerprint:
        """As the engine's."""
        return await choose(self._engines, address).fingerprint(address, report=report)


class EngineScratches:
    """`ports.databases.Scratches`."""

    def __init__(self, engines: Mapping[Engine, Scratches]) -> None:
        self._engines = engines

    def open(
        self, key: str, like: Address, standing: Standing, *, tools: str | None = None, memory: int = 0
    ) -> AbstractAsyncContextManager[Scratch]:
        """As the engine's."""
        return choose(self._engines, like).open(key, like, standing, tools=tools, memory=memory)

    async def sweep(self, keep: Sequence[str] = ()) -> None:
        """Those of every engine."""
        for scratches in self._engines.values():
            await scratches.sweep(keep)


class EngineWatches:
    """`ports.databases.Watches`."""

    def __init__(self, engines: Mapping[Engine, Watches]) -> None:
        self._engines = engines

    def watch(self, scratch: Scratch) -> AbstractAsyncContextManager[Watch]:
        """As the engine's."""
        return choose(self._engines, scratch.address).watch(scratch)


class EngineGates:
    """`ports.databases.Gates`."""

    def __init__(self, engines: Mapping[Engine, Gates]) -> None:
        self._engines = engines

    def hold(
        self, address: Address, *, lock_timeout: float, report: Callable[[str], None]
    ) -> AbstractAsyncContextManager[None]:
        """As the engine's."""
        return choose(self._engines, address).hold(address, lock_timeout=lock_timeout, report=report)


def choose(engines: Mapping[Engine, T], address: Address) -> T:
    """The adapter of the address's engine. Raises Unavailable where this server has none."""
    found = engines.get(address.engine)
    if found is None:
        known = ", ".join(sorted(engines)) or "none"
        raise Unavailable(f"this server can't work on {address.engine}", why=f"the engines that it knows: {known}")
    return found
