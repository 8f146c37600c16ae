"""Many pushes at a time, or one garbage collection: never both.

The collector deletes every layer that no manifest names, so the first layers of a push under way, whose manifest comes
last, would be lost. Distribution's own documentation wants the registry read-only or stopped; its only writer is this
process (nobody else has the password), so it is enough that this process does not write.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Gate:
    """A waiting collection lets the pushes under way end, and holds back new ones."""

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
    async def collection(self) -> AsyncIterator[None]:
        """Held during a collection."""
        async with self._turnstile:
            await self._idle.wait()
            yield
