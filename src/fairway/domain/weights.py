"""From a table's size to seconds: how long a statement keeps others waiting, estimated before anything was run.

    scan       bytes / SCAN                     every row is read once
    index      bytes / SCAN + rows / SORTED     read, sorted and written, for each index
    rewrite    bytes / REWRITE                  every row is written anew, and every index built again
    update     rows / UPDATED                   every row is written beside its old version

The rates were measured with PostgreSQL 15.18 on 2 virtual cores with a table of 3 million rows and 572 MB in memory
(five columns; three indexes of 1,150 MB in all with it): SET NOT NULL 0.21 s, a CHECK 0.25 s, an index of an integer
1.2 s and of a text of 128 characters 9.5 s, a new type with the indexes 22 s, an UPDATE of all rows 9.4 s. SCAN is a
tenth of what was measured, since a table that is not in memory comes from a disk. They are estimates for who decides
whether to look closer, and give way to what the rehearsal measured.
"""

from enum import Enum, auto

from fairway.domain.catalog import Table

MB = 1024 * 1024
SCAN = 250 * MB
REWRITE = 50 * MB
SORTED = 500_000
UPDATED = 300_000
SHORT = 0.25
"""Seconds: what keeps others waiting no longer is over before anybody notices."""


class Work(Enum):
    """How much a statement does while it holds its lock."""

    NONE = auto()
    SCAN = auto()
    INDEX = auto()
    REWRITE = auto()
    UPDATE = auto()


def seconds(work: Work, table: Table) -> float:
    """The estimate."""
    match work:
        case Work.NONE:
            return 0.0
        case Work.SCAN:
            return table.bytes / SCAN
        case Work.INDEX:
            return table.bytes / SCAN + max(0, table.rows) / SORTED
        case Work.REWRITE:
            return table.bytes / REWRITE
        case Work.UPDATE:
            return max(0, table.rows) / UPDATED


def about(value: float) -> str:
    """Two digits are more than an estimate has: 0.04 → "less than a second", 38.2 → "about 40 s", 200 → "about 3
    min"."""
    if value < 1:
        return "less than a second"
    if value < 10:
        return f"about {value:.0f} s"
    if value < 100:
        return f"about {round(value / 10) * 10} s"
    return f"about {round(value / 60)} min" if value < 7200 else f"about {round(value / 3600)} h"


def taken(value: float) -> str:
    """What was measured: 0.03 → "0.03 s", 4.2 → "4.2 s", 38.4 → "38 s", 190 → "3 min 10 s"."""
    if value < 0.1:
        return f"{value:.2f} s"
    if value < 10:
        return f"{value:.1f} s"
    whole = round(value)
    return f"{whole} s" if whole < 100 else f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")


def size(count: float) -> str:
    """512 → "512 B", 84 * 1024² → "84 MB", 1.5 * 1024³ → "1.5 GB"."""
    for unit in ("B", "KB", "MB"):
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:.1f} GB"


def described(name: str, table: Table | None) -> str:
    """`public.orders (1.2 GB, 4,000,000 rows)`, and of one whose size isn't known its name alone."""
    if table is None:
        return name
    rows = f"{max(0, table.rows):,} row{'' if table.rows == 1 else 's'}"
    return f"{table.name} ({size(table.bytes)}, {rows})"
