"""SQLite: what a migration does to the tasks that use the file meanwhile.

It has one lock for the whole database and one writer at a time (sqlite.org, "File Locking And Concurrency"). In WAL
mode readers go on; writers wait for `busy_timeout`, then get SQLITE_BUSY. ALTER TABLE knows few changes, so that tools
rebuild a table: make a new one, copy all rows, drop the old one, rename (sqlite.org, "ALTER TABLE", section 7).
"""

from fairway.domain import statements as act
from fairway.domain import weights
from fairway.domain.catalog import Table
from fairway.domain.judgement import Finding
from fairway.domain.sight import Sight
from fairway.domain.statements import Action

COPIED = 40 * weights.MB
"""Bytes a second that are copied within one file, written to the journal and again: an assumption, on the careful
side."""
ADVICE = "at a time when little is written, or in portions; and give the tasks' connections a busy_timeout"


def judge(sight: Sight, action: Action, rebuilt: frozenset[str]) -> list[Finding]:
    """What is SQLite's own; `rebuilt` are the tables that the same migrations copy into a new one."""
    match action:
        case act.CopyRows() if action.source in rebuilt:
            return writing(sight, action.source, "copied into a new table")
        case act.DropColumn():
            return writing(sight, action.table, f"written without {action.column}")
        case act.CreateIndex():
            return writing(sight, action.table, "sorted into the new index")
        case act.ChangeAll():
            verb = "changed" if action.how == "UPDATE" else "deleted"
            return writing(sight, action.table, verb)
        case _:
            return []


def writing(sight: Sight, name: str, done: str) -> list[Finding]:
    """`locking-database`."""
    if sight.is_fresh(name):
        return []
    table = sight.table(name)
    seconds = estimate(table) if table is not None else 0.0
    for_long = f" for {weights.about(seconds)}" if table is not None else ""
    effect = (
        f"holds the database's one write lock{for_long} while every row of {sight.described(name)} is {done}; every"
        " other write waits, and fails with SQLITE_BUSY when its busy_timeout ends"
    )
    short = table is not None and seconds <= weights.SHORT
    return [sight.finding("locking-database", name, effect, ADVICE, harmless=short)]


def estimate(table: Table) -> float:
    """Seconds: its bytes at the rate of copying."""
    return table.bytes / COPIED
