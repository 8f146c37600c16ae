"""The rules that squawk alone finds, in Fairway's words: they need no knowledge of the database."""

from fairway.domain.migrationrule import MigrationRule


def linted(name: str, about: str, why: str, safe: str, *, minor: bool = False) -> MigrationRule:
    """One that squawk alone finds."""
    return MigrationRule(name=name, about=about, why=why, safe=safe, minor=minor)


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
