"""The scratch databases that are in use, so that clearing up after a killed server leaves them alone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from fairway.domain.address import Address
from fairway.domain.catalog import Standing
from fairway.ports.databases import Scratch, Scratches


class Attended:
    """`ports.databases.Scratches` over another one. Every room of a server opens its scratch databases through the same
    one: `sweep` keeps all of them."""

    def __init__(self, scratches: Scratches) -> None:
        self._scratches = scratches
        self._open: list[str] = []
        self._sweeping = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def open(
        self, key: str, like: Address, standing: Standing, *, tools: str | None = None, memory: int = 0
    ) -> AsyncIterator[Scratch]:
        """As the other one."""
        # One that opens while others are being removed would not be among those that are kept.
        async with self._sweeping:
            self._open.append(key)
        try:
            async with self._scratches.open(key, like, standing, tools=tools, memory=memory) as scratch:
                yield scratch
        finally:
            self._open.remove(key)

    async def sweep(self, keep: Sequence[str] = ()) -> None:
        """Remove what is left of all that are not open."""
        async with self._sweeping:
            await self._scratches.sweep([*self._open, *keep])
