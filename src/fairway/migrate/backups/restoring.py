"""A backup takes the place of what a database has now: after it was said what that loses, and after that was saved.

    weigh     which writes since the backup would be lost
    restore   the backup's file is proven → what the database has now is backed up → it is replaced, whole or not at all

Nothing is stopped or drained: what the app writes while it is restored goes into the database that is being replaced,
and is lost with it. Killed before the replacing, nothing has happened; within it, the database has either contents.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fairway.domain import proof
from fairway.domain.backup import Backup, Occasion, Verdict
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.passage import PassageStatus
from fairway.errors import Conflict, FairwayError
from fairway.migrate.backups import proving
from fairway.migrate.backups.backing import Backing, Order
from fairway.migrate.backups.ledger import Ledger
from fairway.migrate.backups.targets import Target, Targets
from fairway.ports.databases import Databases, Dumps, Report
from fairway.ports.guarding import Damaged, Passages, Vault, Workspaces


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What a restore would take away: `writes` are sentences, one for each table that was written since the backup;
    `target` is the database that it would be."""

    backup: Backup
    target: Target
    writes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """The backup that the database has now, and the one of what it had before, None where none was wanted."""

    backup: Backup
    into: EnvironmentName
    before: Backup | None


class Restoring:
    """Restores them."""

    def __init__(
        self,
        *,
        targets: Targets,
        databases: Databases,
        dumps: Dumps,
        vault: Vault,
        workspaces: Workspaces,
        passages: Passages,
        backing: Backing,
        ledger: Ledger,
    ) -> None:
        self._targets = targets
        self._databases = databases
        self._dumps = dumps
        self._vault = vault
        self._workspaces = workspaces
        self._passages = passages
        self._backing = backing
        self._ledger = ledger

    async def weigh(self, app: AppName, number: int, into: EnvironmentName, variable: str | None = None) -> Loss:
        """What restoring it would lose, in another environment all that that one has written otherwise. Raises
        NotFound, Conflict for a backup that can't be restored there, Unavailable."""
        backup = require_good(await self._ledger.backups.get(app, number))
        target = await self._targets.find(app, into, variable or backup.variable)
        if target.address.engine is not backup.engine:
            raise Conflict(
                f"backup {number} can't be restored into {into}",
                why=f"it is of {backup.engine}, and {target.variable} of {into} is {target.address.engine}",
            )
        _, _, original = proving.held(backup)
        writes = await self._databases.since(target.address, original)
        return Loss(backup=backup, target=target, writes=tuple(writes))

    async def restore(
        self,
        app: AppName,
        number: int,
        into: EnvironmentName,
        variable: str | None = None,
        *,
        by: str,
        save: bool = True,
        report: Report,
    ) -> Restored:
        """Put it in the place of what is there. With `save` that is backed up first, and a backup that fails leaves all
        as it is. Raises as `weigh`; Conflict while a migration runs there; Damaged for a file that was changed;
        WorkFailed, after which the database has what it had."""
        loss = await self.weigh(app, number, into, variable)
        await self._require_quiet(app, into)

        async def keep() -> Backup:
            kept = await self._save(loss.target, by, report)
            await self._require_quiet(app, into)
            return kept

        with self._ledger.reading(app, number):
            before = await self._replace(loss, report, save=keep if save else None)
        self._tell(loss, before, by)
        return Restored(backup=loss.backup, into=into, before=before)

    async def put_back(self, app: AppName, number: int, *, by: str, report: Report) -> Restored:
        """Put it back into its own database, for the guard whose migration has failed: what there is was neither there
        before nor wanted, so it is not backed up. Raises as `restore`, without a look for migrations."""
        backup = await self._ledger.backups.get(app, number)
        loss = await self.weigh(app, number, backup.environment, backup.variable)
        with self._ledger.reading(app, number):
            await self._replace(loss, report, save=None)
        self._tell(loss, None, by)
        return Restored(backup=loss.backup, into=backup.environment, before=None)

    async def _replace(
        self, loss: Loss, report: Report, *, save: Callable[[], Awaitable[Backup]] | None
    ) -> Backup | None:
        """Prove the file, back up what there is, and replace that."""
        sealed, _, _ = proving.held(loss.backup)
        async with self._workspaces.open(f"restore-{loss.backup.app}-{loss.backup.number}") as folder:
            try:
                await self._vault.open(sealed, folder, report=report)
            except Damaged as error:
                await self._fail(loss.backup, error)
                raise
            before = await save() if save else None
            await self._dumps.replace(folder, loss.target.address, tools=loss.target.tools, report=report)
        return before

    async def _save(self, target: Target, by: str, report: Report) -> Backup:
        order = Order(target=target, occasion=Occasion.REQUEST, by=by)
        async with self._backing.backed_up(order, report=report) as made:
            return made.backup

    async def _require_quiet(self, app: AppName, into: EnvironmentName) -> None:
        for passage in await self._passages.unfinished():
            here = (passage.app, passage.environment) == (app, into)
            if here and passage.status is PassageStatus.MIGRATING:
                raise Conflict(
                    f"{into} of {app} is being migrated",
                    why=f"passage {passage.number} has begun to change its database",
                    hint="wait for its end: fairway migrate --history",
                )

    async def _fail(self, backup: Backup, error: FairwayError) -> None:
        cause = f"{error.what}: {error.why}"
        await self._ledger.change(backup.app, backup.number, lambda kept: proof.failed(kept, cause))
        await self._vault.remove(proof.file_name(backup.app, backup.number))

    def _tell(self, loss: Loss, before: Backup | None, by: str) -> None:
        backup, target = loss.backup, loss.target
        saved = f"; what it had before is backup {before.number}" if before else ", without a backup of what it had"
        text = f"{by} restored backup {backup.number} of {backup.environment} into {target.variable}{saved}"
        self._ledger.say(target.app, target.environment, "backup.restored", text)


def require_good(backup: Backup) -> Backup:
    """Raises Conflict for one that was not proven."""
    if backup.verdict is not Verdict.VERIFIED:
        raise Conflict(
            f"backup {backup.number} of {backup.app} is {backup.verdict}",
            why=backup.cause or "it was not proven yet",
            hint="only a VERIFIED one is restored: fairway db backups",
        )
    return backup
