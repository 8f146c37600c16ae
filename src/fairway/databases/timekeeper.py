"""Keeps to the times of backups and drills: what has come is done, one after the other, since each reads a whole
database; and told when it failed.
"""

import logging
from collections.abc import Sequence

from fairway.databases.ledger import Ledger
from fairway.domain import database_times as times
from fairway.domain.backup import Backup, Occasion, Verdict
from fairway.domain.database import Database
from fairway.errors import FairwayError, NotFound
from fairway.ports.guarding import Backups
from fairway.ports.managed import RunDrill, TakeBackup

LOG = logging.getLogger(__name__)
LONGEST = 30.0
"""Seconds between two looks: the clock of a host may be set, and schedules change."""
RECENT = 200
"""How many backups of an environment are looked at for one that can be tried."""


class Timekeeper:
    """Keeps to them; `run` is kept running. `server` is this home's id: other hosts' databases are other servers'."""

    def __init__(
        self, ledger: Ledger, taking: TakeBackup, drilling: RunDrill, backups: Backups, *, server: str
    ) -> None:
        self._ledger = ledger
        self._taking = taking
        self._drilling = drilling
        self._backups = backups
        self._server = server
        self._clock = ledger.clock

    async def run(self) -> None:
        """Keep to the times, until cancelled."""
        while True:
            next_ = await self.look()
            wait = LONGEST if next_ is None else min(LONGEST, max(0.0, next_ - self._clock.now()))
            await self._clock.sleep(max(0.1, wait))

    async def look(self) -> float | None:
        """Do what is due; when the next time is, None when there is none. Raises nothing but a cancellation."""
        try:
            records = await self._kept()
        except FairwayError as error:
            LOG.warning("the databases' times can't be looked at: %s: %s; trying again", error.what, error.why)
            return None
        for record in records:
            if times.is_due(record.backup_due, self._clock.now()):
                await self._safely(record, drill=False)
            if times.is_due(record.drill_due, self._clock.now()):
                await self._safely(record, drill=True)
        return times.next_due(records, self._clock.now())

    async def _kept(self) -> list[Database]:
        """Those that have data, on this host, and are not being deleted."""
        found = await self._ledger.held.list()
        return [each for each in found if each.made_at is not None and not each.doomed and each.server == self._server]

    async def _safely(self, record: Database, *, drill: bool) -> None:
        try:
            await (self._drill(record) if drill else self._back_up(record))
        except NotFound:
            return  # it was deleted meanwhile
        except Exception:
            # One database's trouble keeps nobody else's times. Its own time has not been taken and comes again.
            LOG.exception("the times of %s can't be kept to", record.key, extra={"app": record.app})

    async def _back_up(self, record: Database) -> None:
        why = ""
        try:
            made = await self._taking.back_up(
                record.app, record.environment, record.variable, occasion=Occasion.SCHEDULE, by=str(record.schedule)
            )
            if made.verdict is Verdict.FAILED:
                why = made.cause
        except FairwayError as error:
            why = f"{error.what}: {error.why}" if error.why else error.what
        now = self._clock.now()
        after = await self._ledger.change(record.key, lambda kept: times.after_backup(kept, held=not why, now=now))
        if why:
            times_ = "once" if after.failures == 1 else f"{after.failures} times in a row"
            text = f"the scheduled backup of {record.key} failed, {times_}: {why}"
            self._ledger.tell("backup.failed", text, record.key)

    async def _drill(self, record: Database) -> None:
        why = ""
        number = newest(await self._backups.list(record.app, environment=record.environment, limit=RECENT), record)
        if number is None:
            why = "there is no backup of it"
        else:
            try:
                await self._drilling.drill(record.app, number)
            except FairwayError as error:
                why = f"{error.what}: {error.why}" if error.why else error.what
        now = self._clock.now()
        await self._ledger.change(record.key, lambda kept: times.after_drill(kept, now=now))
        if why:
            which = "" if number is None else f" with backup {number}"
            self._ledger.tell("drill.failed", f"the drill of {record.key}{which} failed: {why}", record.key)


def newest(backups: Sequence[Backup], record: Database) -> int | None:
    """The number of the newest backup of the database that holds anything."""
    of_it = [each for each in backups if each.variable == record.variable and each.verdict is not Verdict.FAILED]
    return max((each.number for each in of_it), default=None)
