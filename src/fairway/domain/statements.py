"""What a statement of a migration does, as far as it concerns those who use the database meanwhile.

A statement becomes none, one or several actions (one ALTER TABLE may do many things). What only adds something that
nobody can have used yet, or only reads, is no action.
"""

from dataclasses import dataclass
from enum import StrEnum


class Constraint(StrEnum):
    CHECK = "CHECK"
    FOREIGN_KEY = "FOREIGN KEY"
    UNIQUE = "UNIQUE"
    PRIMARY_KEY = "PRIMARY KEY"
    EXCLUDE = "EXCLUDE"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTable:
    table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropTable:
    table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameTable:
    table: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddColumn:
    """`default` is "" where there is none; `computed` are columns whose value each row needs of its own: a volatile
    default, a serial, an identity, a stored generated one. `check` is its
    CHECK and `references` its foreign key's table, "" for none."""

    table: str
    column: str
    type: str = ""
    required: bool = False
    default: str = ""
    computed: bool = False
    unique: bool = False
    check: str = ""
    references: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DropColumn:
    table: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameColumn:
    table: str
    column: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeType:
    table: str
    column: str
    type: str
    using: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNotNull:
    table: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddConstraint:
    """`valid` false: NOT VALID. `index`: the existing one that it takes over. `other` is the table that is referred to,
    `proves` the column that a CHECK (c IS NOT NULL) keeps from being null."""

    table: str
    kind: Constraint
    name: str = ""
    columns: tuple[str, ...] = ()
    definition: str = ""
    valid: bool = True
    index: str = ""
    other: str = ""
    proves: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateConstraint:
    table: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateIndex:
    table: str
    name: str = ""
    columns: tuple[str, ...] = ()
    unique: bool = False
    concurrently: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DropIndex:
    name: str
    concurrently: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindex:
    """`kind` is "TABLE", "INDEX", "SCHEMA" or "DATABASE"."""

    kind: str
    name: str
    concurrently: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A statement whose whole point is to write a table anew: `how` is its beginning ("VACUUM FULL")."""

    table: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncate:
    table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAll:
    """An UPDATE or a DELETE (`how`) without WHERE."""

    table: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSome:
    """An UPDATE or a DELETE of some rows, or an INSERT into the table."""

    table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRows:
    """INSERT INTO `table` SELECT from `source`."""

    table: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LockTable:
    """`mode` in the words of the statement ("ACCESS EXCLUSIVE")."""

    table: str
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    view: str
    concurrently: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DetachPartition:
    table: str
    partition: str
    concurrently: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimeout:
    """`name` is lock_timeout or statement_timeout; `off` whether the value is 0."""

    name: str
    off: bool


Action = (
    CreateTable
    | DropTable
    | RenameTable
    | AddColumn
    | DropColumn
    | RenameColumn
    | ChangeType
    | SetNotNull
    | AddConstraint
    | ValidateConstraint
    | CreateIndex
    | DropIndex
    | Reindex
    | Rewrite
    | Truncate
    | ChangeAll
    | ChangeSome
    | CopyRows
    | LockTable
    | Refresh
    | DetachPartition
    | SetTimeout
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A statement that was read: in which migration, where, its SQL and what it does. `transactional`: others of the
    same migration are in its transaction, and locks are held to its end."""

    step: str
    line: int
    statement: str
    actions: tuple[Action, ...]
    transactional: bool = True
