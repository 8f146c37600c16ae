"""A SQLite database of one gigabyte: backing it up, proving it, putting it back, with the memory that it takes.

The floor is SQLite's own `.backup` by its command, which neither counts, checks nor compresses anything. The figures
are of the same run; memory is the largest of any process that copies. `make bench` runs it.
"""

import asyncio
import contextlib
import resource
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

from fairway.adapters.sqlite.dumps import SqliteDumps
from fairway.domain import fingerprint, volume
from support.databases_room import quiet

ROWS = 5_500_000
MB = 1e6


def fill(file: Path, journal: str) -> None:
    """Rows of an order book, and an index."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, code TEXT, total REAL, at TEXT, note TEXT, paid INT)"
        )
        rows = ((n, f"order {n}", n * 1.1, "2026-11-30T03:22:40Z", "x" * (n % 200), n & 1) for n in range(ROWS))
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.execute("CREATE INDEX by_code ON orders (code)")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def measure(root: Path, journal: str) -> None:
    """One journal mode, step by step."""
    directory = root / journal / "volumes" / "main"
    directory.mkdir(parents=True)
    address = volume.make("main").address.at(directory / "main.db")
    await asyncio.to_thread(fill, directory / "main.db", journal)
    size = (directory / "main.db").stat().st_size
    dumps = SqliteDumps(copies=root)
    (into := root / journal / "dump").mkdir()
    floor = await timed(floor_of(directory / "main.db", root / "floor.db"))
    began = time.monotonic()
    dumped = await dumps.dump(address, into, report=quiet)
    took = time.monotonic() - began
    copy = address.at(root / journal / "copy.db")
    restoring = await timed(dumps.restore(into, copy, report=quiet))
    began = time.monotonic()
    found = await dumps.fingerprint(copy, report=quiet)
    comparing = time.monotonic() - began
    replacing = await timed(dumps.replace(into, address, report=quiet))
    assert fingerprint.compare(dumped.fingerprint, found) == ()
    peak, into_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / MB, dumped.bytes / MB
    print(
        f"{journal}: {size / MB:.0f} MB, sqlite3 .backup {floor:.1f} s; dump {took:.1f} s to {into_mb:.0f} MB, "
        f"restore {restoring:.1f} s, count {comparing:.1f} s, replace {replacing:.1f} s; peak {peak:.0f} MB"
    )


async def floor_of(file: Path, copy: Path) -> None:
    """SQLite's own command."""
    await asyncio.to_thread(copy.unlink, missing_ok=True)
    await asyncio.to_thread(subprocess.run, ["sqlite3", str(file), f".backup {copy}"], check=True)
    await asyncio.to_thread(copy.unlink)


async def timed(work: Awaitable[object]) -> float:
    """Its seconds."""
    began = time.monotonic()
    await work
    return time.monotonic() - began


async def main() -> None:
    """Both journal modes."""
    root = Path(tempfile.mkdtemp(prefix="bench-sqlite-", dir=Path.cwd()))
    try:
        for journal in ("wal", "delete"):
            await measure(root, journal)
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    asyncio.run(main())
