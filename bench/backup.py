"""What a backup costs beyond the bare tools: `Dumps.dump` and `Dumps.restore` against pg_dump and pg_restore with the
same options, in containers of the same image; what proving the backup adds, of which counting every table goes on while
it is dumped; and the memory of this process meanwhile.

    python bench/backup.py [MEGABYTES [ROUNDS]]
"""

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from fairway.adapters.postgres import dumps, restoring, surroundings
from fairway.adapters.postgres.dumps import PostgresDumps
from fairway.adapters.postgres.workshop import conninfo
from fairway.domain import fingerprint
from fairway.domain.address import Address
from fairway.domain.fingerprint import Mark
from sandbox import row
from support import postgres_room
from support.databases_room import quiet
from support.postgres_room import IMAGE, PostgresRoom, Server

MEGABYTES = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 1
FILL = """
CREATE TABLE part_{part} (id bigint PRIMARY KEY, at timestamptz, amount numeric, code text, note text);
INSERT INTO part_{part} SELECT n, now() - n * interval '1 second', n / 7.0, md5(n::text), repeat(md5((n / 9)::text), 5)
FROM generate_series(1, {rows}) n;
CREATE INDEX ON part_{part} (code);
"""
PARTS, ROW = 4, 400
"""How many tables there are, and about how many bytes a row takes with its indexes."""


async def main() -> None:
    """Measure and print one line for each figure."""
    await postgres_room.ensure_image()
    with postgres_room.run_server() as server:
        async with postgres_room.open_room(server) as room:
            await measure(server, room)


async def measure(server: Server, room: PostgresRoom) -> None:
    """Fill the database, then take turns."""
    rows = MEGABYTES * 1_000_000 // PARTS // ROW
    for part in range(PARTS):
        await room.execute(room.address, FILL.format(part=part, rows=rows))
    await room.execute(room.address, "ANALYZE")
    bytes = (await room.databases.look(room.address)).bytes
    print(f"database of {bytes / 1e6:.0f} MB in {PARTS} tables, {PARTS * rows:,} rows")
    begun, figures = peak(), [await turn(room) for _ in range(ROUNDS)]
    dumped, bare_dumped, counted, restored, bare_restored, proven = zip(*figures, strict=True)
    print(row("dump", list(dumped), list(bare_dumped)))
    print(row("restore", list(restored), list(bare_restored)))
    more = (sum(counted) - sum(dumped)) / ROUNDS
    print(f"verification: {more:.1f} s for counting every table while it is dumped, {sum(restored) / ROUNDS:.1f} s for")
    print(f"restoring the dump, {sum(proven) / ROUNDS:.1f} s for counting the copy")
    print(f"memory of this process: {begun:.0f} MB before, {peak():.0f} MB at the most")


async def turn(room: PostgresRoom) -> tuple[float, float, float, float, float, float]:
    """Seconds of our dump, the bare one, our dump with every table counted, our restore, the bare one, and of counting
    the copy."""
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as bare:
        bare_dump = timed(bare_run(room.address, Path(bare), dump_words(room.address)))
        with tempfile.TemporaryDirectory() as uncounted:
            started = time.monotonic()
            without = PostgresDumps(room.workshop, count=count_nothing)
            await without.dump(room.address, Path(uncounted), report=quiet)
            dump = time.monotonic() - started
        started = time.monotonic()
        dumped = await room.dumps.dump(room.address, Path(ours), report=quiet)
        counted = time.monotonic() - started
        async with room.scratches.open("bare", room.address, dumped.standing, memory=1 << 30) as scratch:
            await surroundings.bring(surroundings.read(Path(ours)), scratch.address)
            bare_restore = timed(bare_run(scratch.address, Path(ours), restore_words(scratch.address)))
        async with room.scratches.open("ours", room.address, dumped.standing, memory=1 << 30) as scratch:
            started = time.monotonic()
            await room.dumps.restore(Path(ours), scratch.address, report=quiet)
            restore = time.monotonic() - started
            started = time.monotonic()
            copy = await room.dumps.fingerprint(scratch.address, report=quiet)
            proven = time.monotonic() - started
    assert fingerprint.compare(dumped.fingerprint, copy) == ()
    return dump, bare_dump, counted, restore, bare_restore, proven


async def count_nothing(*_: object) -> dict[str, Mark]:
    """Instead of counting, which is a part of the verification and stands in a figure of its own."""
    return {}


def dump_words(address: Address) -> Sequence[str]:
    """pg_dump with the same options."""
    level, jobs = f"--compress={dumps.LEVEL}", f"--jobs={dumps.JOBS}"
    return (
        "pg_dump",
        f"--dbname={conninfo(address)}",
        "--format=directory",
        "--file=/d/dump",
        jobs,
        level,
        "--no-sync",
    )


def restore_words(address: Address) -> Sequence[str]:
    """pg_restore with the same options."""
    into, jobs = f"--dbname={conninfo(address)}", f"--jobs={restoring.JOBS}"
    return ("pg_restore", "--exit-on-error", into, jobs, *restoring.ELSEWHERE, "/d/dump")


def bare_run(address: Address, directory: Path, words: Sequence[str]) -> Sequence[str]:
    """The docker command that a person would run."""
    password = f"PGPASSWORD={address.password}"
    begin = ("docker", "run", "--rm", "--network=host", "--user=0:0", f"--volume={directory}:/d", "--env", password)
    return (*begin, "--entrypoint", words[0], IMAGE, *words[1:])


def timed(command: Sequence[str]) -> float:
    """Seconds that a command takes."""
    started = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    return time.monotonic() - started


def peak() -> float:
    """Megabytes that this process has had at the most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    asyncio.run(main())
