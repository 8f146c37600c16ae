"""Copying a live SQLite file, by SQLite's own online backup, and proving the copy.

One read transaction is the snapshot of all that is done. With a write-ahead log it hinders nobody, so the original is
counted in it too, table by table, and the restored copy is later compared with that. Without one (`journal_mode =
DELETE`) a reader keeps writers waiting, so the transaction lasts only as long as the pages take to be copied (1 GB: a
second or two), and the tables are counted in the copy, after its `integrity_check`.
"""

import contextlib
import json
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fairway.adapters.sqlite import definitions, marks, packing, plain, sizes
from fairway.adapters.sqlite.opening import SIDES, opened, text
from fairway.errors import WorkFailed

PLAIN, PACKED, NOTE = "database.db", "database.db.gz", "database.json"
"""A dump's files: the copy while it is made, and what is left: the copy, compressed, and its size."""
PAGES = 1024
"""Pages that are copied between two reports."""
COLLATIONS = frozenset({"BINARY", "NOCASE", "RTRIM"})
"""SQLite's own. Its list of them has those that a schema names, too, whether they are there or not."""
UNKNOWN = re.compile(r"(?:unknown|no such) (?:function|collation)")
Tell = Callable[[str, int, int], None]
"""Takes what is being done, and how many bytes of how many."""


def dump(file: Path, shown: str, into: Path, tell: Tell, patience: float) -> dict[str, Any]:
    """Write the dump into the directory, and say what was copied. Raises WorkFailed and Unavailable."""
    copy = into / PLAIN
    remove(copy)
    try:
        with opened(file, shown, patience=patience) as original, snapshot(original):
            at, began = time.time(), time.monotonic()
            whole = sizes.bytes_of(original)
            require_room(into, whole * 2, shown)
            take(original, copy, whole, tell)
            logged = text(original.execute("PRAGMA journal_mode").fetchone()[0]) == "wal"
            if not logged:
                original.execute("ROLLBACK")
            with packing.packed(copy, into / PACKED):
                check(copy, shown)
                with contextlib.nullcontext(original) if logged else opened(copy, shown, alone=True) as source:
                    standing, fingerprint = sizes.look(source), count(source, whole, tell)
        (into / NOTE).write_text(json.dumps({"bytes": copy.stat().st_size, "sqlite": sqlite3.sqlite_version}))
    finally:
        remove(copy)
    return {
        "fingerprint": plain.of_fingerprint(fingerprint),
        "standing": plain.of_standing(standing),
        "at": at,
        "seconds": time.monotonic() - began,
        "bytes": sum((into / name).stat().st_size for name in (PACKED, NOTE)),
    }


def fingerprint(file: Path, shown: str, apart: Path | None, tell: Tell, patience: float) -> dict[str, Any]:
    """Count every table at one snapshot. Of a database that others may write to without a log, a copy in `apart` is
    counted in its place (None: nobody else is there)."""
    with opened(file, shown, patience=patience) as original, snapshot(original):
        whole = sizes.bytes_of(original)
        logged = text(original.execute("PRAGMA journal_mode").fetchone()[0]) == "wal"
        if logged or apart is None:
            return plain.of_fingerprint(count(original, whole, tell))
        require_room(apart, whole, shown)
        take(original, apart / PLAIN, whole, tell)
    with opened(apart / PLAIN, shown, alone=True) as copy:
        return plain.of_fingerprint(count(copy, whole, tell))


@contextlib.contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """A read transaction, which begins with its first read."""
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def take(original: sqlite3.Connection, copy: Path, whole: int, tell: Tell) -> None:
    """Copy the pages of the snapshot. The copy is thrown away should this process die: it needs no journal."""

    def told(status: int, left: int, pages: int) -> None:
        tell("copying", whole * (pages - left) // max(1, pages), whole)

    with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as target:
        target.execute("PRAGMA journal_mode = OFF")
        target.execute("PRAGMA synchronous = OFF")
        original.backup(target, pages=PAGES, progress=told)


def check(copy: Path, shown: str) -> None:
    """Raises WorkFailed with the first thing that is wrong in a copy, or in what was copied."""
    with opened(copy, shown, alone=True) as connection:
        try:
            found = inspect(connection, "integrity_check")
        except sqlite3.OperationalError as error:
            if not UNKNOWN.search(str(error)):
                raise
            # An app may bring functions and collations of its own for its indexes. Without them the pages can be
            # looked through all the same, but not the order of an index.
            with_stand_ins(connection)
            found = inspect(connection, "quick_check")
    if found != ["ok"]:
        raise WorkFailed(
            f"{shown} is damaged",
            why=f"SQLite's check says: {found[0] if found else 'nothing'}",
            hint="restore a backup: fairway db backups",
        )


def inspect(connection: sqlite3.Connection, check: str) -> list[str]:
    """What that pragma says, "ok" or the first ten complaints."""
    return [text(row[0]) for row in connection.execute(f"PRAGMA {check}(10)").fetchall()]


def with_stand_ins(connection: sqlite3.Connection) -> None:
    """Let every word of the schema that could be a function or a collation of the app's be one that knows nothing."""
    own = {text(name).lower() for (name,) in connection.execute("SELECT name FROM pragma_function_list")}
    for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall():
        words = definitions.words_of(text(sql))
        for word, following in zip(words, [*words[1:], ""], strict=True):
            if following == "(" and word.isidentifier() and word.lower() not in own:
                connection.create_function(word, -1, lambda *values: None, deterministic=True)
            if word.upper() == "COLLATE" and (name := definitions.unquoted(following)).upper() not in COLLATIONS:
                connection.create_collation(name, lambda one, other: (one > other) - (one < other))


def count(connection: sqlite3.Connection, whole: int, tell: Tell) -> Any:
    """The fingerprint, told by how much was read."""
    read = 0

    def told(table: str, more: int) -> None:
        nonlocal read
        read = min(whole, read + more)
        tell(f"counting {table}", read, whole)

    return marks.fingerprint(connection, told)


def require_room(directory: Path, needed: int, shown: str) -> None:
    """Raises WorkFailed when the disk has less than that, in bytes."""
    free = shutil.disk_usage(directory).free
    if free < needed:
        raise WorkFailed(
            f"there is too little disk for a copy of {shown}",
            why=f"it needs {megabytes(needed)} and {megabytes(free)} are free",
            hint="make room, then try again: docker system df",
        )


def megabytes(size: int) -> str:
    """`12.4 MB`."""
    return f"{size / 1e6:.1f} MB"


def remove(file: Path) -> None:
    """A file that was ours, and what SQLite put beside it."""
    for each in (file, *(file.with_name(file.name + side) for side in SIDES)):
        each.unlink(missing_ok=True)
