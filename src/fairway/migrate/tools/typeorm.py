"""TypeORM: classes whose name ends with a time, in the table migrations; a file's own name is of no account."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from fairway.domain import migration_tools
from fairway.domain.address import Address
from fairway.domain.migrations import Migrations, Plan, Step, Tool
from fairway.migrate.tools import knex, ledger, literals
from fairway.migrate.tools.shipped import Ask, Configs, Migration, Place, Rows, Shipped, Unsure
from fairway.ports.images import Folder

TOOL = Tool.TYPEORM
KNOWN = migration_tools.KNOWN[TOOL]
SUFFIXES = (".js", ".cjs", ".mjs", ".ts", ".cts", ".mts")
CLASS = re.compile(r"\b(?:class|function)\s+([A-Za-z_$][\w$]*)")
NAME = re.compile(r"(?<![\w$.])(?:this\.)?name\s*(?::\s*string\s*)?=\s*(['\"`])([^'\"`$\n]+)\1")
TIMED = re.compile(r"\d{13}$")
"""What each name ends with: milliseconds, as TypeORM reads it."""
LIKELY = re.compile(r"MigrationInterface|\bup\s*\(")
NO_TRANSACTION = re.compile(r"\btransaction\s*=\s*false\b")
WILD = re.compile(r"[*?{\[]")


def source(configs: Configs) -> str:
    """The data source's path, "" when none is known."""
    named = ledger.flag(configs.command, "-d", "--dataSource", "--data-source")
    return ledger.path(named) if named else configs.first(KNOWN.configs)


def wants(configs: Configs, settings: Migrations) -> Sequence[str]:
    """A data source that the command names."""
    return [found] if (found := source(configs)) else []


def place(configs: Configs, settings: Migrations) -> Place:
    """From the data source. Raises Unsure."""
    file = source(configs)
    text = literals.script(configs.files.get(file, b""))
    if not text and not settings.directory:
        raise Unsure("there is no data source where it is looked for: set migrations.directory")
    table, schema = literals.one(text, "migrationsTableName"), literals.one(text, "schema")
    mode = literals.one(text, "migrationsTransactionMode")
    named = ledger.whole(schema.text if schema else None, table.text if table else KNOWN.table)
    chosen = (ledger.path(settings.directory),) if settings.directory else directories(text, posixpath.dirname(file))
    return Place(directories=chosen, table=settings.table or named, options={"mode": mode.text if mode else "all"})


def directories(text: str, base: str) -> tuple[str, ...]:
    """The folders of the patterns in the data source. Raises Unsure for one that lists classes, or more folders."""
    found = [literal for value in literals.literals(text, "migrations") for literal in value]
    if not found:
        raise Unsure("the data source names no migrations: set migrations.directory")
    places = [folder_of(literal, base) for literal in found]
    return tuple(dict.fromkeys(places))


def folder_of(literal: literals.Literal, base: str) -> str:
    """The folder of a pattern: `dist/migrations/*.js` → `dist/migrations`. Raises Unsure when a folder's own name is
    made of wildcards."""
    whole = ledger.path(base if literal.here else "", literal.text)
    folder = posixpath.dirname(whole)
    if WILD.search(folder.removesuffix("/**")):
        raise Unsure(f"the data source finds its migrations by {literal.text}: set migrations.directory")
    return folder.removesuffix("/**") or "."


def read(place: Place, folders: Mapping[str, Folder]) -> Shipped:
    """By the time in each name. Sources and what was compiled of them have the same names, and count once. Raises
    Unsure for a file whose migrations can't be told."""
    found: dict[str, Migration] = {}
    for directory, name, content in ledger.files(place, folders, SUFFIXES):
        if not name.endswith((".d.ts", ".d.mts", ".d.cts")):
            for each in migrations(place, ledger.path(directory, name), literals.script(content)):
                found.setdefault(each.step.name, each)
    return Shipped(place=place, migrations=tuple(sorted(found.values(), key=lambda each: each.order)))


def migrations(place: Place, file: str, text: str) -> Iterator[Migration]:
    """Those of one file."""
    names = [match[2] for match in NAME.finditer(text) if TIMED.search(match[2])]
    classes = [match[1] for match in CLASS.finditer(text)]
    timed = list(dict.fromkeys(names or [name for name in classes if TIMED.search(name)]))
    if not timed and LIKELY.search(text):
        raise Unsure(f"{file} has a migration whose name can't be told")
    if names and len(names) < len([name for name in classes if TIMED.search(name)]):
        raise Unsure(f"{file} has several migrations, of which some have another name than their class")
    down, transactional = knex.DOWN.search(text) is not None, place.options["mode"] != "none"
    for name in timed:
        step = Step(name=name, file=file, down=down, transactional=transactional and not NO_TRANSACTION.search(text))
        yield Migration(step=step, order=int(name[-13:]))


def asks(place: Place, address: Address) -> Sequence[Ask]:
    """Names, in the order in which they were run."""
    return (Ask(table=place.table, columns=("id", "timestamp", "name"), order="id"),)


def plan(shipped: Shipped, rows: Sequence[Rows]) -> Plan:
    """By name. One that chooses its own transaction is refused where all are run in one."""
    applied = ledger.column(ledger.counted(rows[0]), "name")
    found = ledger.compare(TOOL, shipped, applied)
    alone = [step.name for step in found.pending if not step.transactional]
    if not alone or shipped.place.options["mode"] != "all":
        return found
    trouble = f"TypeORM will refuse: {', '.join(alone)} runs without the transaction that all are to share"
    return ledger.compare(TOOL, shipped, applied, (trouble,))
