"""Directories in which something lies for as long as it is worked on, for this server's user alone."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from fairway.errors import WorkFailed


class FileWorkspaces:
    """`ports.guarding.Workspaces`, in one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._open: set[str] = set()

    @contextlib.asynccontextmanager
    async def open(self, name: str) -> AsyncIterator[Path]:
        """Raises WorkFailed when it can't be made."""
        path = self._root / name
        self._open.add(name)
        try:
            try:
                await asyncio.to_thread(begin, path)
            except OSError as error:
                raise WorkFailed(f"{path} can't be made", why=(error.strerror or str(error)).lower()) from error
            yield path
        finally:
            # Not left to another thread's turn: whoever is cancelled here has to be rid of it all the same.
            remove(path)
            self._open.discard(name)

    async def sweep(self) -> None:
        """Remove all that are not open."""

        def clear() -> None:
            if self._root.is_dir():
                for path in self._root.iterdir():
                    if path.name not in self._open:
                        remove(path)

        await asyncio.to_thread(clear)


def begin(path: Path) -> None:
    """An empty directory, whatever was there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove(path)
    path.mkdir(mode=0o700)


def remove(path: Path) -> None:
    """Delete it with all that is in it."""
    shutil.rmtree(path, ignore_errors=True)
