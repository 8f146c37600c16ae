"""Prisma Migrate: a folder with a migration.sql for each, in _prisma_migrations, with its digest and how it went."""

import hashlib
import posixpath
import re
from collections.abc import Mapping, Sequence

from fairway.domain import migration_tools
from fairway.domain.address import Address
from fairway.domain.migrations import Migrations, Plan, Step, Tool
from fairway.migrate.tools import ledger, literals
from fairway.migrate.tools.shipped import Ask, Configs, Migration, Place, Row, Rows, Shipped, Unsure
from fairway.ports.images import Folder

TOOL = Tool.PRISMA
KNOWN = migration_tools.KNOWN[TOOL]
FILE = "migration.sql"
COLUMNS = ("checksum", "finished_at", "migration_name", "rolled_back_at", "started_at")
CONFIGS = tuple(f"prisma.config.{suffix}" for suffix in migration_tools.SCRIPTS)
SCHEMAS = ("prisma/schema.prisma", "schema.prisma")
ALONE = re.compile(r"\bCONCURRENTLY\b|^\s*(VACUUM|ALTER\s+SYSTEM|CREATE\s+DATABASE)\b", re.IGNORECASE | re.MULTILINE)


def wants(configs: Configs, settings: Migrations) -> Sequence[str]:
    """Its configuration."""
    return CONFIGS


def place(configs: Configs, settings: Migrations) -> Place:
    """From prisma.config, else the folder beside the schema. Raises Unsure."""
    text = literals.script(configs.files.get(configs.first(CONFIGS), b""))
    written = literals.one("\n".join(literals.blocks(text, "migrations")), "path")
    named = settings.directory or (written.text if written else posixpath.join(beside(configs, text), "migrations"))
    return Place(directories=(ledger.path(named),), table=settings.table or KNOWN.table)


def beside(configs: Configs, text: str) -> str:
    """The folder of the schema: as the command, package.json or prisma.config names it, else the usual one."""
    package = re.search(r'"prisma"\s*:\s*\{[^{}]{0,2000}"schema"\s*:\s*"([^"]+)"', configs.text("package.json"))
    configured = literals.one(text, "schema")
    named = ledger.flag(configs.command, "--schema") or (package[1] if package else configured and configured.text)
    found = named or configs.first(SCHEMAS) or "prisma/schema.prisma"
    return posixpath.dirname(found) if found.endswith(".prisma") else found


def read(place: Place, folders: Mapping[str, Folder]) -> Shipped:
    """By the folders' names. Raises Unsure when one was not read."""
    directory = place.directories[0]
    folder = folders.get(directory)
    if folder is None:
        raise Unsure(f"there is no folder {directory} in the image")
    ledger.check_read(directory, folder, (".sql",))
    found = [
        migration(directory, name, content)
        for name, content in sorted(folder.files.items())
        if name.count("/") == 1 and name.endswith(f"/{FILE}")
    ]
    return Shipped(place=place, migrations=tuple(found))


def migration(directory: str, name: str, content: bytes) -> Migration:
    """One of them. PostgreSQL runs the whole file as one transaction, since it comes as one query; what can't be in one
    has to be in a file of its own."""
    sql = ledger.text(content)
    step = Step(
        name=posixpath.dirname(name),
        file=posixpath.join(directory, name),
        sql=sql,
        transactional=ALONE.search(sql) is None,
    )
    return Migration(step=step, digest=hashlib.sha256(content).hexdigest())


def asks(place: Place, address: Address) -> Sequence[Ask]:
    """Every row, failed ones included. The table lies in the schema that the URL names."""
    table = place.table if "." in place.table else ledger.whole(address.options.get("schema"), place.table)
    return (Ask(table=table, columns=COLUMNS, order="started_at"),)


def plan(shipped: Shipped, rows: Sequence[Rows]) -> Plan:
    """One that failed has no end and was not marked as rolled back: Prisma refuses everything until it is. One that was
    rolled back is run again."""
    done = sorted(rows[0] or (), key=lambda row: row.get("started_at") or "")
    applied = tuple(dict.fromkeys(name_of(row) for row in done if row["finished_at"] and not row["rolled_back_at"]))
    failed = [name_of(row) for row in done if not row["finished_at"] and not row["rolled_back_at"]]
    digests = {each.step.name: each.digest for each in shipped.migrations}
    changed = [
        name_of(row)
        for row in done
        if name_of(row) in applied
        and row["finished_at"]
        and digests.get(name_of(row), row["checksum"]) != row["checksum"]
    ]
    trouble = (
        *(
            f"{name} failed and is half applied: Prisma refuses until prisma migrate resolve says what it is"
            for name in failed
        ),
        *(f"{name} was changed after it was applied; Prisma will not run it again" for name in changed),
    )
    return ledger.compare(TOOL, shipped, applied, trouble)


def name_of(row: Row) -> str:
    """A row's migration."""
    return row["migration_name"] or ""
