"""Which backups stay, and what dead servers left: the vault and its records are brought together again.

A backup goes in three steps: its record says FAILED, its file is removed, its record is deleted. Whatever dies in
between leaves a record that promises nothing, and a file that the next round removes.
"""

import logging
from collections.abc import Sequence
from typing import Protocol

from fairway.domain import backup as domain
from fairway.domain import proof
from fairway.domain.backup import Backup, Keep, Verdict
from fairway.domain.ids import AppName
from fairway.domain.release import Release
from fairway.errors import FairwayError
from fairway.migrate.backups.ledger import ALL, Ledger
from fairway.migrate.backups.targets import Target, Targets
from fairway.ports.databases import Scratches
from fairway.ports.guarding import Vault, Workspaces
from fairway.ports.stores import AppRecord

LOG = logging.getLogger(__name__)
EVERY = 3600.0
"""Seconds between two rounds."""
TAKEN_AWAY = "newer ones are kept, or it was too old"


class KnownApps(Protocol):
    async def list(self) -> Sequence[AppRecord]:
        """The apps whose backups are kept in order here. Raises Unavailable."""
        ...


class KnownReleases(Protocol):
    async def list(self, app: AppName, *, limit: int) -> Sequence[Release]:
        """Those of an app that are kept, with the backups that were made before them. Raises Unavailable."""
        ...


class Keeping:
    """Keeps the vault in order. `apps` are those of this server."""

    def __init__(
        self,
        *,
        apps: KnownApps,
        releases: KnownReleases,
        vault: Vault,
        workspaces: Workspaces,
        scratches: Scratches,
        ledger: Ledger,
        targets: Targets,
    ) -> None:
        self._apps = apps
        self._releases = releases
        self._vault = vault
        self._workspaces = workspaces
        self._scratches = scratches
        self._ledger = ledger
        self._targets = targets

    async def run(self) -> None:
        """A round at once, and one every hour, until cancelled."""
        while True:
            try:
                await self.clear_up()
            except FairwayError as error:
                LOG.warning("backups can't be cleared up: %s: %s; it is tried again in an hour", error.what, error.why)
            await self._ledger.clock.sleep(EVERY)

    async def clear_up(self) -> None:
        """One round: what was interrupted is FAILED, its files go, and what is too old. Raises Unavailable."""
        for record in await self._apps.list():
            await self._ledger.fail_interrupted(record.name)
            await self._drop_files(record.name)
            backups = await self._ledger.backups.list(record.name, limit=ALL)
            for environment, variable in sorted({(each.environment, each.variable) for each in backups}):
                keep = await self._targets.keep(record.name, environment, variable)
                await self._retain(record.name, environment, variable, keep)
        await self._workspaces.sweep()
        await self._scratches.sweep()

    async def tidy(self, target: Target) -> None:
        """Let go what a new backup makes superfluous. It never fails a backup: what can't be done now waits for the
        next round."""
        try:
            await self._retain(target.app, target.environment, target.variable, target.keep)
        except FairwayError as error:
            LOG.warning("old backups of %s stay for now: %s: %s", target.app, error.what, error.why)

    async def forget(self, app: AppName) -> None:
        """Let all of an app's backups go: it is being deleted."""
        for backup in await self._ledger.backups.list(app, limit=ALL):
            await self._drop(backup)

    async def _drop_files(self, app: AppName) -> None:
        """The records are read after the files are listed, or the file of one that is just being made would look as if
        nobody knew it."""
        files = await self._vault.list()
        backups = await self._ledger.backups.list(app, limit=ALL)
        for file in proof.files_to_go(files, app, backups, self._ledger.busy):
            await self._vault.remove(file)

    async def _retain(self, app: AppName, environment: str, variable: str, keep: Keep) -> None:
        every = await self._ledger.backups.list(app, environment=environment, limit=ALL)
        backups = [each for each in every if each.variable == variable]
        kept = {release.number for release in await self._releases.list(app, limit=ALL)}
        needed = frozenset(each.number for each in backups if each.release in kept)
        going = domain.backups_to_go(backups, now=self._ledger.clock.now(), keep=keep, needed=needed)
        for backup in backups:
            in_use = backup.verdict is Verdict.TAKEN or self._ledger.wanted[app, backup.number]
            if backup.number in going and not in_use:
                await self._drop(backup)
                if backup.verdict is Verdict.VERIFIED:
                    LOG.info("backup %s of %s of %s is removed: %s", backup.number, environment, app, TAKEN_AWAY)
                    text = f"backup {backup.number} of {variable} was removed: {TAKEN_AWAY}"
                    self._ledger.say(app, environment, "backup.removed", text)

    async def _drop(self, backup: Backup) -> None:
        if backup.verdict is not Verdict.FAILED:
            await self._ledger.backups.change(backup, proof.failed(backup, TAKEN_AWAY))
        await self._vault.remove(proof.file_name(backup.app, backup.number))
        await self._ledger.backups.delete(backup.app, [backup.number])
