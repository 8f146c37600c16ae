"""The records of backups in an environment's table. Their files lie in a bucket (`vault`)."""

from collections.abc import Sequence
from dataclasses import replace

from fairway.adapters import codec
from fairway.adapters.aws import packing
from fairway.adapters.aws.packing import Packed
from fairway.adapters.aws.records import Records
from fairway.domain.backup import Backup
from fairway.domain.ids import AppName
from fairway.errors import Conflict, NotFound

KIND = "backup"


class AwsBackups:
    """`ports.guarding.Backups`, of one environment. All raise Unavailable, UsageError and Conflict for what AWS
    refuses, and WorkFailed for one that is too large."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def create(self, backup: Backup) -> Backup:
        """The same with the next number. Raises NotFound for another environment's."""
        self._records.require(backup.app, backup.environment)
        pack(backup)
        numbered = replace(backup, number=await self._records.count_up(KIND))
        if not await self._records.add(KIND, numbered.number, pack(numbered), version=numbered.version):
            raise Conflict(
                f"backup {numbered.number} is another one's already", why="the table has given its number again"
            )
        return numbered

    async def get(self, app: AppName, number: int) -> Backup:
        """Raises NotFound."""
        document = await self._records.get(KIND, number) if self._records.holds(app) else None
        if document is None:
            raise NotFound(f"{app} has no backup {number}")
        return codec.decode(Backup, document)

    async def list(self, app: AppName, *, environment: str | None = None, limit: int = 50) -> Sequence[Backup]:
        """Newest first."""
        if not self._records.holds(app, environment):
            return []
        return [codec.decode(Backup, document) for document in await self._records.newest(KIND, limit=limit)]

    async def change(self, before: Backup, after: Backup) -> bool:
        """By compare-and-set of the version."""
        if not self._records.holds(before.app, before.environment):
            return False
        next_one = replace(after, version=before.version + 1)
        return await self._records.change(
            KIND, before.number, pack(next_one), before=before.version, version=next_one.version
        )

    async def delete(self, app: AppName, numbers: Sequence[int]) -> None:
        """Those that there are."""
        if self._records.holds(app):
            for number in numbers:
                await self._records.delete(KIND, number)


def pack(backup: Backup) -> Packed:
    """Its document. Raises WorkFailed."""
    return packing.pack(f"backup {backup.number}" if backup.number else "a backup", codec.encode(backup))
