"""When a managed database is backed up and its newest backup tried. Pure; `now` is an argument.

A time that came counts as kept only once the backup is there: a server that dies over one leaves the time due, and the
next server makes it, once, however many times passed meanwhile.
"""

from dataclasses import replace

from fairway.domain import retry
from fairway.domain import schedule as times
from fairway.domain.database import Database

FIRST = 600.0
"""Seconds after a backup that failed until it is tried again; doubled each time that it fails."""
LIMIT = 6 * 3600.0


def is_due(due: float | None, now: float) -> bool:
    """Whether its time has come."""
    return due is not None and due <= now


def after_backup(database: Database, *, held: bool, now: float) -> Database:
    """The record after one that was tried. One that failed is tried again before its next time, if that is far.

    Concrete example: each night at 3:00, failed at 3:05: again at 3:15, at 3:35 if that fails too, at 4:15, ….
    """
    following = None if database.schedule is None else times.following(database.schedule, now)
    if held:
        return replace(database, backup_due=following, failures=0)
    failures = database.failures + 1
    again = now + retry.delay(failures, first=FIRST, limit=LIMIT)
    return replace(database, backup_due=None if following is None else min(following, again), failures=failures)


def after_drill(database: Database, *, now: float) -> Database:
    """The record after one that was tried, whatever came of it: what it found is the backup's."""
    return replace(database, drill_due=None if database.drill is None else times.following(database.drill, now))


def next_due(databases: list[Database], now: float) -> float | None:
    """The next time of any that has not come yet, None when there is none."""
    dues = [due for each in databases for due in (each.backup_due, each.drill_due) if due is not None and due > now]
    return min(dues, default=None)
