"""What the migration guard asks of RDS: a snapshot of a database, and an instance that is restored from it.

Every call may be made a second time, by a stage that is tried again: what is there already under that name stays as it
is. Nothing here waits; whoever does looks again.
"""

from collections.abc import Sequence
from typing import Protocol

from fairway.domain.aws.copies import Instance, Snapshot, Wanted


class Snapshots(Protocol):
    """Those of one environment's databases. All raise what AWS refuses: UsageError for a permission that is missing,
    Conflict for a quota that is reached, Unavailable."""

    async def instance(self, name: str) -> Instance | None:
        """An instance as it stands, be it the real one or a copy; None when there is none."""
        ...

    async def snapshot(self, name: str) -> Snapshot | None:
        """A snapshot as it stands; None when there is none."""
        ...

    async def take(self, name: str, source: str) -> bool:
        """Begin a snapshot of an instance; False when the instance is at something that comes first (its own backup, a
        change). Raises NotFound without the instance."""
        ...

    async def restore(self, wanted: Wanted) -> bool:
        """Begin an instance that nobody outside the network reaches, that no backup is made of, and that anybody with
        the right may delete; False when its snapshot is not available. Raises NotFound without the snapshot."""
        ...

    async def remove_instance(self, name: str) -> bool:
        """Begin to delete a copy, without a last snapshot; False when RDS does not let it go in its present state. One
        that is gone, or going, is no error."""
        ...

    async def remove_snapshot(self, name: str) -> bool:
        """Delete a snapshot; False as above."""
        ...

    async def snapshots(self) -> Sequence[Snapshot]:
        """All that the guard has taken for the environment, by their tags."""
        ...

    async def instances(self) -> Sequence[Instance]:
        """All copies of the environment, by their tags."""
        ...
