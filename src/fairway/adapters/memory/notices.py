"""The bulletin board of events, inside this process: the real one, and the only one."""

import asyncio
import weakref
from collections.abc import AsyncIterator

from fairway.domain.events import Event

BEHIND = 1000
"""How many events a reader may fall behind before it starts afresh."""


class MemoryNotices:
    """`ports.notify.Notices`. Publishing costs one append for each reader."""

    def __init__(self, behind: int = BEHIND) -> None:
        self._behind = behind
        # Weak: a reader that was asked for and never read from must not be written to for ever.
        self._readers: weakref.WeakSet[asyncio.Queue[Event]] = weakref.WeakSet()

    def publish(self, event: Event) -> None:
        """Show it to everybody who follows. A reader that has fallen behind loses what it has not read, and is told so
        by an event of kind "notices.missed" in its place."""
        for queue in list(self._readers):
            if queue.qsize() >= self._behind:
                missed = drop_all(queue)
                text = f"{missed} events were not read in time; look again"
                queue.put_nowait(Event(at=event.at, kind="notices.missed", text=text))
            queue.put_nowait(event)

    def follow(self) -> AsyncIterator[Event]:
        """Every event from this call on, until the iterator is closed."""
        queue: asyncio.Queue[Event] = asyncio.Queue()
        self._readers.add(queue)
        return self._read(queue)

    async def _read(self, queue: asyncio.Queue[Event]) -> AsyncIterator[Event]:
        try:
            while True:
                yield await queue.get()
        finally:
            self._readers.discard(queue)


def drop_all(queue: asyncio.Queue[Event]) -> int:
    """Empty the queue; how many there were."""
    count = queue.qsize()
    for _ in range(count):
        queue.get_nowait()
    return count
