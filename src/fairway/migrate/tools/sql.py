"""Plain SQL files, `NAME.sql` with an optional `NAME.down.sql`, in the order of their names. Fairway runs them itself.

The table is Fairway's own, and has each file's digest: a file that was changed after it was applied is named. How they
are run is in `sql_script`.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence

from fairway.domain import migration_tools
from fairway.domain.address import Address
from fairway.domain.migrations import Migrations, Plan, Step, Tool
from fairway.migrate.tools import ledger
from fairway.migrate.tools.shipped import Ask, Configs, Migration, Place, Rows, Shipped, Unsure
from fairway.ports.images import Folder

TOOL = Tool.SQL
KNOWN = migration_tools.KNOWN[TOOL]
SUFFIX, DOWN = ".sql", ".down.sql"
NO_TRANSACTION = re.compile(r"^\s*--\s*fairway:\s*no-transaction\s*$", re.MULTILINE)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,199}")
"""What a file's name may be: it is written into scripts, tables and terminals."""


def wants(configs: Configs, settings: Migrations) -> Sequence[str]:
    """Nothing: fairway.toml is its configuration."""
    return ()


def place(configs: Configs, settings: Migrations) -> Place:
    """From fairway.toml."""
    return Place(directories=(ledger.path(settings.directory or KNOWN.directory),), table=settings.table or KNOWN.table)


def read(place: Place, folders: Mapping[str, Folder]) -> Shipped:
    """By name. Raises Unsure for a name that is none, and a folder without any."""
    found = {name: content for _, name, content in ledger.files(place, folders, (SUFFIX,))}
    for name in found:
        if not NAME.fullmatch(name):
            raise Unsure(f"{name!r} is no name for a migration: letters, digits and . _ + - are")
    if not found:
        raise Unsure(f"there are no {SUFFIX} files in {place.directories[0]}")
    names = [name for name in found if not name.endswith(DOWN)]
    return Shipped(place=place, migrations=tuple(migration(place, found, name) for name in names))


def migration(place: Place, files: Mapping[str, bytes], name: str) -> Migration:
    """One file."""
    text = ledger.text(files[name])
    back = files.get(name.removesuffix(SUFFIX) + DOWN)
    step = Step(
        name=name,
        file=ledger.path(place.directories[0], name),
        sql=text,
        down=back is not None,
        transactional=transactional(text),
    )
    return Migration(
        step=step,
        back=None if back is None else ledger.text(back),
        digest=hashlib.sha256(files[name]).hexdigest(),
    )


def transactional(text: str) -> bool:
    """Whether a file is run in a transaction: unless it says otherwise before its first statement."""
    return NO_TRANSACTION.search(text.partition(";")[0]) is None


def asks(place: Place, address: Address) -> Sequence[Ask]:
    """Names and digests, and whether each came to its end."""
    return (Ask(table=place.table, columns=("id", "name", "checksum", "finished_at"), order="id"),)


def plan(shipped: Shipped, rows: Sequence[Rows]) -> Plan:
    """By name. A row without an end is of a file that runs outside of a transaction, and did not come to its end."""
    done = ledger.counted(rows[0]) or ()
    digests = {each.step.name: each.digest for each in shipped.migrations}
    trouble = []
    for row in done:
        name = row["name"] or ""
        if row["finished_at"] is None:
            trouble.append(f"{name} was begun outside of a transaction and did not come to its end: it is half applied")
        elif digests.get(name, row["checksum"]) != row["checksum"]:
            trouble.append(f"{name} was changed after it was applied; it is not run again")
    return ledger.compare(TOOL, shipped, ledger.column(done, "name"), trouble)
