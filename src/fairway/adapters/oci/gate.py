"""Many pushes at a time, or one clearing away (a deletion of images, a garbage collection): never both.

The collector deletes every layer that no manifest names, so the first layers of a push under way, whose manifest comes
last, would be lost. Distribution's own documentation wants the registry read-only or stopped; its only writer is this
process (nobody else has the password), so it is enough that this process does not write.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fairway.errors import Conflict

PATIENCE = 60.0


class Gate:
    """One that waits to clear away lets the pushes under way end, and holds back new ones."""

    def __init__(self) -> None:
        self._turnstile = asyncio.Lock()
        self._idle = asyncio.Event()
        self._idle.set()
        self._pushes = 0

    @contextlib.asynccontextmanager
    async def push(self) -> AsyncIterator[None]:
        """Held during a push."""
        async with self._turnstile:
            self._pushes += 1
            self._idle.clear()
        try:
            yield
        finally:
            self._pushes -= 1
            if not self._pushes:
                self._idle.set()

    @contextlib.asynccontextmanager
    async def exclusive(self, patience: float = PATIENCE) -> AsyncIterator[None]:
        """Held while clearing away. Raises Conflict when the pushes under way don't end within `patience` seconds: new
        ones have waited long enough by then."""
        async with self._turnstile:
            try:
                async with asyncio.timeout(patience):
                    await self._idle.wait()
            except TimeoutError as error:
                raise Conflict("pushes to the registry are under way", why=f"after {patience:g} s still") from error
            yield
