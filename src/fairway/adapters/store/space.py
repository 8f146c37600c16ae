"""The disk's share of what was forgotten: SQLite keeps the pages of deleted rows for new ones, and its file as large as
it ever was.

That is well for a store that forgets as much as it writes. Where it once was far larger, VACUUM writes it anew at a
server's start, the one time at which nobody waits for a write. It is one transaction: what dies in it, or finds the
disk full, leaves the file as it was. (auto_vacuum=INCREMENTAL would want the same VACUUM once in each file that there
is, hold up writers by a tenth of a second for every 4 MB, and leave pages half empty.)
"""

import contextlib
import logging
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

LOG = logging.getLogger(__name__)
MB = 1024**2
LEAST = 64 * MB
"""Bytes of free pages below which it is not worth a start that takes longer."""
MOST = 1024 * MB
"""Bytes that are kept above which a start would take too long for it: some 20 MB are written in a second."""
COPIES = 2
"""How many times what is kept lies on the disk meanwhile: in the new file's pages, and in the log before them."""


def is_worth_it(pages: int, free: int, page_size: int, least: int = LEAST) -> bool:
    """Whether more than half of the `pages` are `free`, these at least `least` bytes, and the others at most MOST."""
    return free * 2 > pages and free * page_size >= least and (pages - free) * page_size <= MOST


def free_on(folder: Path) -> int:
    """The bytes that are free on the disk of a folder."""
    return shutil.disk_usage(folder).free


def give_back(file: Path, *, least: int = LEAST, free_on: Callable[[Path], int] = free_on) -> None:
    """Give the disk what the database in `file` no longer needs, where it is much. Nobody else may have it open. What
    is in the way is told in the log, and no reason not to start; a file that is none yet is left to who makes it."""
    if not file.exists():
        return
    before = file.stat().st_size
    try:
        # Whoever has it open all the same, such as a person's shell, is not waited for.
        with contextlib.closing(sqlite3.connect(file, timeout=0.0, isolation_level=None)) as connection:
            pages, free, page_size = (
                int(connection.execute(f"PRAGMA {name}").fetchone()[0])
                for name in ("page_count", "freelist_count", "page_size")
            )
            if not is_worth_it(pages, free, page_size, least):
                return
            needed = COPIES * (pages - free) * page_size
            if (room := free_on(file.parent)) < needed:
                LOG.warning(
                    "%s keeps %d MB that it does not need: giving them back takes %d MB of the disk, which has %d",
                    *(file.name, free * page_size // MB, needed // MB, room // MB),
                )
                return
            connection.execute("VACUUM")
    except (OSError, sqlite3.Error) as error:
        LOG.warning("%s is as large as before, it can't be written anew: %s", file.name, error)
        return
    LOG.info("%s was %d MB, and is %d MB", file.name, before // MB, file.stat().st_size // MB)
