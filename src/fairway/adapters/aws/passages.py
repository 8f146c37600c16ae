"""Passages through the migration guard in an environment's table. What is pending, with its SQL, makes them large."""

from collections.abc import Sequence
from dataclasses import replace

from fairway.adapters import codec
from fairway.adapters.aws import packing
from fairway.adapters.aws.packing import Packed
from fairway.adapters.aws.records import Records
from fairway.domain.ids import AppName
from fairway.domain.passage import UNFINISHED, Passage, PassageStatus
from fairway.errors import Conflict, NotFound

KIND = "passage"
SPARE = 100_000
"""Bytes that have to be left before the real database is touched, for what is known only afterwards: the attempts with
their logs, and how it ended. A passage that can't be kept to its end is not begun."""


class AwsPassages:
    """`ports.guarding.Passages`, of one environment. All raise Unavailable, UsageError and Conflict for what AWS
    refuses, and WorkFailed for one that is too large."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def create(self, passage: Passage) -> Passage:
        """The same with the next number, or the one that has its key. Raises NotFound for another environment's."""
        self._records.require(passage.app, passage.environment)
        pack(passage, spare=SPARE)
        numbered = replace(passage, number=await self._records.claim(KIND, passage.key))
        packed = pack(numbered, spare=SPARE)
        status = numbered.status.value
        if await self._records.add(KIND, numbered.number, packed, version=numbered.version, status=status):
            return numbered
        found = await self.get(passage.app, numbered.number)
        if found.key != passage.key:
            raise Conflict(
                f"passage {found.number} is another one's already",
                why=f"it was made for {found.key}, and the table has given its number again, to {passage.key}",
            )
        return found

    async def get(self, app: AppName, number: int) -> Passage:
        """Raises NotFound."""
        document = await self._records.get(KIND, number) if self._records.holds(app) else None
        if document is None:
            raise NotFound(f"{app} has no passage {number}")
        return codec.decode(Passage, document)

    async def list(self, app: AppName, *, environment: str | None = None, limit: int = 20) -> Sequence[Passage]:
        """Newest first."""
        if not self._records.holds(app, environment):
            return []
        return [codec.decode(Passage, document) for document in await self._records.newest(KIND, limit=limit)]

    async def unfinished(self) -> Sequence[Passage]:
        """Of this environment, oldest first."""
        found = await self._records.having(KIND, [status.value for status in UNFINISHED])
        read = [codec.decode(Passage, document) for document in found]
        return sorted(read, key=lambda passage: (passage.created_at, passage.number))

    async def change(self, before: Passage, after: Passage) -> bool:
        """By compare-and-set of the version."""
        if not self._records.holds(before.app, before.environment):
            return False
        next_one = replace(after, version=before.version + 1)
        begins = not after.finished and before.status is not PassageStatus.MIGRATING
        return await self._records.change(
            KIND,
            before.number,
            pack(next_one, spare=SPARE if begins else 0),
            before=before.version,
            version=next_one.version,
            status=next_one.status.value,
        )


def pack(passage: Passage, *, spare: int) -> Packed:
    """Its document. Raises WorkFailed."""
    what = f"passage {passage.number}" if passage.number else "a passage"
    return packing.pack(what, codec.encode(passage), spare=spare)
