"""Dumps in memory's world: a dump is one JSON file, which a test can look at, change or delete."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

from fairway.adapters.memory.databases import MemoryDatabase, MemoryWorld
from fairway.adapters.memory.faults import Faults
from fairway.domain.address import Address
from fairway.domain.fingerprint import Fingerprint
from fairway.errors import WorkFailed
from fairway.ports.databases import Dumped, Progress, Report

FILE = "database.json"


class MemoryDumps:
    """`ports.databases.Dumps`. A lying `dump` leaves the rows out of the file, a lying `restore` or `replace` does
    nothing, a lying `fingerprint` has no tables. `alter`, when it is set, is what happens to each restored copy."""

    def __init__(self, world: MemoryWorld) -> None:
        self._world = world
        self.faults = Faults()
        self.alter: Callable[[MemoryDatabase], None] | None = None

    async def dump(self, address: Address, into: Path, *, tools: str | None = None, report: Report) -> Dumped:
        """Raises WorkFailed when the disk is too small, Unavailable."""
        lies = await self.faults.meet("dump")
        database = self._world.at(address)
        standing, fingerprint = database.standing, database.fingerprint
        if standing.bytes > self._world.free:
            raise WorkFailed(
                f"there is too little disk for a backup of {address.shown}",
                why=f"it needs {standing.bytes} bytes and {self._world.free} are free",
            )
        contents = {
            "objects": database.objects,
            "rows": {} if lies else database.rows,
            "extensions": database.extensions,
            "version": database.version,
        }
        text = json.dumps(contents)
        (into / FILE).write_text(text)
        report(Progress(doing="dumping", done=standing.bytes, total=standing.bytes))
        return Dumped(fingerprint=fingerprint, standing=standing, at=self._world.now, seconds=0.5, bytes=len(text))

    async def restore(self, directory: Path, into: Address, *, tools: str | None = None, report: Report) -> None:
        """Raises WorkFailed for a file that can't be read and for a database that is not empty, Unavailable."""
        lies = await self.faults.meet("restore")
        target = self._world.at(into)
        if target.objects:
            raise WorkFailed(f"{into.shown} is not empty", why=f"it has {len(target.objects)} objects")
        contents = read(directory)
        if not lies:
            self._bring(contents, into)
        report(Progress(doing="restoring", done=1, total=1))

    async def replace(self, directory: Path, address: Address, *, tools: str | None = None, report: Report) -> None:
        """Raises WorkFailed and leaves what there is, Unavailable."""
        lies = await self.faults.meet("replace")
        self._world.at(address)
        contents = read(directory)
        if not lies:
            self._bring(contents, address)
        report(Progress(doing="restoring", done=1, total=1))

    async def fingerprint(self, address: Address, *, report: Report) -> Fingerprint:
        """Raises Unavailable."""
        if await self.faults.meet("fingerprint"):
            return Fingerprint(tables={})
        found = self._world.at(address).fingerprint
        report(Progress(doing="counting", done=found.rows, total=found.rows))
        return found

    def _bring(self, contents: MemoryDatabase, into: Address) -> None:
        copy = deepcopy(contents)
        if self.alter is not None:
            self.alter(copy)
        self._world.replace(into, copy)


def read(directory: Path) -> MemoryDatabase:
    """The database that a dump has. Raises WorkFailed for what is none."""
    try:
        contents = json.loads((directory / FILE).read_text())
        return MemoryDatabase(**contents)
    except (OSError, ValueError, TypeError) as error:
        raise WorkFailed("the dump can't be restored", why=str(error)) from error
