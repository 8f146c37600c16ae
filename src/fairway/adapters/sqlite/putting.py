"""Putting a dump's contents into a database: an empty one, or one that is in use.

One in use is written by the online backup too, into the live file, as a single transaction of SQLite's: whoever has it
open sees the old contents until it is committed and the new ones afterwards, and a death in the middle leaves a journal
that the next one to open it rolls back. Renaming a new file over it would leave every open connection with the old,
deleted one, whose writes are then lost without an error. That is done only where the file is gone or is no database
any more, since nobody can be using it then; the damaged one stays beside it.
"""

import json
import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from fairway.adapters.sqlite import copying, objects, packing, sizes
from fairway.adapters.sqlite.copying import NOTE, PACKED, PAGES, PLAIN, Tell
from fairway.adapters.sqlite.opening import DAMAGED, SIDES, name_of, opened
from fairway.errors import FairwayError, WorkFailed

MODE = 0o666
"""Of the file, as `adapters/files/volumes` makes it: whichever user an image has may write to it."""


def restore(file: Path, shown: str, directory: Path, tell: Tell) -> dict[str, Any]:
    """Into an empty database that nobody uses. Raises WorkFailed."""
    if os.path.lexists(file):
        with opened(file, shown) as target:
            if tables := objects.tables_of(target):
                raise WorkFailed(f"{shown} is not empty", why=f"it has {len(tables)} tables")
    fresh = expand(directory, file.with_name(file.name + ".restoring"), shown, tell)
    try:
        with opened(fresh, shown, alone=True) as copy:
            objects.tables_of(copy)
        exchange(fresh, file)
    finally:
        copying.remove(fresh)
    return {}


def replace(file: Path, shown: str, directory: Path, tell: Tell, patience: float) -> dict[str, Any]:
    """In the place of what the database has. Raises WorkFailed, and has changed nothing then."""
    fresh = expand(directory, directory / PLAIN, shown, tell)
    try:
        copying.check(fresh, shown)
        if usable(file, shown, patience):
            overwrite(fresh, file, shown, tell, patience)
            return {"exchanged": False}
        set_aside(fresh, file, shown)
        return {"exchanged": True}
    finally:
        copying.remove(fresh)


def expand(directory: Path, into: Path, shown: str, tell: Tell) -> Path:
    """The dump's database as a file. Raises WorkFailed for what is no dump, or damaged."""
    try:
        size = int(json.loads((directory / NOTE).read_text())["bytes"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WorkFailed("the dump can't be restored", why=f"{NOTE} can't be read: {error}") from error
    copying.require_room(into.parent, size, shown)
    copying.remove(into)
    try:
        packing.unpack(directory / PACKED, into, size, lambda done: tell("restoring", done, size))
    except BaseException:
        copying.remove(into)
        raise
    return into


def usable(file: Path, shown: str, patience: float) -> bool:
    """Whether it is a database at all. Raises Unavailable for one that can't be opened for another reason."""
    if not os.path.lexists(file):
        return False
    try:
        with opened(file, shown, write=True, patience=patience) as live:
            live.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except FairwayError as error:
        if isinstance(error.__cause__, sqlite3.Error) and name_of(error.__cause__) in DAMAGED:
            return False
        raise
    return True


def overwrite(fresh: Path, file: Path, shown: str, tell: Tell, patience: float) -> None:
    """One transaction over all pages of the live file."""
    with opened(file, shown, write=True, patience=patience) as live:
        # Every page that is written anew is first kept, in the journal or the log.
        copying.require_room(file.parent, sizes.bytes_of(live) + fresh.stat().st_size, shown)
        with opened(fresh, shown, write=True) as source:
            fit(source, live)
            whole = sizes.bytes_of(source)
            source.backup(live, pages=PAGES, progress=watching(whole, shown, tell, patience), sleep=0.05)
        # So that the log does not stay as large as the database; a reader keeps it from that, and is not waited for.
        live.execute("PRAGMA busy_timeout = 0")
        live.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def fit(source: sqlite3.Connection, live: sqlite3.Connection) -> None:
    """Give the new contents the page size of the live file: a file with a log can't change its own."""
    source.execute("PRAGMA journal_mode = DELETE").fetchone()
    (wanted,) = live.execute("PRAGMA page_size").fetchone()
    (has,) = source.execute("PRAGMA page_size").fetchone()
    if has != wanted and sizes.bytes_of(live):
        source.execute(f"PRAGMA page_size = {wanted:d}")
        source.execute("VACUUM")


def watching(whole: int, shown: str, tell: Tell, patience: float) -> Any:
    """What is called between the steps: without end, while somebody keeps the file locked. Raises WorkFailed once
    that takes too long, which takes the transaction back."""
    since, before = time.monotonic(), -1

    def told(status: int, left: int, pages: int) -> None:
        nonlocal since, before
        if left != before:
            since, before = time.monotonic(), left
        elif time.monotonic() - since > patience:
            raise WorkFailed(
                f"{shown} is as it was: it is locked",
                why=f"another process has used it for {patience:g} s",
                hint="fairway ps",
            )
        tell("writing", whole * (pages - left) // max(1, pages), whole)

    return told


def set_aside(fresh: Path, file: Path, shown: str) -> None:
    """Exchange a file that is no database for the new one, and keep it as `NAME.damaged-TIME`, with its log."""
    aside = f"{file.name}.damaged-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    beside = file.with_name(file.name + ".restoring")
    copying.require_room(file.parent, fresh.stat().st_size, shown)
    copying.remove(beside)
    with fresh.open("rb") as source, beside.open("xb") as target:
        packing.pour(source, target, lambda done: None)
        target.flush()
        os.fsync(target.fileno())
    if os.path.lexists(file):
        file.with_name(aside).unlink(missing_ok=True)
        os.link(file, file.with_name(aside), follow_symlinks=False)
    for side in SIDES:
        # First: a log that is left is taken for the new file's.
        if os.path.lexists(left := file.with_name(file.name + side)):
            left.rename(file.with_name(aside + side))
    exchange(beside, file)


def exchange(fresh: Path, file: Path) -> None:
    """The new file in the place of the old one, at once."""
    fresh.chmod(MODE)
    fresh.replace(file)
    descriptor = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
