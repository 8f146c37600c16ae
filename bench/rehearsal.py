"""A rehearsal on a database of a gigabyte: how long each part of it takes, and the memory of this process meanwhile.

    python bench/rehearsal.py [MEGABYTES]

The real parts, as for a deployment: the backup with its proof, the migration on the restored copy, the look at what it
did. The migration rewrites one of four tables. Beside it stands the same migration on the database itself, which the
rehearsal leaves alone.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from backup import FILL, PARTS, ROW, peak
from fairway.domain.passage import PassageStatus
from support import guard_image, guard_room, postgres_room

MEGABYTES = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
REWRITE = "ALTER TABLE part_0 ALTER COLUMN id TYPE numeric;"


async def measure(url: str) -> None:
    """Print what was rehearsed, and how long the parts took."""
    with tempfile.TemporaryDirectory() as home:
        async with guard_room.open_room(Path(home), url) as room:
            rows = MEGABYTES * 1_000_000 // PARTS // ROW
            for part in range(PARTS):
                room.execute(FILL.format(part=part, rows=rows))
            room.execute("ANALYZE")
            image = guard_image.build({"1_rewrite.sql": REWRITE})
            before, lines, begun = peak(), Timed(), time.perf_counter()
            passage = await room.migrate(image, lines, goes=False, timeout=600.0)
            whole = time.perf_counter() - begun
            assert passage.status is PassageStatus.REHEARSED, passage
            assert passage.rehearsal is not None
            begun = time.perf_counter()
            room.execute(REWRITE)
            alone = time.perf_counter() - begun
    print(f"rehearsed in {whole:.1f} s: {PARTS * rows:,} rows")
    for at, line in lines.said:
        print(f"  {at:6.1f} s  {line}")
    print(f"the migration: {passage.rehearsal.up.seconds:.1f} s on the copy, {alone:.1f} s on the database itself")
    print(f"memory of this process: {before:.0f} MB before, {peak():.0f} MB at the most")


class Timed(list[str]):
    """The lines of the log, each with the seconds since the first."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = time.perf_counter()
        self.said: list[tuple[float, str]] = []

    def append(self, line: str) -> None:
        """Keep it."""
        self.said.append((time.perf_counter() - self.begun, line))


def main() -> None:
    """Run it."""
    asyncio.run(postgres_room.ensure_image())
    with postgres_room.run_server() as server:
        server.execute("postgres", "CREATE DATABASE shop OWNER shop")
        asyncio.run(measure(f"postgres://shop:secret-word@{server.host}:5432/shop"))


if __name__ == "__main__":
    main()
