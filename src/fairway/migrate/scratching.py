"""The scratch databases that are in use, so that clearing up after a killed server leaves them alone."""

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
        # A list, and always the same one: who sweeps looks at it as it is at that moment.
        self._open: list[str] = []

    @contextlib.asynccontextmanager
    async def open(
        self, key: str, like: Address, standing: Standing, *, tools: str | None = None, memory: int = 0
    ) -> AsyncIterator[Scratch]:
        """As the other one."""
        self._open.append(key)
        try:
            async with self._scratches.open(key, like, standing, tools=tools, memory=memory) as scratch:
                yield scratch
        finally:
            self._open.remove(key)

    async def sweep(self, keep: Sequence[str] = ()) -> None:
        """Remove what is left of all that are not open."""
        self._open.extend(keep)
        try:
            await self._scratches.sweep(self._open)
        finally:
            for key in keep:
                self._open.remove(key)
