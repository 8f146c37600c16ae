"""Drizzle: a journal beside the SQL files; its table has a digest and a time for each, and only the newest time counts.

Drizzle runs what its journal has with a later time than the newest row. One that was merged late, with an earlier time,
is never run and nothing is said about it: that is trouble here.
"""

import hashlib
import json
import posixpath
import re
from collections.abc import Mapping, Sequence

from fairway.domain import migration_tools
from fairway.domain.address import Address, Engine
from fairway.domain.migrations import Migrations, Plan, Step, Tool
from fairway.migrate.tools import ledger, literals
from fairway.migrate.tools.shipped import Ask, Configs, Migration, Place, Rows, Shipped, Unsure
from fairway.ports.images import Folder

TOOL = Tool.DRIZZLE
KNOWN = migration_tools.KNOWN[TOOL]
JOURNAL = "meta/_journal.json"
BREAK = "--> statement-breakpoint"
PROGRAM = re.compile(r"\b(?:node|tsx|ts-node|bun(?: run)?)\s+(?:--?[\w-]+(?:=\S+)?\s+)*([\w./@-]+\.[cm]?[jt]s)\b")
SCHEMA = "drizzle"
"""Where PostgreSQL's table lies; SQLite has no schemas."""


def config(configs: Configs) -> str:
    """The configuration's path, "" when there is none."""
    named = ledger.flag(configs.command, "--config")
    return (
        ledger.path(named) if named else configs.first([name for name in KNOWN.configs if name.startswith("drizzle.")])
    )


def program(configs: Configs) -> str:
    """The app's own program that migrates, "" where drizzle-kit does."""
    if KNOWN.runs.search(configs.command) or not configs.command:
        return ""
    found = PROGRAM.search(configs.command)
    return ledger.path(found[1]) if found else ""


def wants(configs: Configs, settings: Migrations) -> Sequence[str]:
    """A configuration that the command names, and the app's own program."""
    return [path for path in (config(configs), program(configs)) if path]


def place(configs: Configs, settings: Migrations) -> Place:
    """From drizzle.config. Raises Unsure."""
    text = literals.script(configs.files.get(config(configs), b""))
    out = literals.one(text, "out")
    inside = "\n".join(literals.blocks(text, "migrations"))
    table, schema = literals.one(inside, "table"), literals.one(inside, "schema")
    named = settings.directory or told_by_program(configs) or (out.text if out else KNOWN.directory)
    return Place(
        directories=(ledger.path(named),),
        table=settings.table or (table.text if table else KNOWN.table),
        options={"schema": schema.text if schema else SCHEMA},
    )


def told_by_program(configs: Configs) -> str:
    """The folder that the app's own program names, "" where drizzle-kit migrates. Raises Unsure when it names none, or
    another table."""
    if not configs.command or KNOWN.runs.search(configs.command):
        return ""
    text = literals.script(configs.files.get(program(configs), b""))
    folder = literals.one(text, "migrationsFolder")
    if folder is None or re.search(r"\bmigrations(Table|Schema)\b", text):
        raise Unsure("the program that migrates does not say where its migrations are: set migrations.directory")
    return ledger.path(posixpath.dirname(program(configs)) if folder.here else "", folder.text)


def read(place: Place, folders: Mapping[str, Folder]) -> Shipped:
    """In the journal's order. Raises Unsure when there is no journal, or a file of it is not there."""
    directory = place.directories[0]
    folder = folders.get(directory)
    if folder is None or JOURNAL not in folder.files:
        raise Unsure(f"there is no {posixpath.join(directory, JOURNAL)} in the image")
    return Shipped(place=place, migrations=tuple(migration(directory, folder, each) for each in entries(folder)))


def entries(folder: Folder) -> Sequence[tuple[str, int]]:
    """Tag and time of each. Raises Unsure for a journal that is none."""
    try:
        found = json.loads(ledger.text(folder.files[JOURNAL]))["entries"]
        return [(str(entry["tag"]), int(entry["when"])) for entry in found]
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise Unsure(f"{JOURNAL} can't be read") from error


def migration(directory: str, folder: Folder, entry: tuple[str, int]) -> Migration:
    """One of them, with the digest that the table gets. Raises Unsure."""
    tag, when = entry
    content = folder.files.get(f"{tag}.sql")
    if content is None:
        raise Unsure(f"the journal names {tag}, and there is no such file")
    # Node.js reads the file as text and hashes that: bytes that are no UTF-8 become U+FFFD before.
    text = content.decode("utf-8", "replace")
    sql = "\n".join(part.strip() + ("" if part.rstrip().endswith(";") else ";") for part in text.split(BREAK))
    return Migration(
        step=Step(name=tag, file=posixpath.join(directory, f"{tag}.sql"), sql=sql),
        digest=hashlib.sha256(text.encode()).hexdigest(),
        order=when,
    )


def asks(place: Place, address: Address) -> Sequence[Ask]:
    """Digests and times."""
    schema = None if "." in place.table or address.engine is Engine.SQLITE else place.options["schema"]
    table = ledger.whole(schema, place.table)
    return (Ask(table=table, columns=("id", "hash", "created_at"), order="id"),)


def plan(shipped: Shipped, rows: Sequence[Rows]) -> Plan:
    """What is later than the newest row. Raises Unsure for a time that is no number."""
    done = [(row.get("hash") or "", time_of(row.get("created_at"))) for row in ledger.counted(rows[0]) or ()]
    newest = max((when for _, when in done), default=-1)
    by_digest = {each.digest: each for each in shipped.migrations}
    by_time = {each.order: each for each in shipped.migrations}
    applied, missing, trouble, seen = [], [], [], set()
    for digest, when in done:
        found = by_digest.get(digest) or by_time.get(when)
        name = found.step.name if found else f"{digest[:12]} of {when}"
        applied.append(name)
        seen.add(name)
        if found is None:
            missing.append(name)
        elif found.digest != digest:
            trouble.append(f"{name} was changed after it was applied; Drizzle will not run it again")
    trouble += [
        f"{each.step.name} is older than the newest that was applied: Drizzle will never run it"
        for each in shipped.migrations
        if each.order <= newest and each.step.name not in seen
    ]
    pending = tuple(each.step for each in shipped.migrations if each.order > newest)
    return Plan(tool=TOOL, applied=tuple(applied), pending=pending, missing=tuple(missing), trouble=tuple(trouble))


def time_of(value: str | None) -> int:
    """Milliseconds; SQLite may give them as "1700000000000.0"."""
    match = re.match(r"-?\d+", value or "")
    if match is None:
        raise Unsure("the table of Drizzle has a row without a time")
    return int(match[0])
