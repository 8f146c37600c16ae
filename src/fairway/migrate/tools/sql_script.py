"""How plain SQL files are run: one script for psql, in a container of the database's own version.

Each file is a transaction of its own, and its row in the table is written first and in the same one: a second run at
the same moment waits for that row and then fails on it, and a run that is killed leaves neither the row nor the change.
A file that says `-- fairway: no-transaction` before its first statement (for CREATE INDEX CONCURRENTLY) gets its row
before, without an end: what was begun and not finished is seen as half applied, and never run a second time.

The files are given to psql one by one, so that a quotation mark which nobody closed ends with its file. Their names do
not come into the script but as texts of SQL.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fairway.domain.address import Address, Engine
from fairway.domain.migrations import Migrations
from fairway.errors import UsageError
from fairway.migrate.tools import sql
from fairway.migrate.tools.shipped import Migration

FOLDER = "/fairway/sql"
"""Where the files are in the container."""
MAIN = "run.sql"
BEGUN = "SELECT set_config('fairway.transaction', txid_current()::text, true) AS fairway_transaction \\gset"
ENDED = (
    "DO $fairway$ BEGIN IF current_setting('fairway.transaction', true) IS DISTINCT FROM txid_current()::text THEN "
    "RAISE EXCEPTION 'the file ended the transaction that it ran in' "
    "USING HINT = 'take COMMIT and ROLLBACK out of it, or begin it with -- fairway: no-transaction'; "
    "END IF; END $fairway$;"
)
"""The setting is gone with the transaction that it was made in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """`files` lie in FOLDER of the container in which `command` runs."""

    command: tuple[str, ...]
    files: Mapping[str, str]


def up(migrations: Sequence[Migration], table: str, settings: Migrations) -> Script:
    """Runs them, in that order."""
    return made(migrations, [migration.step.sql or "" for migration in migrations], table, settings, forward=True)


def down(migrations: Sequence[Migration], table: str, settings: Migrations) -> Script:
    """Takes them back, the last one first. Raises UsageError for one that has no file for that."""
    for migration in migrations:
        if migration.back is None:
            stem = migration.step.name.removesuffix(sql.SUFFIX)
            raise UsageError(f"{migration.step.name} can't be taken back", why=f"there is no {stem}{sql.DOWN}")
    backwards = list(reversed(migrations))
    return made(backwards, [migration.back or "" for migration in backwards], table, settings, forward=False)


def made(
    migrations: Sequence[Migration], texts: Sequence[str], table: str, settings: Migrations, *, forward: bool
) -> Script:
    """The script and its files, which are numbered."""
    files = {f"{place:05}.sql": text for place, text in enumerate(texts, start=1)}
    lines = [*prepare(table)]
    for migration, (file, text) in zip(migrations, files.items(), strict=True):
        lines += [*limits(settings), f"\\echo {migration.step.name}"]
        run = whole if sql.transactional(text) else apart
        lines += run(migration, f"{FOLDER}/{file}", quoted_name(table), forward=forward)
        lines += ["RESET ALL;"]
    # Without -X a .psqlrc of the image would be run; without -w psql would ask for a password and wait for ever.
    command = ("psql", "-X", "-w", "-q", "-v", "ON_ERROR_STOP=1", "-f", f"{FOLDER}/{MAIN}")
    return Script(command=command, files={**files, MAIN: "\n".join([*lines, ""])})


def prepare(table: str) -> Iterator[str]:
    """The table, where there is none yet."""
    yield "SET client_min_messages = warning;"
    yield (
        f"CREATE TABLE IF NOT EXISTS {quoted_name(table)} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
        "name text NOT NULL UNIQUE, checksum text NOT NULL, started_at timestamptz NOT NULL DEFAULT now(), "
        "finished_at timestamptz);"
    )


def limits(settings: Migrations) -> Iterator[str]:
    """The time-outs of one file; a file may set its own."""
    yield f"SET lock_timeout = {round(settings.lock_timeout * 1000)};"
    yield f"SET statement_timeout = {round(settings.statement_timeout * 1000)};"


# What stands in these statements is quoted by `quoted` and `quoted_name`; psql has no other parameters.
def whole(migration: Migration, file: str, table: str, *, forward: bool) -> Iterator[str]:
    """A file in one transaction with its row."""
    name, digest = quoted(migration.step.name), quoted(migration.digest)
    yield "BEGIN;"
    yield BEGUN
    if forward:
        yield f"INSERT INTO {table} (name, checksum, finished_at) VALUES ({name}, {digest}, now());"  # noqa: S608
    else:
        yield f"DELETE FROM {table} WHERE name = {name};"  # noqa: S608
    yield f"\\i {file}"
    yield ENDED
    yield "COMMIT;"


def apart(migration: Migration, file: str, table: str, *, forward: bool) -> Iterator[str]:
    """A file outside of a transaction: its row has no end while it is under way, whichever way it goes."""
    name, digest = quoted(migration.step.name), quoted(migration.digest)
    if forward:
        yield f"INSERT INTO {table} (name, checksum) VALUES ({name}, {digest});"  # noqa: S608
    else:
        yield f"UPDATE {table} SET finished_at = NULL WHERE name = {name};"  # noqa: S608
    yield f"\\i {file}"
    yield "RESET ALL;"
    if forward:
        yield f"UPDATE {table} SET finished_at = now() WHERE name = {name};"  # noqa: S608
    else:
        yield f"DELETE FROM {table} WHERE name = {name};"  # noqa: S608


def variables(address: Address) -> Mapping[str, str]:
    """What psql connects by: the container's variables, so that no password is in a list of processes. Raises
    UsageError for a database that is not PostgreSQL's."""
    if address.engine is not Engine.POSTGRES:
        raise UsageError("SQL files are run on PostgreSQL alone", why="psql runs them", hint="set migrations.command")
    found = {
        "PGHOST": address.host,
        "PGPORT": str(address.port),
        "PGUSER": address.user,
        "PGPASSWORD": address.password,
        "PGDATABASE": address.name,
        "PGSSLMODE": address.options.get("sslmode", ""),
    }
    return {name: value for name, value in found.items() if value}


def quoted(text: str) -> str:
    """A text of SQL, whatever standard_conforming_strings is."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"E'{escaped}'"


def quoted_name(table: str) -> str:
    """A table's name, with its schema where there is one."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in table.split("."))
