"""Backups that lie in the vault are restored again, to see that they can be: when somebody asks, and as drills.

A backup that once was VERIFIED becomes FAILED only when its file was changed: nothing can be made of that any more.
Whatever else goes wrong (no room, no engine, a copy that differs on a newer server) is told, and noted as a drill that
failed, but never a reason to let a backup go.
"""

from dataclasses import dataclass

from fairway.domain import proof
from fairway.domain.backup import Backup, Drill, Verdict
from fairway.domain.ids import AppName
from fairway.errors import NotFound, WorkFailed
from fairway.migrate.backups.ledger import ALL, Ledger
from fairway.migrate.backups.proving import Copy, Prover
from fairway.migrate.backups.targets import Targets
from fairway.ports.databases import Report
from fairway.ports.guarding import Damaged, Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The backup as it is recorded now, and how long the copy took to stand, in seconds."""

    backup: Backup
    recovery: float


class Verifying:
    """Restores them."""

    def __init__(self, *, targets: Targets, prover: Prover, vault: Vault, ledger: Ledger) -> None:
        self._targets = targets
        self._prover = prover
        self._vault = vault
        self._ledger = ledger

    async def verify(self, app: AppName, number: int, *, report: Report) -> Verified:
        """Restore it into a scratch database and compare that. Raises Damaged, after which it is FAILED; WorkFailed,
        Conflict for one that holds nothing, NotFound, Unavailable."""
        copy = await self._try(app, number, f"verify-{app}-{number}", report)
        if copy.differences:
            raise differs(number, copy)
        return Verified(backup=await self._ledger.backups.get(app, number), recovery=copy.recovery)

    async def drill(self, app: AppName, number: int, *, report: Report) -> Drill:
        """The same, and noted with the recovery time in the backup's record, whether it held or not. Raises as
        `verify`; an engine or a database that did not answer is no drill."""
        begun = self._ledger.clock.now()
        try:
            copy = await self._try(app, number, f"drill-{app}-{number}", report)
        except WorkFailed as error:
            why = f"{error.what}: {error.why}" if error.why else error.what
            drill = Drill(at=begun, seconds=self._ledger.clock.now() - begun, differences=(why,))
            await self._note(app, number, drill)
            raise
        drill = Drill(at=begun, seconds=copy.recovery, differences=copy.differences)
        await self._note(app, number, drill)
        if copy.differences:
            raise differs(number, copy)
        return drill

    async def newest(self, app: AppName, environment: str, variable: str | None = None) -> Backup:
        """The newest one that is VERIFIED. Raises NotFound."""
        for backup in await self._ledger.backups.list(app, environment=environment, limit=ALL):
            if backup.verdict is Verdict.VERIFIED and variable in (None, backup.variable):
                return backup
        raise NotFound(
            f"{environment} of {app} has no backup that is VERIFIED", hint=f"fairway db backup -e {environment}"
        )

    async def _try(self, app: AppName, number: int, key: str, report: Report) -> Copy:
        backup = await self._ledger.backups.get(app, number)
        tools = await self._targets.tools(app, backup.environment)
        try:
            with self._ledger.reading(app, number):
                return await self._restore(backup, key, tools, report)
        except Damaged as error:
            cause = f"{error.what}: {error.why}"
            await self._ledger.change(app, number, lambda kept: proof.failed(kept, cause))
            await self._vault.remove(proof.file_name(app, number))
            raise

    async def _restore(self, backup: Backup, key: str, tools: str | None, report: Report) -> Copy:
        async with self._prover.restored(backup, key, tools=tools, report=report) as copy:
            return copy

    async def _note(self, app: AppName, number: int, drill: Drill) -> None:
        await self._ledger.change(app, number, lambda kept: proof.drilled(kept, drill))


def differs(number: int, copy: Copy) -> WorkFailed:
    """The error for a copy that is not what was backed up."""
    return WorkFailed(
        f"what was restored from backup {number} is not what was backed up",
        why=proof.sentence(copy.differences),
        hint="its file is whole; is the database's version another one now? another backup: fairway db backups",
    )
