"""A backup's file is opened and restored into a scratch database: the one way in which anything is said to be good.

What is restored comes out of the sealed file, never from the dump that it was made of: so the file itself is proven,
with its key, on its disk.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fairway.domain import address, fingerprint
from fairway.domain.backup import Backup
from fairway.domain.catalog import Standing
from fairway.errors import Conflict
from fairway.ports.clock import Clock
from fairway.ports.databases import Dumps, Report, Scratch, Scratches
from fairway.ports.guarding import Sealed, Vault, Workspaces


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A restored copy that stands. `recovery` is how many seconds it took until it did; `differences` what it lacks of
    the original, nothing when it is the same."""

    scratch: Scratch
    recovery: float
    differences: tuple[str, ...]


class Prover:
    """Restores copies."""

    def __init__(self, dumps: Dumps, scratches: Scratches, vault: Vault, workspaces: Workspaces, clock: Clock) -> None:
        self._dumps = dumps
        self._scratches = scratches
        self._vault = vault
        self._workspaces = workspaces
        self._clock = clock

    @contextlib.asynccontextmanager
    async def restored(
        self, backup: Backup, key: str, *, tools: str | None = None, memory: int = 0, report: Report
    ) -> AsyncIterator[Copy]:
        """A copy of what the backup holds, compared; it is gone at the end. `key` names its scratch database.

        Raises Damaged when the file was changed; WorkFailed when it is gone, can't be opened or restored, or there is
        too little disk; Conflict for a backup that holds nothing; Unavailable.
        """
        sealed, standing, original = held(backup)
        like = address.read(backup.source, variable="the backup's source")
        begun = self._clock.now()
        async with contextlib.AsyncExitStack() as stack:
            async with self._workspaces.open(key) as folder:
                await self._vault.open(sealed, folder, report=report)
                opened = self._scratches.open(key, like, standing, tools=tools, memory=memory)
                scratch = await stack.enter_async_context(opened)
                await self._dumps.restore(folder, scratch.address, tools=tools, report=report)
            recovery = self._clock.now() - begun
            copy = await self._dumps.fingerprint(scratch.address, report=report)
            differences = fingerprint.compare(original, copy)
            yield Copy(scratch=scratch, recovery=recovery, differences=differences)


def held(backup: Backup) -> tuple[Sealed, Standing, fingerprint.Fingerprint]:
    """What is needed to prove it. Raises Conflict for one that holds nothing."""
    if backup.snapshot:
        raise Conflict(
            f"backup {backup.number} of {backup.app} is the snapshot {backup.snapshot} of RDS",
            why="RDS alone opens it, and restores it as another instance, never in the place of one",
            hint="docs/how-to/migrate-a-database.md has the steps",
        )
    if not backup.file or backup.standing is None or backup.fingerprint is None:
        raise Conflict(
            f"backup {backup.number} of {backup.app} holds nothing",
            why=backup.cause or "it was never finished",
            hint="fairway db backups lists those that are VERIFIED",
        )
    sealed = Sealed(file=backup.file, bytes=backup.bytes, digest=backup.digest)
    return sealed, backup.standing, backup.fingerprint
