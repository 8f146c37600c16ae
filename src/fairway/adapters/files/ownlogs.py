"""Keeping what the server and the programs beside it print within a bound: FAIRWAY_HOME/logs/*.log.

They hold their files open, and go on while the server does not run, so that a file can't be taken from under them. All
of them append: what is long is copied to NAME.log.1, in place of the one before, and emptied where it is. A line that
comes between the two is lost. One that dies in between leaves a file that is still too long, and the next round does
both again.
"""

import asyncio
import contextlib
import logging
import os
import shutil
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from fairway.ports.clock import Clock

LOG = logging.getLogger(__name__)
EVERY = 3600.0
"""Seconds between two rounds, and before the first one."""
LIMIT = 20 * 1024 * 1024
"""Bytes of a log from which on it is emptied; with the copy there is at most twice as much, and what an hour brings."""


class OwnLogs:
    """Those in a folder; what tasks print, in folders of it, has bounds of its own. `apart` runs what the disk may hold
    up."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        limit: int = LIMIT,
        apart: Callable[[Callable[[], Sequence[str]]], Awaitable[Sequence[str]]] = asyncio.to_thread,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._limit = limit
        self._apart = apart

    async def keep(self) -> None:
        """A round every hour, until cancelled."""
        while True:
            await self._clock.sleep(EVERY)
            for name in await self._apart(self.trim):
                LOG.info("%s was long: what it had is in %s.1, and it begins anew", name, name)

    def trim(self) -> Sequence[str]:
        """Empty the long ones; their names. One that can't be copied, on a full disk say, is emptied all the same: it
        is what fills it."""
        emptied = []
        for file in sorted(self._folder.glob("*.log")):
            try:
                if file.is_symlink() or file.stat().st_size <= self._limit:
                    continue
                self._copy(file)
                os.truncate(file, 0)
            except OSError as error:
                LOG.warning("%s can't be emptied: %s", file.name, error)
                continue
            emptied.append(file.name)
        return emptied

    def _copy(self, file: Path) -> None:
        """Whole or not at all. The file before goes first, so that its room serves this one."""
        copy = file.with_name(f"{file.name}.1")
        unfinished = file.with_name(f"{file.name}.new")
        try:
            copy.unlink(missing_ok=True)
            shutil.copyfile(file, unfinished)
            unfinished.chmod(0o600)
            unfinished.replace(copy)
        except OSError as error:
            with contextlib.suppress(OSError):
                unfinished.unlink()
            LOG.warning("%s is emptied without a copy: %s", file.name, error)
