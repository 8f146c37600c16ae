"""What a database consists of, as text: the schema before and after a migration, what differs, and how large it is.

An object (a table, a column, an index, a constraint, a view, a type, a function, a sequence, a trigger) has a name that
says what it is ("column public.orders.code") and a definition in the database's own words ("text NOT NULL"). Two
schemas are compared as two mappings, whatever engine they are of.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fairway.domain.address import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """`objects` is each object's definition by its name, without what a migration tool keeps for itself."""

    objects: Mapping[str, str]

    @property
    def version(self) -> str:
        """What tells two schemas apart: 12 hexadecimal digits of SHA-256 over the objects in the order of their
        names."""
        text = "\n".join(f"{name}\t{definition}" for name, definition in sorted(self.objects.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


class Change(StrEnum):
    ADDED = "ADDED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`before` is empty for an object that was added, `after` for one that was removed."""

    object: str
    change: Change
    before: str = ""
    after: str = ""


def compare(before: Schema, after: Schema) -> tuple[Difference, ...]:
    """What has to be done to the one to make it the other, in the order of the objects' names."""
    found: list[Difference] = []
    for name in sorted(before.objects.keys() | after.objects.keys()):
        old, new = before.objects.get(name), after.objects.get(name)
        if old is None:
            found.append(Difference(object=name, change=Change.ADDED, after=new or ""))
        elif new is None:
            found.append(Difference(object=name, change=Change.REMOVED, before=old))
        elif old != new:
            found.append(Difference(object=name, change=Change.CHANGED, before=old, after=new))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`name` with its schema ("public.orders"; of SQLite "orders"). `rows` is the database's own estimate, `bytes` with
    its indexes and what is stored out of line."""

    name: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a database stands. `version` is the server's ("15.18"), `bytes` the whole database; `extensions` are those
    that are installed, by name with their version."""

    engine: Engine
    version: str
    bytes: int
    tables: tuple[Table, ...] = ()
    extensions: Mapping[str, str] = field(default_factory=dict)

    @property
    def major(self) -> int:
        """15 of "15.18"."""
        return int(self.version.partition(".")[0])

    def table(self, name: str) -> Table | None:
        """The table of that name, with or without its schema; None when there is none."""
        return next((each for each in self.tables if name in (each.name, each.name.rpartition(".")[2])), None)
