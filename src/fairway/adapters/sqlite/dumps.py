"""SQLite's dumps: the database's own pages, as one compressed file."""

import asyncio
import logging
import shutil
import tempfile
from pathlib import Path

from fairway.adapters.sqlite import lending, opening, plain, process
from fairway.domain.address import Address
from fairway.domain.fingerprint import Fingerprint
from fairway.ports.databases import Dumped, Report

LOG = logging.getLogger(__name__)


class SqliteDumps:
    """`ports.databases.Dumps`. Copies that are needed for a moment lie below the directory `copies`; `patience` is
    how many seconds are waited for a writer. `tools` mean nothing here: the library is Python's."""

    def __init__(self, copies: Path, *, patience: float = process.WAITING) -> None:
        self._copies = copies
        self._patience = patience

    async def dump(self, address: Address, into: Path, *, tools: str | None = None, report: Report) -> Dumped:
        """One snapshot, checked, counted and compressed. Raises WorkFailed, Unavailable."""
        answer = await process.ask("dump", address, report, directory=into, patience=self._patience)
        return Dumped(
            fingerprint=plain.to_fingerprint(answer["fingerprint"]),
            standing=plain.to_standing(answer["standing"]),
            at=answer["at"],
            seconds=answer["seconds"],
            bytes=answer["bytes"],
        )

    async def restore(self, directory: Path, into: Address, *, tools: str | None = None, report: Report) -> None:
        """Raises WorkFailed for a damaged dump, and for a database that is not empty."""
        await process.ask("restore", into, report, directory=directory)

    async def replace(self, directory: Path, address: Address, *, tools: str | None = None, report: Report) -> None:
        """As one transaction of the live file. Raises WorkFailed and leaves what there is, Unavailable."""
        answer = await process.ask("replace", address, report, directory=directory, patience=self._patience)
        if answer["exchanged"]:
            LOG.warning(
                "the file of %s was no database any more and was exchanged; its tasks have to be restarted",
                address.shown,
            )

    async def fingerprint(self, address: Address, *, report: Report) -> Fingerprint:
        """Raises Unavailable, WorkFailed for a damaged file."""
        return await fingerprint(self._copies, address, report)


async def fingerprint(root: Path, address: Address, report: Report) -> Fingerprint:
    """Count every table. What lies below `root` is a scratch, which nobody waits for; of any other database without a
    write-ahead log a copy is counted, so that its writers wait no longer than that takes."""
    if opening.file_of(address).is_relative_to(root):
        return plain.to_fingerprint(await process.ask("fingerprint", address, report))
    await asyncio.to_thread(root.mkdir, mode=0o700, parents=True, exist_ok=True)
    with lending.lent(root):
        apart = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix=lending.COUNTING, dir=root))
        try:
            return plain.to_fingerprint(await process.ask("fingerprint", address, report, directory=apart))
        finally:
            shutil.rmtree(apart)
