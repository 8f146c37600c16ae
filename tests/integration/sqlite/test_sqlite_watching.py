"""What is seen of a SQLite copy while something is done to it, and who may migrate the real one."""

import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from fairway.adapters.sqlite import lending, locks
from fairway.domain.address import Address
from fairway.domain.rehearsal import LockMode, Watched
from fairway.errors import Conflict, UsageError, WorkFailed
from fairway.ports.databases import Scratch
from support.docker_room import until
from support.sqlite_room import SqliteRoom

HOLDING = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN " + sys.argv[2])
print("held", flush=True)
sys.stdin.read()
"""
GATE = """
import asyncio, sys
from pathlib import Path
from fairway.adapters.sqlite.gates import SqliteGates
from fairway.domain import volume

async def hold():
    address = volume.make("main").address.at(Path(sys.argv[1]))
    async with SqliteGates().hold(address, lock_timeout=5, report=print):
        print("held", flush=True)
        await asyncio.sleep(600)

asyncio.run(hold())
"""


@pytest.fixture(params=["wal", "delete"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> SqliteRoom:
    return SqliteRoom(tmp_path, journal=request.param)


@contextlib.asynccontextmanager
async def filled(room: SqliteRoom) -> AsyncIterator[Scratch]:
    """A scratch with a table of 5000 rows, as large as 60 pages, and one of three."""
    standing = await room.databases.look(room.address)
    async with room.scratches.open("one", room.address, standing) as scratch:
        room.run(f"PRAGMA journal_mode = {room.journal}", address=scratch.address)
        await room.create(scratch.address, "orders", 0)
        rows = [(number, f"code {number} " + "x" * 40) for number in range(5000)]
        room.run("INSERT INTO orders VALUES (?, ?)", *rows, address=scratch.address)
        await room.create(scratch.address, "small", 3)
        yield scratch


async def watched(room: SqliteRoom, statement: str) -> Watched:
    async with filled(room) as scratch, room.watches.watch(scratch) as watch:
        room.run(statement, address=scratch.address)
        return await watch.end()


async def test_a_column_more_rewrites_nothing(room: SqliteRoom) -> None:
    seen = await watched(room, "ALTER TABLE orders ADD COLUMN coupon TEXT")

    assert (seen.rewritten, seen.rows) == ((), 0)
    assert 0 < seen.written < 10 * 4096


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE orders SET code = upper(code)",
        "ALTER TABLE orders ADD COLUMN x TEXT DEFAULT 'y'; UPDATE orders SET x = code",
        """CREATE TABLE fresh (id INTEGER PRIMARY KEY, code TEXT); INSERT INTO fresh SELECT * FROM orders;
        DROP TABLE orders; ALTER TABLE fresh RENAME TO orders""",
    ],
)
async def test_a_table_that_is_written_anew_is_named_with_its_rows(room: SqliteRoom, statement: str) -> None:
    seen = await watched(room, statement)

    (rewritten,) = seen.rewritten
    assert (rewritten.table, rewritten.rows, seen.rows) == ("orders", 5000, 5000)
    assert rewritten.bytes >= 60 * 4096
    assert seen.written >= 60 * 4096


async def test_rows_that_come_and_go_are_counted_and_changed_ones_are_owned_up_to(room: SqliteRoom) -> None:
    come = await watched(room, "INSERT INTO small VALUES (4, 'x'), (5, 'y')")
    changed = await watched(room, "UPDATE small SET code = 'other' WHERE id = 1")

    assert (come.rows, len(come.unseen)) == (2, 1)
    assert changed.rows == 0
    assert "how many rows of small it changed" in changed.unseen


@pytest.mark.parametrize(
    ("journal", "transaction", "mode"),
    [
        ("wal", "IMMEDIATE", {LockMode.EXCLUSIVE}),
        ("delete", "IMMEDIATE", {LockMode.EXCLUSIVE}),
        ("delete", "EXCLUSIVE", {LockMode.EXCLUSIVE, LockMode.ACCESS_EXCLUSIVE}),
    ],
)
async def test_how_long_others_were_kept_out_is_measured(
    tmp_path: Path, journal: str, transaction: str, mode: set[LockMode]
) -> None:
    room = SqliteRoom(tmp_path, journal=journal)
    async with filled(room) as scratch, room.watches.watch(scratch) as watch:
        with held(HOLDING, scratch.address, transaction):
            await until(lambda: seen_held(watch, mode))
        seen = await watch.end()

    assert {each.mode for each in seen.locks} == mode
    assert all(each.seconds > 0 and each.table == "the whole database" for each in seen.locks)
    most = "reads and writes" if LockMode.ACCESS_EXCLUSIVE in mode else "writes"
    assert most in {each.stops for each in seen.locks}
    assert seen.connected


async def seen_held(watch: object, modes: set[LockMode]) -> bool:
    return set(getattr(watch, "modes", ())) >= modes


async def test_the_room_that_a_journal_took_is_told(tmp_path: Path) -> None:
    room = SqliteRoom(tmp_path, journal="wal")
    async with filled(room) as scratch, room.watches.watch(scratch) as watch:
        with room.connected(scratch.address) as connection:
            connection.executescript("PRAGMA wal_autocheckpoint = 0; UPDATE orders SET code = code || 'x'")
            log = Path(scratch.address.file + "-wal").stat().st_size
            await until(lambda: taken(watch, log))
        seen = await watch.end()

    assert seen.disk >= log > 60 * 4096


async def taken(watch: object, bytes: int) -> bool:
    return int(getattr(watch, "disk", 0)) >= bytes


async def test_who_only_reads_was_there_too(room: SqliteRoom) -> None:
    async with filled(room) as scratch, room.watches.watch(scratch) as watch:
        assert await room.count(scratch.address, "small") == 3
        seen = await watch.end()

    assert seen.connected
    assert (seen.rows, seen.written) == (0, 0)


async def test_a_scratch_is_found_at_the_path_of_the_original(room: SqliteRoom) -> None:
    async with filled(room) as scratch:
        (mount,) = scratch.mounts.items()

        assert scratch.inside.name == room.address.name
        assert mount == ("/fairway/databases/main", Path(scratch.address.file).parent)
        assert scratch.network == "isolated-one"
        assert Path(scratch.address.file).stat().st_mode & 0o777 == 0o666
        assert room.root.stat().st_mode & 0o777 == 0o700

    assert room.isolation.there == set()
    assert list(room.root.iterdir()) == []


async def test_a_path_without_a_directory_of_its_own_can_not_be_mounted_over(room: SqliteRoom) -> None:
    standing = await room.databases.look(room.address)
    root = Address(engine=room.address.engine, scheme="sqlite", name="/app.db")

    with pytest.raises(UsageError, match="no directory of its own"):
        async with room.scratches.open("one", root, standing):
            pass


async def test_too_little_disk_for_a_scratch_is_said_with_both_figures(room: SqliteRoom) -> None:
    standing = await room.databases.look(room.address)
    huge = type(standing)(engine=standing.engine, version=standing.version, bytes=10**15)

    with pytest.raises(WorkFailed, match="too little disk") as caught:
        async with room.scratches.open("one", room.address, huge):
            pass

    assert "3000000000.0 MB and" in caught.value.why


async def test_sweeping_removes_copies_that_were_only_counted_once_nobody_counts(room: SqliteRoom) -> None:
    (left := room.root / "counting-x").mkdir(parents=True)
    (left / "database.db").write_bytes(b"x")

    with lending.lent(room.root):
        await room.scratches.sweep()
        meanwhile = left.exists()
    await room.scratches.sweep()

    assert meanwhile
    assert not left.exists()


async def test_the_gate_of_a_killed_server_is_open(room: SqliteRoom) -> None:
    with held(GATE, room.address), pytest.raises(Conflict, match="being migrated"):
        async with room.gates.hold(room.address, lock_timeout=1.0, report=print):
            pass

    async with room.gates.hold(room.address, lock_timeout=1.0, report=print):
        await room.create(room.address, "orders", 1)
    assert not (room.file.parent / "main.lock").exists()


def test_the_locks_of_this_process_are_not_those_of_others(room: SqliteRoom) -> None:
    with room.connected() as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.execute("BEGIN IMMEDIATE")

        others = locks.look(room.file, frozenset({os.getpid()}))
        everybody = locks.look(room.file, frozenset())

    assert (others.anybody, everybody.anybody) == (False, True)
    assert everybody.modes == {LockMode.EXCLUSIVE}


@contextlib.contextmanager
def held(program: str, address: Address, *words: str) -> Iterator[None]:
    """A process that holds something, and is killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, address.file, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield
    finally:
        process.kill()
        process.communicate()
