"""The rules by which a migration is judged: for each what it is about, why it hurts, and the safe way.

Where squawk has a rule, its name is used for Fairway's own that knows more, so that one name in `fairway.toml` is
enough and nothing is told twice. Documentation and findings are made from this table.
"""

from collections.abc import Mapping
from types import MappingProxyType

from fairway.domain.migrationrule import MigrationRule
from fairway.domain.migrationrules_linted import LINTED


def own(name: str, about: str, why: str, safe: str) -> MigrationRule:
    """One that Fairway reads itself."""
    return MigrationRule(name=name, about=about, why=why, safe=safe, own=True)


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
        "A new column of the new type, written beside the old one and filled in portions; then a release that uses it"
        " alone; then one that drops the old one.",
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
        "Add the new column and write both, use the new one alone in the next release, drop the old one in a third.",
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

RULES: Mapping[str, MigrationRule] = MappingProxyType({rule.name: rule for rule in (*OWN, *LINTED)})
"""By name."""

COVERED = frozenset({rule.name for rule in OWN}) | {
    "prefer-repack",
    "unused-ignore",
    "require-statement-timeout",
    "require-timeout-settings",
}
"""Rules of squawk that Fairway's own stand for."""
