"""node-pg-migrate: files by their names without the suffix, in pgmigrations; it refuses one out of order."""

import posixpath
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from fairway.domain import migration_tools
from fairway.domain.address import Address
from fairway.domain.migrations import Migrations, Plan, Step, Tool
from fairway.migrate.tools import ledger, literals
from fairway.migrate.tools.shipped import Ask, Configs, Migration, Place, Rows, Shipped, Unsure
from fairway.ports.images import Folder

TOOL = Tool.NODE_PG_MIGRATE
KNOWN = migration_tools.KNOWN[TOOL]
UP = re.compile(r"^\s*--[\s-]*up\s+migration", re.IGNORECASE | re.MULTILINE)
DOWN = re.compile(r"^\s*--[\s-]*down\s+migration", re.IGNORECASE | re.MULTILINE)
NEVER_DOWN = re.compile(r"\bdown\s*[=:]\s*false\b")
NO_TRANSACTION = re.compile(r"\bnoTransaction\s*\(")
UTC_DIGITS = 17
CONFIGS = ("config/default.json", "config/production.json")
"""Where the `config` package looks, whose section `db` node-pg-migrate reads."""


def wants(configs: Configs, settings: Migrations) -> Sequence[str]:
    """A configuration that the command names."""
    named = ledger.flag(configs.command, "-f", "--config-file")
    return [ledger.path(named)] if named else CONFIGS


def place(configs: Configs, settings: Migrations) -> Place:
    """From the options of the command, then a configuration file. Raises Unsure."""
    command = configs.command
    text = "\n".join(literals.script(configs.files.get(path, b"")) for path in wants(configs, settings))
    if re.search(r"--use-glob\b|--ignore-pattern\b|[\"'](use-glob|ignore-pattern)[\"']", command + text):
        raise Unsure("node-pg-migrate finds its migrations by a pattern")
    directory = settings.directory or ledger.flag(command, "-m", "--migrations-dir") or written(text, "migrations-dir")
    table = ledger.flag(command, "-t", "--migrations-table") or written(text, "migrations-table")
    schema = ledger.flag(command, "--migrations-schema", "-s", "--schema") or written(text, "migrations-schema")
    unordered = re.search(r"--no-check-order\b|--check-order[= ]false", command) is not None
    return Place(
        directories=(ledger.path(directory or KNOWN.directory),),
        table=settings.table or ledger.whole(schema, table or KNOWN.table),
        options={"order": "any"} if unordered else {},
    )


def written(text: str, key: str) -> str | None:
    """The value of a key, None when there is none. Raises Unsure."""
    found = literals.one(text, key)
    return found.text if found else None


def read(place: Place, folders: Mapping[str, Folder]) -> Shipped:
    """By the number that each name begins with, then by name. Raises Unsure for a file that has none: the tool itself
    refuses it, or is of a version that sorts otherwise."""
    found = []
    for directory, name, content in ledger.files(place, folders, ("",)):
        if name.startswith("."):
            continue
        if name.endswith((".up.sql", ".down.sql")):
            raise Unsure("its migrations are pairs of up.sql and down.sql, which versions of the tool name differently")
        found.append(Migration(step=step(directory, name, ledger.text(content)), order=number(name)))
    return Shipped(place=place, migrations=tuple(sorted(found, key=lambda each: (each.order, each.step.name))))


def number(name: str) -> int:
    """What a file's name begins with; 17 digits are a date in UTC, counted in milliseconds as the others are."""
    match = re.match(r"\d+", name)
    if match is None:
        raise Unsure(f"the name {name!r} does not begin with a number")
    digits = match[0]
    if len(digits) != UTC_DIGITS:
        return int(digits[:40])
    try:
        moment = datetime.strptime(digits[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise Unsure(f"the name {name!r} begins with no date") from error
    return int(moment.timestamp()) * 1000 + int(digits[14:])


def step(directory: str, name: str, text: str) -> Step:
    """One file: SQL with its two halves, or code."""
    stem, suffix = posixpath.splitext(name)
    if suffix == ".sql":
        up, down = halves(text)
        return Step(name=stem, file=ledger.path(directory, name), sql=up, down=down is not None)
    code = literals.script(text.encode())
    return Step(
        name=stem,
        file=ledger.path(directory, name),
        down=NEVER_DOWN.search(code) is None,
        transactional=NO_TRANSACTION.search(code) is None,
    )


def halves(text: str) -> tuple[str, str | None]:
    """What is run up and down, None for what there is not, cut where the tool cuts it."""
    up, down = UP.search(text), DOWN.search(text)
    first = up.start() if up else -1
    second = down.start() if down else -1
    forward = text[first : None if second < first else second] if up else text
    return forward, text[second : None if first < second else first] if down else None


def asks(place: Place, address: Address) -> Sequence[Ask]:
    """The names, in the order in which they were run."""
    return (Ask(table=place.table, columns=("id", "name"), order="id"),)


def plan(shipped: Shipped, rows: Sequence[Rows]) -> Plan:
    """It compares the applied with its files place by place, and refuses at the first that differs."""
    applied = ledger.column(ledger.counted(rows[0]), "name")
    trouble = []
    pairs = zip(applied, shipped.migrations, strict=False)
    wrong = next(((ran, each.step.name) for ran, each in pairs if ran != each.step.name), None)
    if wrong and "order" not in shipped.place.options:
        trouble.append(f"node-pg-migrate will refuse: {wrong[1]} comes before {wrong[0]}, which was applied already")
    return ledger.compare(TOOL, shipped, applied, trouble)
