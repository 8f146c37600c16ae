"""Knex: files by their names with the suffix, in knex_migrations; a second table is its lock."""

import posixpath
import re
from collections.abc import Mapping, Sequence

from fairway.domain import migration_tools
from fairway.domain.address import Address
from fairway.domain.migrations import Migrations, Plan, Step, Tool
from fairway.migrate.tools import ledger, literals
from fairway.migrate.tools.shipped import Ask, Configs, Migration, Place, Rows, Shipped, Unsure
from fairway.ports.images import Folder

TOOL = Tool.KNEX
KNOWN = migration_tools.KNOWN[TOOL]
SUFFIXES = (".co", ".coffee", ".eg", ".iced", ".js", ".cjs", ".litcoffee", ".ls", ".ts")
"""Knex's own loadExtensions. `.mjs` is not among them: Knex passes such a file over, and so does this."""
NO_TRANSACTION = re.compile(r"transaction\s*:\s*false")
DOWN = re.compile(r"\bdown\b\s*[=:(]|\bfunction\s+down\b")
ODD = ("migrationSource", "loadExtensions", "sortDirsSeparately")
"""Settings with which Knex finds its migrations otherwise."""


def knexfile(configs: Configs) -> str:
    """The configuration's path, "" when there is none."""
    named = ledger.flag(configs.command, "--knexfile")
    return ledger.path(named) if named else configs.first(KNOWN.configs)


def wants(configs: Configs, settings: Migrations) -> Sequence[str]:
    """A knexfile that the command names."""
    return [found] if (found := knexfile(configs)) else []


def place(configs: Configs, settings: Migrations) -> Place:
    """From the options of the command, then the knexfile. Raises Unsure."""
    file = knexfile(configs)
    inside = list(literals.blocks(literals.script(configs.files.get(file, b"")), "migrations"))
    table = settings.table or ledger.flag(configs.command, "--migrations-table-name") or table_of(inside)
    named = settings.directory or ledger.flag(configs.command, "--migrations-directory")
    if any(re.search(rf"\b{word}\b", block) for word in ODD for block in inside):
        raise Unsure("the knexfile chooses its migrations by itself")
    without = any(re.search(r"disableTransactions\s*:\s*true", block) for block in inside)
    return Place(
        directories=(ledger.path(named),) if named else directories(inside, posixpath.dirname(file)),
        table=table,
        options={"transactions": "none"} if without else {},
    )


def directories(blocks: Sequence[str], base: str) -> tuple[str, ...]:
    """Where the migrations lie: from the knexfile's own folder, into which Knex goes first. Raises Unsure."""
    found = {value for block in blocks for value in literals.literals(block, "directory")}
    if not found or any(not literals.literals(block, "directory") for block in blocks):
        found.add((literals.Literal(f"./{KNOWN.directory}"),))
    if len(found) > 1:
        raise Unsure("the knexfile has other directories for other environments: set migrations.directory")
    return tuple(ledger.path(base, literal.text) for literal in found.pop())


def table_of(blocks: Sequence[str]) -> str:
    """The table's name. Raises Unsure."""
    text = "\n".join(blocks)
    table, schema = literals.one(text, "tableName"), literals.one(text, "schemaName")
    return ledger.whole(schema.text if schema else None, table.text if table else KNOWN.table)


def read(place: Place, folders: Mapping[str, Folder]) -> Shipped:
    """By name over all directories, as Knex sorts them. Raises Unsure."""
    found = [
        Migration(step=step(place, directory, name, literals.script(content)))
        for directory, name, content in ledger.files(place, folders, SUFFIXES)
    ]
    return Shipped(place=place, migrations=tuple(sorted(found, key=lambda each: each.step.name)))


def step(place: Place, directory: str, name: str, text: str) -> Step:
    """One file."""
    return Step(
        name=name,
        file=ledger.path(directory, name),
        down=DOWN.search(text) is not None,
        transactional=not place.options and NO_TRANSACTION.search(text) is None,
    )


def asks(place: Place, address: Address) -> Sequence[Ask]:
    """The names, and the lock."""
    return (
        Ask(table=place.table, columns=("id", "name"), order="id"),
        Ask(table=f"{place.table}_lock", columns=("is_locked",)),
    )


def plan(shipped: Shipped, rows: Sequence[Rows]) -> Plan:
    """Knex refuses to run when the table has a name that no file has."""
    done, lock = rows
    applied = ledger.column(ledger.counted(done), "name")
    trouble = []
    if any(row.get("is_locked") == "1" for row in lock or ()):
        trouble.append(
            f"{shipped.place.table}_lock is locked: a migration runs, or was killed; knex migrate:unlock opens it"
        )
    found = ledger.compare(TOOL, shipped, applied, trouble)
    if found.missing:
        trouble.append(f"Knex will refuse: the directory lacks {', '.join(found.missing)}, which was applied")
    return ledger.compare(TOOL, shipped, applied, trouble)
