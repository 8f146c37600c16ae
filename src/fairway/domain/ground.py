"""What a migration is judged against: the database as it stands, what the release that serves still uses, what was
counted in the copy, and what was seen in the rehearsal. Everything may be unknown, and is then said to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fairway.domain.address import Engine
from fairway.domain.catalog import Schema, Standing, Table
from fairway.domain.migrations import Migrations
from fairway.domain.rehearsal import STRENGTH, Held, LockMode, Rehearsal, Rewritten


@dataclass(frozen=True, slots=True, kw_only=True)
class Nulls:
    """How many rows of a table have no value in a column?"""

    table: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """How many rows of a table have the same values in these columns as another one?"""

    table: str
    columns: tuple[str, ...]


Question = Nulls | Repeated


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Where a name is used: a line of the running release's source."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The source of the release that serves: `release` names it ("release 17"), `files` are its texts by path."""

    release: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """`schema` is the database's before the migration. `answers` are counts on the copy. `serves` is false where no
    release is there yet that could use anything."""

    engine: Engine
    settings: Migrations
    standing: Standing | None = None
    schema: Schema | None = None
    source: Source | None = None
    answers: Mapping[Question, int] = field(default_factory=dict)
    rehearsal: Rehearsal | None = None
    serves: bool = True

    def with_answers(self, answers: Mapping[Question, int]) -> "Ground":
        """The same with what was counted."""
        return replace(self, answers=answers)

    def table(self, name: str) -> Table | None:
        """The table as it stands, None when it isn't known."""
        return self.standing.table(name) if self.standing is not None else None

    def held(self, name: str, *, least: LockMode) -> Held | None:
        """The longest lock of at least that strength that the rehearsal saw on the table."""
        locks = self.rehearsal.watched.locks if self.rehearsal is not None else ()
        found = [lock for lock in locks if same(lock.table, name) and STRENGTH[lock.mode] >= STRENGTH[least]]
        return max(found, key=lambda lock: lock.seconds, default=None)

    def rewritten(self, name: str) -> Rewritten | None:
        """What the rehearsal wrote anew of the table."""
        found = self.rehearsal.watched.rewritten if self.rehearsal is not None else ()
        return next((each for each in found if same(each.table, name)), None)

    def type_of(self, table: str, column: str) -> str:
        """The column's type before the migration, "" when it isn't known."""
        known = self.table(table)
        names = [table] if known is None else [known.name, table]
        objects = self.schema.objects if self.schema is not None else {}
        definition = next((objects[key] for name in names if (key := f"column {name}.{column}") in objects), "")
        for word in (" NOT NULL", " DEFAULT", " GENERATED", " COLLATE"):
            definition = definition.partition(word)[0]
        return definition.strip()


def same(one: str, other: str) -> bool:
    """Whether two names are of one table, when either may lack its schema."""
    if "." in one and "." in other:
        return one == other
    return one.rpartition(".")[2] == other.rpartition(".")[2]
