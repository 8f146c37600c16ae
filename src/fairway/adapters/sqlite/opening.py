"""Opening a SQLite file that belongs to somebody else's container, and saying in plain words why it can't be read.

What lies in a volume was written by an app, so neither the file nor its neighbours are trusted: a link is not followed,
the schema's own functions have no rights, and no extension is loaded. And the file is opened by SQLite alone, never
beside it in the same process: closing any descriptor of a file drops all the locks that the process has on it (POSIX).
"""

import contextlib
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from fairway.domain.address import Address
from fairway.errors import FairwayError, Unavailable, UsageError, WorkFailed

PATIENCE = 10.0
"""Seconds that a look waits for a writer to end."""
SIDES = ("-wal", "-shm", "-journal")
"""What SQLite puts beside a database, by the end of its name."""
DAMAGED = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB"})


def file_of(address: Address) -> Path:
    """Where it lies on this host. Raises UsageError when nobody has said so: its path in a container leads nowhere."""
    if not address.file:
        raise UsageError(
            f"{address.shown} can't be reached from this host",
            why="it lies in no volume, so only its own container sees it, and it goes with that",
            hint='let Fairway keep it: [databases.main] engine = "sqlite" in fairway.toml',
        )
    return Path(address.file)


@contextlib.contextmanager
def opened(
    file: Path, shown: str, *, write: bool = False, alone: bool = False, patience: float = PATIENCE
) -> Iterator[sqlite3.Connection]:
    """A connection outside of any transaction. Texts are given as `bytearray` and blobs as `bytes`, since texts need
    not be UTF-8. `shown` is the database for people. `alone`: nobody else has the file, and nothing is put beside it.
    What SQLite raises within becomes an Unavailable or WorkFailed."""
    require_file(file, shown)
    try:
        address = f"file:{quote(str(file))}?{'immutable=1' if alone else 'mode=rw'}"
        connection = sqlite3.connect(address, uri=True, timeout=patience, isolation_level=None, check_same_thread=False)
        with contextlib.closing(connection):
            connection.text_factory = bytearray
            prepare(connection, write=write)
            require_same(connection, file, shown)
            yield connection
    except sqlite3.Error as error:
        raise explain(error, shown) from error


def prepare(connection: sqlite3.Connection, *, write: bool) -> None:
    """Distrust what the file says about itself."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA mmap_size = 0")
    if not write:
        connection.execute("PRAGMA query_only = ON")


def require_file(file: Path, shown: str) -> None:
    """Raises Unavailable for what is not there, and for a link or a directory: SQLite would follow the one."""
    try:
        kind = file.lstat().st_mode
    except OSError as error:
        raise Unavailable(f"{shown} can't be opened", why=f"there is no such file: {error.strerror}") from error
    if not stat.S_ISREG(kind):
        raise Unavailable(f"{shown} can't be opened", why="it is no regular file")


def require_same(connection: sqlite3.Connection, file: Path, shown: str) -> None:
    """Raises Unavailable when a link was put there since: SQLite says which file it opened in the end."""
    (_, _, listed) = connection.execute("PRAGMA database_list").fetchone()
    if Path(listed.decode()) not in (file, file.parent.resolve() / file.name):
        raise Unavailable(f"{shown} can't be opened", why="it is a link to another file")


def explain(error: sqlite3.Error, shown: str) -> FairwayError:
    """What SQLite says, in words. The caller raises it from the error."""
    name = name_of(error)
    said = str(error)
    if name == "SQLITE_NOTADB":
        return Unavailable(f"{shown} is no SQLite database", why="the file begins otherwise, or is encrypted")
    if name.startswith("SQLITE_CORRUPT"):
        return WorkFailed(f"{shown} is damaged", why=said, hint="restore a backup: fairway db backups")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Unavailable(f"{shown} is locked", why="another process has been writing for too long", hint="fairway ps")
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_READONLY", "SQLITE_AUTH")):
        return Unavailable(
            f"{shown} can't be opened",
            why=f"{said}: the user that this server runs as may not read and write the file and its directory",
        )
    if name == "SQLITE_FULL" or "disk is full" in said:
        return WorkFailed(f"{shown} can't be copied: the disk is full", why=said)
    return WorkFailed(f"SQLite can't read {shown}", why=said)


def name_of(error: sqlite3.Error) -> str:
    """SQLite's own name for it, "" for an error of Python's module."""
    return getattr(error, "sqlite_errorname", None) or ""


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def text(value: object) -> str:
    """A name or a text of the schema; what is no UTF-8 is shown as it can be."""
    return value.decode(errors="replace") if isinstance(value, bytes | bytearray) else str(value)
