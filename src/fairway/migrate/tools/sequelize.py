"""Sequelize's command line: files by their names with the suffix, in SequelizeMeta."""

import posixpath
import re
from collections.abc import Mapping, Sequence

from fairway.domain import migration_tools
from fairway.domain.address import Address
from fairway.domain.migrations import Migrations, Plan, Step, Tool
from fairway.migrate.tools import knex, ledger, literals
from fairway.migrate.tools.shipped import Ask, Configs, Migration, Place, Rows, Shipped, Unsure
from fairway.ports.images import Folder

TOOL = Tool.SEQUELIZE
KNOWN = migration_tools.KNOWN[TOOL]
SUFFIXES = (".js", ".cjs", ".ts", ".cts")
CONFIGS = ("config/config.json", "config/config.js", "config/config.cjs")


def wants(configs: Configs, settings: Migrations) -> Sequence[str]:
    """The options' file, and the configuration that it or the command names."""
    options = literals.script(configs.files.get(rc(configs), b""))
    named = ledger.flag(configs.command, "--config") or written(options, "config")
    return [rc(configs), *([ledger.path(named)] if named else CONFIGS)]


def rc(configs: Configs) -> str:
    """The options' file."""
    return ledger.path(ledger.flag(configs.command, "--options-path") or ".sequelizerc")


def written(text: str, key: str) -> str | None:
    """The value of a key, None when there is none. Raises Unsure."""
    found = literals.one(text, key)
    return found.text if found else None


def place(configs: Configs, settings: Migrations) -> Place:
    """From the options of the command, then .sequelizerc and the configuration. Raises Unsure."""
    options = literals.script(configs.files.get(rc(configs), b""))
    named = settings.directory or ledger.flag(configs.command, "--migrations-path")
    directory = named or written(options, "migrations-path") or KNOWN.directory
    text = options + "\n".join(literals.script(configs.files.get(path, b"")) for path in wants(configs, settings)[1:])
    if any(literal.text != "sequelize" for value in literals.literals(text, "migrationStorage") for literal in value):
        raise Unsure("the configuration keeps what was applied in a file, not in the database")
    table = written(text, "migrationStorageTableName") or KNOWN.table
    schema = written(text, "migrationStorageTableSchema")
    return Place(directories=(ledger.path(directory),), table=settings.table or ledger.whole(schema, table))


def read(place: Place, folders: Mapping[str, Folder]) -> Shipped:
    """By name. Raises Unsure."""
    found = [
        Migration(
            step=Step(
                name=name,
                file=ledger.path(directory, name),
                down=knex.DOWN.search(literals.script(content)) is not None,
                # queryInterface begins no transaction: each of its calls is one of its own.
                transactional=re.search(r"\btransaction\s*\(", literals.script(content)) is not None,
            )
        )
        for directory, name, content in ledger.files(place, folders, SUFFIXES)
        if not name.endswith(".d.ts")
    ]
    return Shipped(place=place, migrations=tuple(sorted(found, key=lambda each: posixpath.basename(each.step.name))))


def asks(place: Place, address: Address) -> Sequence[Ask]:
    """The names, which the tool itself sorts."""
    return (Ask(table=place.table, columns=("name",), order="name"),)


def plan(shipped: Shipped, rows: Sequence[Rows]) -> Plan:
    """By name."""
    return ledger.compare(TOOL, shipped, ledger.column(rows[0], "name"))
