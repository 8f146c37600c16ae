"""Making a backup: the database is dumped, the dump sealed, the sealed file opened again and restored into a scratch
database, and that compared with the original as it was at the dump's own snapshot. Only then is it VERIFIED.

    record TAKEN → dump → seal → record the file → open → restore → compare → record VERIFIED

The record comes first, so that a server that dies anywhere in between leaves one that says TAKEN: the next one makes it
FAILED and removes what is left (`keeping`). Whatever else goes wrong makes it FAILED at once, with its cause, and its
file is removed. The dump lies in clear for as long as it takes to seal it, and again while it is restored.
"""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from fairway.domain import proof
from fairway.domain.backup import Backup, Occasion, Verdict
from fairway.domain.ids import AppName, EnvironmentName, ReleaseNumber
from fairway.errors import FairwayError, WorkFailed
from fairway.migrate.backups.keeping import Keeping
from fairway.migrate.backups.ledger import Ledger
from fairway.migrate.backups.proving import Copy, Prover
from fairway.migrate.backups.targets import Target, Targets
from fairway.ports.databases import Databases, Dumps, Progress, Report, Scratch
from fairway.ports.guarding import Vault, Workspaces

STOPPED = "it was stopped"
DEFECT = "a defect of Fairway's own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A backup that somebody wants. `release` is the one that it is made before; `schema` and `applied` are the
    schema's version and the newest migration in it, where that is known."""

    target: Target
    occasion: Occasion
    by: str
    release: ReleaseNumber | None = None
    schema: str = ""
    applied: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup that is VERIFIED, and the copy that was restored from it."""

    backup: Backup
    scratch: Scratch
    more: Callable[[], AbstractAsyncContextManager[Copy]]

    @contextlib.asynccontextmanager
    async def again(self) -> AsyncIterator[Scratch]:
        """Another copy of the same backup, as untouched as the first one was. Raises WorkFailed, Unavailable."""
        async with self.more() as copy:
            yield copy.scratch


def silent(progress: Progress) -> None:
    """Nobody looks."""


class Backing:
    """Makes them."""

    def __init__(
        self,
        *,
        targets: Targets,
        databases: Databases,
        dumps: Dumps,
        vault: Vault,
        workspaces: Workspaces,
        prover: Prover,
        ledger: Ledger,
        keeping: Keeping,
    ) -> None:
        self._targets = targets
        self._databases = databases
        self._dumps = dumps
        self._vault = vault
        self._workspaces = workspaces
        self._prover = prover
        self._ledger = ledger
        self._keeping = keeping

    async def back_up(
        self,
        app: AppName,
        environment: EnvironmentName,
        variable: str | None = None,
        *,
        occasion: Occasion,
        by: str,
        report: Report = silent,
    ) -> Backup:
        """A VERIFIED backup of the database whose URL is in that variable. Raises as `backed_up` does, and NotFound or
        UsageError when it is not clear which database is meant."""
        target = await self._targets.find(app, environment, variable)
        async with self.backed_up(Order(target=target, occasion=occasion, by=by), report=report) as made:
            return made.backup

    @contextlib.asynccontextmanager
    async def backed_up(self, order: Order, *, report: Report = silent) -> AsyncIterator[Made]:
        """A VERIFIED backup, and the copy that was restored from it, which is thrown away at the end.

        Raises WorkFailed when there is none that can be trusted: too little disk, a dump that does not restore, a copy
        that differs. Raises Unavailable when the database or the engine does not answer.
        """
        record = begin(order, at=self._ledger.clock.now())
        async with contextlib.AsyncExitStack() as stack:
            async with self._ledger.begun(record) as backup:
                verified, copy = await self._make(backup, order.target, stack, report)
            await self._keeping.tidy(order.target)
            yield Made(
                backup=verified,
                scratch=copy.scratch,
                more=lambda: self._restored(verified, f"{key_of(verified)}-again", order.target, report),
            )

    async def _require_room(self, target: Target) -> None:
        """For the dump and its file beside each other, as far as can be told before they are there."""
        standing = await self._databases.look(target.address)
        found = await self._ledger.backups.list(target.app, environment=target.environment)
        same = (
            each
            for each in found
            if each.variable == target.variable and each.verdict is Verdict.VERIFIED and each.file
        )
        await self._vault.require_room(2 * proof.expected(standing.bytes, next(same, None)))

    async def _make(
        self, backup: Backup, target: Target, stack: contextlib.AsyncExitStack, report: Report
    ) -> tuple[Backup, Copy]:
        try:
            await self._require_room(target)
            taken = await self._take(backup, target, report)
            return await self._prove(taken, target, stack, report)
        except BaseException as error:
            await self._give_up(backup, explain(error))
            raise

    async def _take(self, backup: Backup, target: Target, report: Report) -> Backup:
        begun = self._ledger.clock.now()
        async with self._workspaces.open(key_of(backup)) as folder:
            dumped = await self._dumps.dump(target.address, folder, tools=target.tools, report=report)
            sealed = await self._vault.seal(folder, proof.file_name(backup.app, backup.number), report=report)
        taken = replace(
            backup,
            at=dumped.at,
            server=dumped.standing.version,
            file=sealed.file,
            bytes=sealed.bytes,
            digest=sealed.digest,
            seconds=self._ledger.clock.now() - begun,
            fingerprint=dumped.fingerprint,
            standing=replace(dumped.standing, tables=()),
        )
        return await self._ledger.replace(backup, taken)

    async def _prove(
        self, taken: Backup, target: Target, stack: contextlib.AsyncExitStack, report: Report
    ) -> tuple[Backup, Copy]:
        begun = self._ledger.clock.now()
        restored = self._restored(taken, key_of(taken), target, report)
        copy = await stack.enter_async_context(restored)
        if copy.differences:
            raise WorkFailed(
                f"backup {taken.number} of {taken.app} is not what is in the database",
                why=proof.sentence(copy.differences),
                hint="nothing was changed; try again, and report it when it stays so",
            )
        seconds = self._ledger.clock.now() - begun
        return await self._ledger.replace(taken, proof.verified(taken, seconds=seconds)), copy

    def _restored(self, backup: Backup, key: str, target: Target, report: Report) -> AbstractAsyncContextManager[Copy]:
        return self._prover.restored(backup, key, tools=target.tools, memory=target.memory, report=report)

    async def _give_up(self, backup: Backup, cause: str) -> None:
        """FAILED first, then its file goes: at no time is there a record that promises a file that is not there. Where
        that can't be written down now, `keeping` finds it later."""
        with contextlib.suppress(FairwayError):
            await self._ledger.change(backup.app, backup.number, lambda kept: proof.failed(kept, cause))
            await self._vault.remove(proof.file_name(backup.app, backup.number))


def begin(order: Order, *, at: float) -> Backup:
    """The record of one that nothing was done for yet."""
    target = order.target
    return Backup(
        app=target.app,
        number=0,
        environment=target.environment,
        variable=target.variable,
        source=target.address.shown,
        engine=target.address.engine,
        server="",
        occasion=order.occasion,
        by=order.by,
        at=at,
        release=order.release,
        schema=order.schema,
        applied=order.applied,
    )


def key_of(backup: Backup) -> str:
    """What its scratch database and its directory are called: `shop-api-12`."""
    return f"{backup.app}-{backup.number}"


def explain(error: BaseException) -> str:
    """The error as a record's cause."""
    if isinstance(error, FairwayError):
        return f"{error.what}: {error.why}" if error.why else error.what
    return DEFECT if isinstance(error, Exception) else STOPPED
