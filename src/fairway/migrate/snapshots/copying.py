"""The guard's copies by RDS: a snapshot as the backup, and an instance restored from it as what is rehearsed on.

    record TAKEN → snapshot → instance → the way to it → compare the schema → record VERIFIED → … → instance removed

The record comes first and names the snapshot, so that whoever dies anywhere leaves one that says TAKEN: the next stage
makes it FAILED, and removes what no record needs (`clearing`). VERIFIED says less here than of a dump: RDS has restored
it, and its schema is that of the database. Rows can't be compared, for nobody can count the original at the snapshot's
own moment.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from fairway.domain import proof
from fairway.domain.address import Address
from fairway.domain.aws import names
from fairway.domain.aws.copies import Instance, Wanted
from fairway.domain.backup import Backup
from fairway.domain.migrations import Migrations
from fairway.errors import FairwayError, WorkFailed
from fairway.migrate import copying
from fairway.migrate.backups import backing
from fairway.migrate.backups.backing import Made
from fairway.migrate.backups.keeping import Keeping
from fairway.migrate.backups.ledger import ALL, Ledger
from fairway.migrate.backups.proving import Copy
from fairway.migrate.parts import Order, Subject
from fairway.migrate.snapshots.clearing import Clearing
from fairway.migrate.snapshots.waiting import Waiting
from fairway.ports.databases import Databases, Leads, Report
from fairway.ports.snapshots import Snapshots

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What it stands on. `source` is the real instance's identifier, `group` the id of the security group that copies
    are in; `own` tells the tables that a migration tool keeps for itself."""

    snapshots: Snapshots
    leads: Leads
    databases: Databases
    ledger: Ledger
    keeping: Keeping
    clearing: Clearing
    source: str
    group: str
    own: Callable[[Migrations], Sequence[str]]


class Snapshotting:
    """`parts.Copies`."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._waiting = Waiting(ground.snapshots, ground.ledger.clock)

    @contextlib.asynccontextmanager
    async def make(self, order: Order, subject: Subject, *, schema: str, report: Report) -> AsyncIterator[Made]:
        """Raises WorkFailed for a copy that came to nothing or has another schema; Conflict for a quota that is
        reached; UsageError for a missing permission; Unavailable."""
        name = names.copy(order.app, order.environment, order.key)
        asked = copying.wanted(order, subject, schema)
        begun = backing.begin(asked, at=self._ground.ledger.clock.now())
        async with contextlib.AsyncExitStack() as stack:
            async with self._ground.ledger.begun(replace(begun, snapshot=name)) as backup:
                await self._supersede(backup)
                verified, copy = await self._make(backup, subject, schema, stack, report)
            await self._ground.keeping.tidy(asked.target)
            await self._ground.clearing.tidy(name)
            yield Made(
                backup=verified,
                scratch=copy.scratch,
                more=lambda: self._restored(verified, f"{name}-again", subject, report, goes_on=False),
            )

    async def _supersede(self, backup: Backup) -> None:
        """Records of earlier tries of the same passage name the same snapshot, which may be taken anew now: none of
        them promises it any more."""
        ledger = self._ground.ledger
        for each in await ledger.backups.list(backup.app, environment=backup.environment, limit=ALL):
            if each.snapshot == backup.snapshot and each.number != backup.number:
                cause = f"the stage was tried again, and backup {backup.number} took its place"
                await ledger.change(each.app, each.number, partial(proof.failed, cause=cause))

    async def _make(
        self, backup: Backup, subject: Subject, schema: str, stack: contextlib.AsyncExitStack, report: Report
    ) -> tuple[Backup, Copy]:
        ledger = self._ground.ledger
        try:
            begun = ledger.clock.now()
            taken = await self._waiting.take(backup.snapshot, self._ground.source, report)
            record = replace(
                backup,
                at=taken.snapshot.at or begun,
                server=subject.standing.version if subject.standing is not None else "",
                bytes=taken.snapshot.bytes,
                seconds=ledger.clock.now() - begun,
            )
            kept, begun = await ledger.replace(backup, record), ledger.clock.now()
            copy = await stack.enter_async_context(
                self._restored(kept, backup.snapshot, subject, report, goes_on=taken.found)
            )
            await self._compare(kept, copy, subject, schema)
            return await ledger.replace(kept, proof.verified(kept, seconds=ledger.clock.now() - begun)), copy
        except BaseException as error:
            await self._give_up(backup, backing.explain(error))
            raise

    async def _compare(self, backup: Backup, copy: Copy, subject: Subject, schema: str) -> None:
        own = self._ground.own(subject.settings)
        found = await self._ground.databases.schema(copy.scratch.address, without=own)
        if found.version != schema:
            raise WorkFailed(
                f"the snapshot {backup.snapshot} has another schema than the database",
                why="somebody has changed the database since the snapshot was begun",
                hint="nothing was changed; try the stage again when nobody does",
            )

    @contextlib.asynccontextmanager
    async def _restored(
        self, backup: Backup, name: str, subject: Subject, report: Report, *, goes_on: bool
    ) -> AsyncIterator[Copy]:
        """A copy that stands, with the way to it; gone at the end."""
        begun = self._ground.ledger.clock.now()
        source = await self._waiting.source(self._ground.source)
        asked = Wanted(name=name, snapshot=backup.snapshot, like=source, group=self._ground.group)
        try:
            instance = await self._waiting.restore(asked, report, goes_on=goes_on)
            there, standing = address_of(subject, instance), subject.standing
            standing = standing or await self._ground.databases.look(subject.address)
            async with self._ground.leads.open(name, there, standing, tools=subject.settings.tools) as scratch:
                recovery = self._ground.ledger.clock.now() - begun
                yield Copy(scratch=scratch, recovery=recovery, differences=())
        finally:
            await asyncio.shield(self._drop(name))

    async def _drop(self, name: str) -> None:
        """Remove the copy. Where that can't be done now the next stage does it; it costs until then, and that is
        said."""
        try:
            gone = await self._ground.snapshots.remove_instance(name)
        except FairwayError as error:
            gone = False
            LOG.warning("%s: %s", error.what, error.why)
        if not gone:
            by_hand = f"aws rds delete-db-instance --db-instance-identifier {name} --skip-final-snapshot"
            LOG.warning("the copy %s stays, and costs, until the next stage or: %s", name, by_hand)

    async def _give_up(self, backup: Backup, cause: str) -> None:
        """FAILED: no record promises the snapshot any more, and the next clearing removes it."""
        with contextlib.suppress(FairwayError):
            await self._ground.ledger.change(backup.app, backup.number, lambda kept: proof.failed(kept, cause))


def address_of(subject: Subject, instance: Instance) -> Address:
    """Where the copy is. User, password and database came with the snapshot."""
    return subject.address.moved(host=instance.host, port=instance.port)
