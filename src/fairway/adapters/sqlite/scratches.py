"""Scratch databases of SQLite: a directory with an empty file, and a network that leads nowhere.

A container finds the copy at the very path of the original, because the directory is mounted there: the same command
with the same URL works on it. It must not be given the environment's own volumes too.
"""

import asyncio
import contextlib
import os
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

from fairway.adapters.sqlite import copying, lending
from fairway.adapters.sqlite.lending import COUNTING
from fairway.domain.address import Address
from fairway.domain.catalog import Standing
from fairway.errors import UsageError, WorkFailed
from fairway.ports.databases import Scratch

COPIES = 3
"""The copy, its log or journal while all of it is written anew, and what a migration puts there besides."""
UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


class Isolation(Protocol):
    """Networks that no packet leaves, each for itself."""

    async def make(self, key: str) -> str:
        """The name of the network of that key, made if there is none."""
        ...

    async def remove(self, key: str) -> None:
        """Delete it, with the ends of containers in it. One that does not exist is no error."""
        ...

    async def list(self) -> Sequence[str]:
        """The keys of all that there are."""
        ...


class SqliteScratches:
    """`ports.databases.Scratches` below the directory `root`, which nothing else is in."""

    def __init__(self, root: Path, isolation: Isolation) -> None:
        self._root = root
        self._isolation = isolation

    @contextlib.asynccontextmanager
    async def open(
        self, key: str, like: Address, standing: Standing, *, tools: str | None = None, memory: int = 0
    ) -> AsyncIterator[Scratch]:
        """Raises WorkFailed when there is too little disk, UsageError for a path in no directory of its own."""
        inside = PurePosixPath(like.name)
        if not inside.is_absolute() or len(inside.parts) < 3:
            raise UsageError(
                f"{like.shown} has no directory of its own in its container", why="a copy can't be mounted over it"
            )
        name = UNSAFE.sub("-", key)
        await self._remove(name)
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        copying.require_room(self._root, standing.bytes * COPIES, like.shown)
        try:
            network = await self._isolation.make(name)
            data = self._root / name / "data"
            await asyncio.to_thread(lay_out, data, inside.name)
            address = like.at(data / inside.name)
            yield Scratch(address=address, inside=address, network=network, mounts={str(inside.parent): data})
        finally:
            await asyncio.shield(self._remove(name))

    async def sweep(self, keep: Sequence[str] = ()) -> None:
        """Remove the others, and what copies were left."""
        kept = {UNSAFE.sub("-", key) for key in keep}
        found = {each.name for each in self._root.iterdir()} if self._root.is_dir() else set()
        counted = {name for name in found if name.startswith(COUNTING)}
        for name in sorted((found | set(await self._isolation.list())) - kept - counted - {lending.LOCK}):
            await self._remove(name)
        if counted:
            await asyncio.to_thread(lending.sweep, self._root, counted)

    async def _remove(self, name: str) -> None:
        await self._isolation.remove(name)
        try:
            await asyncio.to_thread(delete, self._root / name)
        except OSError as error:
            raise WorkFailed(f"the scratch database {name} can't be deleted", why=str(error)) from error


def lay_out(data: Path, file: str) -> None:
    """A directory and an empty file that a process of any user may write to, in one of ours."""
    data.parent.mkdir(mode=0o700)
    data.mkdir()
    data.chmod(0o777)
    descriptor = os.open(data / file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    os.fchmod(descriptor, 0o666)
    os.close(descriptor)


def delete(directory: Path) -> None:
    """All of it. One that does not exist is no error."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(directory)
