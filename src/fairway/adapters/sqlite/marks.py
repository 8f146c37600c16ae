"""Counting every table of a SQLite database: what shows that a copy is the original.

Of each row the text that Python writes for its values is hashed: it tells a text from a blob of the same bytes, 1 from
1.0 and from '1', and keeps what follows a NUL. Left out are columns that are computed from others, virtual tables
(the tables that hold their rows are counted), and rowids that no column has, which `VACUUM` changes.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Sequence

from fairway.adapters.sqlite import objects
from fairway.adapters.sqlite.opening import quoted, text
from fairway.domain.fingerprint import Fingerprint, Mark

LONG = 64 * 1024
"""Bytes from which on a value is hashed by itself: written out it would take four times as much memory."""
EVERY = 20_000
"""Rows from one report to the next."""
Tell = Callable[[str, int], None]
"""Takes the table's name, and about how many bytes more have been read."""


def fingerprint(connection: sqlite3.Connection, tell: Tell) -> Fingerprint:
    """Of all tables; at one snapshot when the connection is in a transaction."""
    tables = [each.name for each in objects.tables_of(connection) if each.kind in ("table", "shadow")]
    return Fingerprint(
        tables={
            name: mark(connection, name, objects.columns_of(connection, name, generated=False), tell) for name in tables
        },
        others=others(connection),
    )


def mark(connection: sqlite3.Connection, table: str, columns: Sequence[str], tell: Tell) -> Mark:
    """Of one table: how many rows, and the sum of their hashes, which does not depend on their order."""
    wanted = ", ".join(quoted(column) for column in columns)
    rows = total = read = 0
    for row in connection.execute(f"SELECT {wanted} FROM {quoted(table)}"):  # noqa: S608
        for value in row:
            if value.__class__ in (bytes, bytearray) and len(value) > LONG:
                row = shortened(row)
                break
        written = repr(row).encode()
        total += int.from_bytes(hashlib.blake2b(written, digest_size=8).digest(), "big")
        rows += 1
        read += len(written)
        if rows % EVERY == 0:
            tell(table, read)
            read = 0
    tell(table, read)
    return Mark(rows=rows, checksum=f"{total % 2**64:016x}")


def shortened(row: Sequence[object]) -> tuple[object, ...]:
    """The row with its long values as what tells them: their kind, their length, their own hash."""
    return tuple(
        (type(value).__name__, len(value), hashlib.blake2b(value, digest_size=16).digest())
        if isinstance(value, bytes | bytearray) and len(value) > LONG
        else value
        for value in row
    )


def others(connection: sqlite3.Connection) -> dict[str, str]:
    """What is no table: the numbers that tools keep in the file's head, and the counters of AUTOINCREMENT."""
    found = {
        name: str(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("user_version", "application_id")
    }
    counters = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone()
    if counters:
        sequences = connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
        found |= {f"sequence {text(name)}": text(value) for name, value in sequences}
    return found
