"""The rules by which a migration is judged: for each what it is about, why it hurts, and the safe way.

Where squawk has a rule, its name is used for Fairway's own that knows more, so that one name in `fairway.toml` is
enough and nothing is told twice. Documentation and findings are made from this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationRule:
    """`why` is what it does to those who use the database, `safe` the way that hurts nobody. `minor`: a matter of taste
    or of later, that never asks for anything now. `own`: Fairway reads the statement itself."""

    name: str
    about: str
    why: str
    safe: str
    minor: bool = False
    own: bool = False


def own(name: str, about: str, why: str, safe: str) -> MigrationRule:
    """One that Fairway reads itself."""
    return MigrationRule(name=name, about=about, why=why, safe=safe, own=True)


def linted(name: str, about: str, why: str, safe: str, *, minor: bool = False) -> MigrationRule:
    """One that squawk alone finds."""
    return MigrationRule(name=name, about=about, why=why, safe=safe, minor=minor)


OWN: tuple[MigrationRule, ...] = (
    own(
        "adding-field-with-default",
        "a new column whose value each row needs of its own: a volatile default, a serial, a stored generated column",
        "Every row and every index is written anew under ACCESS EXCLUSIVE, so nobody reads or writes meanwhile.",
        "Add the column without the default, set the default for new rows, and fill the old ones in portions.",
    ),
    own(
        "adding-foreign-key-constraint",
        "a foreign key that is checked at once",
        "Every row is looked up in the other table, with writes to both tables blocked.",
        "Add it NOT VALID, which checks new rows only, and VALIDATE it in a later migration, which blocks nobody.",
    ),
    own(
        "adding-not-nullable-field",
        "SET NOT NULL on a column that is there",
        "It fails when a single row has a null, and otherwise reads the whole table under ACCESS EXCLUSIVE.",
        "Fill the nulls, add CHECK (column IS NOT NULL) NOT VALID, validate it, then SET NOT NULL: since PostgreSQL 12"
        " it believes the constraint and reads nothing.",
    ),
    own(
        "adding-required-field",
        "a new column that is NOT NULL and has no default",
        "It fails when the table has a single row; and where it does not, every INSERT of the release that serves fails"
        " from then on, since it does not know the column.",
        "Add the column without NOT NULL or with a constant default, let the new release fill it, and make it NOT NULL"
        " in a later one.",
    ),
    own(
        "adding-serial-primary-key-field",
        "a primary key that is made on a table that is there",
        "Its index is built under ACCESS EXCLUSIVE; rows that repeat a value, or have none, make it fail.",
        "Build the unique index CONCURRENTLY, and give it to the constraint with USING INDEX.",
    ),
    own(
        "ban-concurrent-index-creation-in-transaction",
        "CREATE or DROP INDEX CONCURRENTLY inside a transaction",
        "PostgreSQL refuses it, so the migration fails.",
        "Tell the tool to run this migration outside of a transaction.",
    ),
    own(
        "ban-drop-column",
        "a column that goes",
        "Tasks of the release that serves run until they are replaced, and each of their queries that names the column"
        " fails. The values are gone but for the backup.",
        "First a release that does not use it any more, then, in a later one, the migration that drops it.",
    ),
    own(
        "ban-drop-table",
        "a table that goes",
        "Tasks of the release that serves run until they are replaced, and each of their queries on it fails. The rows"
        " are gone but for the backup.",
        "First a release that does not use it any more, then, in a later one, the migration that drops it.",
    ),
    own(
        "changing-all-rows",
        "an UPDATE or DELETE without WHERE",
        "It locks every row until the transaction ends, so whoever changes one of them waits, and leaves an old version"
        " of each behind.",
        "Do it in portions of some thousand rows, each in a transaction of its own, outside of the migration.",
    ),
    own(
        "changing-column-type",
        "another type for a column",
        "Unless the old values are valid as they lie, every row and every index is written anew under ACCESS EXCLUSIVE;"
        " and the release that serves reads values of a type that it does not expect.",
        "A new column of the new type, filled by both releases and in portions, read by the new one; the old one is"
        " dropped in a later release.",
    ),
    own(
        "constraint-missing-not-valid",
        "a CHECK that is checked at once",
        "The whole table is read under ACCESS EXCLUSIVE; one row that does not hold makes it fail.",
        "Add it NOT VALID, and VALIDATE it in a later migration, which blocks nobody.",
    ),
    own(
        "disallowed-unique-constraint",
        "a unique constraint on existing rows",
        "Its index is built under ACCESS EXCLUSIVE; two rows with the same values make it fail.",
        "CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … UNIQUE USING INDEX.",
    ),
    own(
        "locking-database",
        "a long write in SQLite",
        "SQLite has one writer at a time: while this one works, every other write of every task waits, and fails with"
        " SQLITE_BUSY when its patience ends.",
        "Keep it small, in several migrations, or at a time when little is written.",
    ),
    own(
        "locking-table",
        "an explicit LOCK TABLE",
        "Everybody whose lock does not go with it waits until the transaction ends.",
        "Leave it out: what is to be changed is locked by the statement that changes it.",
    ),
    own(
        "refreshing-view",
        "REFRESH MATERIALIZED VIEW without CONCURRENTLY",
        "Nobody reads the view until it is filled again.",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index on it.",
    ),
    own(
        "renaming-column",
        "another name for a column",
        "From that moment each query of the release that serves that names it fails, until its last task is replaced.",
        "Add the new column, write both, read the new one in the next release, and drop the old one in a later one.",
    ),
    own(
        "renaming-table",
        "another name for a table",
        "From that moment each query of the release that serves on it fails, until its last task is replaced.",
        "Rename it, and in the same transaction make a view of the old name for the release that serves.",
    ),
    own(
        "require-concurrent-index-creation",
        "an index without CONCURRENTLY",
        "Nobody writes to the table until the index is built.",
        "CREATE INDEX CONCURRENTLY, in a migration of its own outside of a transaction.",
    ),
    own(
        "require-concurrent-index-deletion",
        "DROP INDEX without CONCURRENTLY",
        "It takes ACCESS EXCLUSIVE on the index's table: it waits for all that run, and all that come wait for it.",
        "DROP INDEX CONCURRENTLY, in a migration of its own outside of a transaction.",
    ),
    own(
        "require-concurrent-partition-detach",
        "DETACH PARTITION without CONCURRENTLY",
        "It takes ACCESS EXCLUSIVE on the whole partitioned table.",
        "DETACH PARTITION … CONCURRENTLY, outside of a transaction (PostgreSQL 14 and newer).",
    ),
    own(
        "require-concurrent-reindex",
        "REINDEX without CONCURRENTLY",
        "Nobody writes to the table until its indexes are built again, and what would read by such an index waits too.",
        "REINDEX … CONCURRENTLY, outside of a transaction.",
    ),
    own(
        "require-lock-timeout",
        "a migration that may wait for a lock for ever",
        "While it waits for one slow query, everybody who comes after it waits behind it.",
        "Leave Fairway's lock_timeout on (`[migrations] lock_timeout`), and don't set it to 0 in the migration.",
    ),
    own(
        "rewriting-table",
        "VACUUM FULL, CLUSTER, SET LOGGED, SET UNLOGGED, SET TABLESPACE",
        "Every row is written anew under ACCESS EXCLUSIVE, with as much disk again.",
        "pg_repack does it with the table in use; a plain VACUUM is mostly enough.",
    ),
    own(
        "truncating-table",
        "TRUNCATE",
        "It takes ACCESS EXCLUSIVE, and every row is gone but for the backup.",
        "Delete what is old in portions, or let the release that serves stop using the table first.",
    ),
)

LINTED: tuple[MigrationRule, ...] = (
    linted(
        "ban-drop-view",
        "a view that goes",
        "Each query of the release that serves on it fails.",
        "First a release that does not use it any more.",
    ),
    linted(
        "ban-drop-function",
        "a function that goes",
        "Each query of the release that serves that calls it fails, and triggers that need it.",
        "First a release that does not use it any more.",
    ),
    linted(
        "ban-drop-type",
        "a type that goes",
        "Whatever of the release that serves names it fails.",
        "First a release that does not use it any more.",
    ),
    linted(
        "ban-drop-schema",
        "a schema that goes",
        "Everything in it is gone, and each query of the release that serves on it fails.",
        "Drop what nobody uses any more, table by table.",
    ),
    linted(
        "ban-drop-sequence",
        "a sequence that goes",
        "An INSERT that takes its numbers from it fails.",
        "First a release that does not use it any more.",
    ),
    linted(
        "ban-drop-domain",
        "a domain that goes",
        "Whatever of the release that serves names it fails.",
        "First a release that does not use it any more.",
    ),
    linted(
        "ban-drop-constraint",
        "a constraint that goes",
        "Nothing promises any more what the release that serves may rely on.",
        "First a release that does not rely on it.",
        minor=True,
    ),
    linted(
        "ban-drop-default",
        "a default that goes",
        "An INSERT of the release that serves that leaves the column out gets a null, or fails.",
        "First a release that always gives the value.",
    ),
    linted(
        "ban-drop-generated-expression",
        "a generated column that becomes a plain one",
        "The release that serves never writes it, so new rows have a null there.",
        "First a release that writes it.",
    ),
    linted(
        "ban-drop-extension",
        "an extension that goes",
        "Its functions, types and operators are gone with it.",
        "First a release that uses none of them.",
    ),
    linted(
        "ban-alter-identity",
        "another way of giving identities",
        "An INSERT of the release that serves that gives the id itself may fail.",
        "First a release that gives no id.",
    ),
    linted(
        "ban-set-schema",
        "a table or another object in another schema",
        "Each query of the release that serves finds it no more, unless search_path leads there.",
        "Leave a view of the old name, as for a rename.",
    ),
    linted(
        "renaming-object",
        "another name for a view, an index, a type or a function",
        "Each query of the release that serves that names it fails; of an index none does.",
        "Make the new one beside the old one, and drop that in a later release.",
    ),
    linted(
        "ban-char-field",
        "a column of type char(n)",
        "Values are filled with blanks up to their length.",
        "text",
        minor=True,
    ),
    linted(
        "ban-drop-database",
        "DROP DATABASE",
        "Everything in it is gone.",
        "Never in a migration.",
    ),
    linted(
        "ban-drop-not-null",
        "a column that may be null from now on",
        "The release that serves may not expect a null where there never was one.",
        "First a release that reads nulls, then the one that writes them.",
    ),
    linted(
        "ban-truncate-cascade",
        "TRUNCATE … CASCADE",
        "It empties every table that refers to this one, and those that refer to them.",
        "Name the tables.",
    ),
    linted(
        "ban-alter-domain-with-add-constraint",
        "a constraint for a domain",
        "Every table that has a column of the domain is read under a lock.",
        "A CHECK of the column, NOT VALID and validated later.",
    ),
    linted(
        "ban-create-domain-with-constraint",
        "a domain with a constraint",
        "It can't be changed later without reading every table that uses it.",
        "The base type, with a CHECK of the column.",
        minor=True,
    ),
    linted(
        "ban-uncommitted-transaction",
        "BEGIN without COMMIT",
        "The migration leaves a transaction open, and nothing of it is kept.",
        "Leave transactions to the tool, or end the one that was begun.",
    ),
    linted(
        "transaction-nesting",
        "BEGIN or COMMIT in a migration that the tool runs in a transaction",
        "The file's COMMIT ends the tool's transaction: what follows is not undone when it fails.",
        "Leave transactions to the tool, or tell it to run this migration without one.",
    ),
    linted(
        "prefer-bigint-over-int",
        "a 32-bit integer",
        "An id of that type is full after 2.1 thousand million rows.",
        "bigint",
        minor=True,
    ),
    linted(
        "prefer-bigint-over-smallint",
        "a 16-bit integer",
        "It is full at 32,767.",
        "bigint",
        minor=True,
    ),
    linted(
        "prefer-identity",
        "a serial column",
        "Its sequence has rights and an owner of its own.",
        "GENERATED BY DEFAULT AS IDENTITY",
        minor=True,
    ),
    linted(
        "prefer-robust-stmts",
        "a statement that can't be run a second time",
        "Outside of a transaction a migration that stopped in the middle can't simply be run again.",
        "IF EXISTS and IF NOT EXISTS.",
        minor=True,
    ),
    linted(
        "prefer-text-field",
        "a column of type varchar(n)",
        "A shorter length later writes the table anew.",
        "text with a CHECK of its length.",
        minor=True,
    ),
    linted(
        "prefer-timestamp-tz",
        "a timestamp without a time zone",
        "Two moments hours apart can look the same.",
        "timestamptz",
        minor=True,
    ),
    linted(
        "require-enum-value-ordering",
        "a new value of an enum without a place",
        "It comes last in the order of values.",
        "ADD VALUE … BEFORE or AFTER another one.",
        minor=True,
    ),
    linted(
        "identifier-too-long",
        "a name of more than 63 bytes",
        "PostgreSQL cuts it, and two such names may become one.",
        "A shorter name.",
        minor=True,
    ),
    linted(
        "ban-duplicate-column-assignments",
        "an UPDATE that sets a column twice",
        "PostgreSQL refuses it, so the migration fails.",
        "Set it once.",
    ),
)

RULES: Mapping[str, MigrationRule] = MappingProxyType({rule.name: rule for rule in (*OWN, *LINTED)})
"""By name."""

COVERED = frozenset({rule.name for rule in OWN}) | {
    "prefer-repack",
    "unused-ignore",
    "require-statement-timeout",
    "require-timeout-settings",
}
"""Rules of squawk that Fairway's own stand for."""
