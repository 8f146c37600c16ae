"""What is seen of a SQLite copy while a migration runs on it.

The database's code runs in the tool's own process, so no statement is seen. Seen from outside are the file and its
locks: who opened it, how long writers and readers were kept out (a look every 20 ms: shorter ones are missed), which
pages were written, how much room it took. What could not be seen is said.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from fairway.adapters.sqlite import locks, noticing, opening, process
from fairway.adapters.sqlite.databases import unheard
from fairway.adapters.sqlite.noticing import Notice
from fairway.domain.address import Address
from fairway.domain.rehearsal import Held, LockMode, Rewritten, Watched
from fairway.ports.databases import Scratch, Watch

EVERY = 0.02
"""Seconds between two looks."""
WHOLE = "the whole database"
UNSEEN = "which statements it ran: SQLite runs in the tool's own process, and tells nobody"


class SqliteWatches:
    """`ports.databases.Watches`."""

    @contextlib.asynccontextmanager
    async def watch(self, scratch: Scratch) -> AsyncIterator[Watch]:
        """What is kept for the comparison lies beside the copy's directory. Raises Unavailable."""
        file = opening.file_of(scratch.address)
        directory = file.parent.parent / "watch"
        directory.mkdir(mode=0o700, exist_ok=True)
        await process.ask("survey", scratch.address, unheard, directory=directory)
        with noticing.watching(file.parent) as notice:
            watch = SqliteWatch(scratch.address, file, directory, notice)
            looking = asyncio.create_task(watch.look_on())
            try:
                yield watch
            finally:
                looking.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await looking


class SqliteWatch:
    """One of them, since it began."""

    def __init__(self, address: Address, file: Path, directory: Path, notice: Notice) -> None:
        self._address = address
        self._file = file
        self._directory = directory
        self._notice = notice
        self._own = frozenset({os.getpid()})
        self._size = self._largest = size_of(file.parent)
        self._since: dict[LockMode, float] = {}
        self._longest: dict[LockMode, float] = {}

    @property
    def modes(self) -> frozenset[LockMode]:
        """The locks that have been seen until now."""
        return frozenset(self._longest)

    @property
    def disk(self) -> int:
        """The bytes that it took more, at the most until now."""
        return self._largest - self._size

    async def look_on(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.to_thread(self._look)
            await asyncio.sleep(EVERY)

    async def end(self) -> Watched:
        """The comparison with how it was. What opens the file for that is not meant by `connected`."""
        connected = self._notice.opened()
        changed = await process.ask("compare", self._address, unheard, directory=self._directory)
        uncounted = [f"how many rows of {table} it changed" for table in changed["uncounted"]]
        return Watched(
            locks=tuple(Held(table=WHOLE, mode=mode, seconds=held) for mode, held in sorted(self._longest.items())),
            rewritten=tuple(Rewritten(table=name, rows=rows, bytes=size) for name, rows, size in changed["rewritten"]),
            rows=changed["rows"],
            written=changed["written"],
            disk=self.disk,
            connected=connected,
            unseen=(UNSEEN, *uncounted) if connected else (),
        )

    def _look(self) -> None:
        now, seen = time.monotonic(), locks.look(self._file, self._own)
        self._since = {mode: self._since.get(mode, now) for mode in seen.modes}
        for mode, since in self._since.items():
            self._longest[mode] = max(self._longest.get(mode, EVERY), now - since)
        self._largest = max(self._largest, size_of(self._file.parent))


def size_of(directory: Path) -> int:
    """The bytes of all files in it: the database with its log and journal."""
    sizes: Mapping[str, int] = {}
    with contextlib.suppress(OSError), os.scandir(directory) as entries:
        sizes = {each.name: size for each in entries if (size := bytes_of(each)) is not None}
    return sum(sizes.values())


def bytes_of(entry: os.DirEntry[str]) -> int | None:
    """None when it is gone by now: a journal lives as long as its transaction."""
    try:
        return entry.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return None
