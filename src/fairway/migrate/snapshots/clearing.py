"""Snapshots and copies that nobody needs: what killed builds have left, and backups that are beyond `keep`.

A copy costs by the hour and a snapshot by the gigabyte, and nothing else of Fairway's looks after either between two
stages. So each stage looks first, and each passage once more when its own are made.
"""

import logging
from collections.abc import Collection

from fairway.domain.aws import copies, names
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import FairwayError
from fairway.migrate.backups.ledger import ALL
from fairway.ports.guarding import Backups, Passages
from fairway.ports.snapshots import Snapshots

LOG = logging.getLogger(__name__)


class Clearing:
    """Removes them, of one environment."""

    def __init__(
        self,
        snapshots: Snapshots,
        backups: Backups,
        passages: Passages,
        *,
        app: AppName,
        environment: EnvironmentName,
    ) -> None:
        self._snapshots = snapshots
        self._backups = backups
        self._passages = passages
        self._app = app
        self._environment = environment

    async def clear_up(self) -> None:
        """All but those of passages that have not ended, which a stage may go on with, and of backups that are kept.
        Raises Unavailable, and what AWS refuses."""
        going = await self._going()
        await self._clear_copies(going)
        await self._clear_snapshots(going)

    async def tidy(self, own: str) -> None:
        """All but the passage's own: one of an environment is on its way at a time. It never fails a passage."""
        try:
            await self._clear_copies([own])
            await self._clear_snapshots([own])
        except FairwayError as error:
            LOG.warning("old snapshots of %s stay for now: %s: %s", self._app, error.what, error.why)

    async def _going(self) -> Collection[str]:
        """The names of those of passages that have not ended."""
        own = (self._app, self._environment)
        found = [each for each in await self._passages.unfinished() if (each.app, each.environment) == own]
        return [names.copy(each.app, each.environment, each.key) for each in found]

    async def _clear_copies(self, keep: Collection[str]) -> None:
        for name in copies.to_go(await self._snapshots.instances(), keep):
            let = await self._snapshots.remove_instance(name)
            LOG.info("the copy %s of an earlier stage %s", name, "is removed" if let else "can't be removed yet")

    async def _clear_snapshots(self, own: Collection[str]) -> None:
        """The records are read after the snapshots are listed, or one that is just being made would look as if nobody
        knew it."""
        found = await self._snapshots.snapshots()
        backups = await self._backups.list(self._app, environment=self._environment, limit=ALL)
        for name in copies.to_go(found, copies.needed(backups, own)):
            if await self._snapshots.remove_snapshot(name):
                LOG.info("the snapshot %s is removed: no backup that is kept needs it", name)
