"""What a database holds, in a few numbers for each table: what shows that a restored copy is the original.

A table's checksum does not depend on the order of its rows, so that neither side has to sort: it is the sum of a 64-bit
hash of each row's text, as the two databases of one version write it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """`rows` is counted, not estimated; `checksum` is a text that is equal for equal rows."""

    rows: int
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """`tables` by name with the schema; `others` is what is no table and has a state of its own: sequences, large
    objects."""

    tables: Mapping[str, Mark]
    others: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """All rows of all tables."""
        return sum(mark.rows for mark in self.tables.values())


def compare(original: Fingerprint, copy: Fingerprint) -> tuple[str, ...]:
    """What differs, a sentence for each; none when the copy is the original.

    `public.orders: 1204 rows, the copy has 1200`
    """
    found: list[str] = []
    for name in sorted(original.tables.keys() | copy.tables.keys()):
        mark, other = original.tables.get(name), copy.tables.get(name)
        if other is None:
            found.append(f"{name}: the copy has no such table")
        elif mark is None:
            found.append(f"{name}: only the copy has it")
        elif mark.rows != other.rows:
            found.append(f"{name}: {mark.rows} rows, the copy has {other.rows}")
        elif mark.checksum != other.checksum:
            found.append(f"{name}: {mark.rows} rows on both sides, with other contents")
    names = sorted(original.others.keys() | copy.others.keys())
    return (*found, *(sentence for name in names if (sentence := compare_other(name, original, copy))))


def compare_other(name: str, original: Fingerprint, copy: Fingerprint) -> str:
    """What differs of something that is no table, "" when nothing does."""
    here, there = original.others.get(name, "absent"), copy.others.get(name, "absent")
    return "" if here == there else f"{name}: {here}, in the copy {there}"


def written(before: Fingerprint, now: Fingerprint) -> tuple[str, ...]:
    """What has been written between the two, a sentence for each table; for who decides about losing it.

    `public.orders: 12 rows more`
    """
    found: list[str] = []
    for name in sorted(before.tables.keys() | now.tables.keys()):
        old, new = before.tables.get(name), now.tables.get(name)
        if new is None:
            found.append(f"{name}: the table is gone")
        elif old is None:
            found.append(f"{name}: a new table with {counted(new.rows)}")
        elif old.rows != new.rows:
            found.append(f"{name}: {counted(abs(new.rows - old.rows))} {'more' if new.rows > old.rows else 'fewer'}")
        elif old != new:
            found.append(f"{name}: as many rows, with other contents")
    return tuple(found)


def counted(rows: int) -> str:
    """`1 row`, `12 rows`."""
    return "1 row" if rows == 1 else f"{rows} rows"
