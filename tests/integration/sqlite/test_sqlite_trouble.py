"""SQLite databases that can't be copied, or not now: each says why, and the original is as it was."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairway.adapters.sqlite import opening
from fairway.adapters.sqlite.databases import SqliteDatabases
from fairway.domain import fingerprint
from fairway.domain.address import Address, Engine
from fairway.errors import Unavailable, UsageError, WorkFailed
from fairway.ports.databases import Progress
from support.databases_room import quiet
from support.sqlite_room import SqliteRoom

pytestmark = pytest.mark.exhaustive


@pytest.fixture(params=["wal", "delete"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> SqliteRoom:
    made = SqliteRoom(tmp_path, journal=request.param)
    made.run("CREATE TABLE orders (id INTEGER PRIMARY KEY, code TEXT)")
    made.run("INSERT INTO orders VALUES (?, ?)", *((number, f"code {number}") for number in range(20_000)))
    return made


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (made := tmp_path / "dump").mkdir()
    return made


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    (disk := tmp_path / "tiny").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=True)
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


async def test_a_database_that_another_process_keeps_locked_is_said(tmp_path: Path) -> None:
    room = SqliteRoom(tmp_path, journal="delete")
    databases = SqliteDatabases(copies=room.root, patience=0.05)

    with room.connected() as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unavailable, match="is locked"):
            await databases.look(room.address)


async def test_a_writer_in_the_middle_of_a_transaction_is_not_waited_for(room: SqliteRoom, into: Path) -> None:
    with room.connected() as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM orders WHERE id < 100")

        dumped = await room.dumps.dump(room.address, into, report=quiet)
        writer.rollback()

    assert dumped.fingerprint.tables["orders"].rows == 20_000


async def test_rows_that_are_in_the_log_alone_are_copied(tmp_path: Path, into: Path) -> None:
    room = SqliteRoom(tmp_path)
    with room.connected() as other:
        other.executescript("PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)")

        dumped = await room.dumps.dump(room.address, into, report=quiet)

    assert dumped.fingerprint.tables["t"].rows == 2


async def test_one_snapshot_is_copied_while_others_write(room: SqliteRoom, into: Path) -> None:
    room.run("CREATE TABLE twin (id INTEGER PRIMARY KEY)")
    room.run("DELETE FROM orders")
    ended = asyncio.Event()

    def write_pairs() -> int:
        pairs = 0
        with room.connected() as writer:
            writer.execute("PRAGMA busy_timeout = 20000")
            while not ended.is_set():
                with writer:
                    writer.execute("INSERT INTO orders DEFAULT VALUES")
                    writer.execute("INSERT INTO twin DEFAULT VALUES")
                pairs += 1
        return pairs

    writing = asyncio.create_task(asyncio.to_thread(write_pairs))
    dumps = []
    for number in range(4):
        (each := into / str(number)).mkdir()
        dumps.append((await room.dumps.dump(room.address, each, report=quiet)).fingerprint.tables)
    ended.set()

    assert await writing > 0
    assert all(tables["orders"].rows == tables["twin"].rows for tables in dumps)


async def test_a_damaged_page_is_found(room: SqliteRoom, into: Path) -> None:
    room.run("PRAGMA wal_checkpoint(TRUNCATE)")
    with room.file.open("r+b") as file:
        file.seek(4096 * 20)
        file.write(b"\xa5" * 4096)

    with pytest.raises(WorkFailed, match="is damaged"):
        await room.dumps.dump(room.address, into, report=quiet)

    assert "database.db" not in {each.name for each in into.iterdir()}


@pytest.mark.parametrize("content", [b"no database at all", b"SQLite format 3\0" + b"\xff" * 5000])
async def test_a_file_that_is_no_database_is_said(tmp_path: Path, into: Path, content: bytes) -> None:
    room = SqliteRoom(tmp_path, journal="delete")
    room.file.write_bytes(content)

    with pytest.raises((Unavailable, WorkFailed), match=r"is no SQLite database|is damaged"):
        await room.dumps.dump(room.address, into, report=quiet)


async def test_an_empty_file_is_an_empty_database(tmp_path: Path, into: Path) -> None:
    room = SqliteRoom(tmp_path, journal="delete")
    room.file.write_bytes(b"")

    dumped = await room.dumps.dump(room.address, into, report=quiet)
    async with room.scratches.open("one", room.address, dumped.standing) as scratch:
        await room.dumps.restore(into, scratch.address, report=quiet)
        copy = await room.dumps.fingerprint(scratch.address, report=quiet)

    assert fingerprint.compare(dumped.fingerprint, copy) == ()
    assert copy.tables == {}


async def test_too_little_disk_is_seen_before_anything_is_written(room: SqliteRoom, tiny: Path) -> None:
    room.run("CREATE TABLE large AS SELECT randomblob(1000000)")

    with pytest.raises(WorkFailed, match="too little disk") as caught:
        await room.dumps.dump(room.address, tiny, report=quiet)

    assert "MB and" in caught.value.why
    assert list(tiny.iterdir()) == []


async def test_a_disk_that_fills_up_in_the_middle_is_said(room: SqliteRoom, into: Path) -> None:
    (into / "database.db.gz").symlink_to("/dev/full")

    with pytest.raises(WorkFailed, match="can't be copied") as caught:
        await room.dumps.dump(room.address, into, report=quiet)

    assert caught.value.why == "the disk is full"
    assert not (into / "database.db").exists()


async def test_a_link_leads_to_nobody_elses_database(room: SqliteRoom, into: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    room.file.rename(other)
    room.file.symlink_to(other)

    with pytest.raises(Unavailable, match="can't be opened"):
        await room.databases.look(room.address)
    with pytest.raises(Unavailable, match="can't be opened"):
        await room.dumps.dump(room.address, into, report=quiet)


@pytest.mark.parametrize("side", ["-wal", "-journal"])
async def test_a_link_in_place_of_a_log_is_not_written_through(tmp_path: Path, into: Path, side: str) -> None:
    room = SqliteRoom(tmp_path, journal="wal" if side == "-wal" else "delete")
    room.run("CREATE TABLE orders (id)")
    await room.dumps.dump(room.address, into, report=quiet)
    victim = tmp_path / "victim"
    victim.write_bytes(b"untouched")
    room.file.with_name(room.file.name + side).symlink_to(victim)

    with pytest.raises((Unavailable, WorkFailed)):
        await room.dumps.replace(into, room.address, report=quiet)

    assert victim.read_bytes() == b"untouched"


async def test_a_file_in_no_volume_is_refused_with_the_reason(room: SqliteRoom) -> None:
    inside = Address(engine=Engine.SQLITE, scheme="sqlite", name="/app/db.sqlite3")

    with pytest.raises(UsageError, match="can't be reached from this host") as caught:
        await room.databases.look(inside)

    assert "no volume" in caught.value.why


async def test_a_process_that_dies_is_told_and_changes_nothing(room: SqliteRoom, into: Path) -> None:
    # So many rows that it is at work for a second or more after it was first heard of.
    await room.create(room.address, "many", 200_000)
    before = await room.dumps.fingerprint(room.address, report=quiet)
    killed: list[int] = []

    def kill(progress: Progress) -> None:
        if not killed:
            words = ["pgrep", "-P", str(os.getpid()), "-f", "adapters.sqlite.work"]
            killed.extend(map(int, subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()))
            for child in killed:
                os.kill(child, 9)

    with pytest.raises(WorkFailed) as caught:
        await room.dumps.dump(room.address, into, report=kill)
    assert "ended with -9" in caught.value.why
    assert await room.dumps.fingerprint(room.address, report=quiet) == before


async def test_a_copy_that_is_given_up_leaves_no_process(room: SqliteRoom, into: Path) -> None:
    heard = asyncio.Event()
    dumping = asyncio.create_task(room.dumps.dump(room.address, into, report=lambda progress: heard.set()))
    await heard.wait()

    dumping.cancel()

    with pytest.raises(asyncio.CancelledError):
        await dumping
    assert subprocess.run(["pgrep", "-P", str(os.getpid()), "-f", "adapters.sqlite.work"], check=False).returncode == 1


def test_a_look_can_not_write(room: SqliteRoom) -> None:
    with pytest.raises(Unavailable, match="can't be opened"), opening.opened(room.file, "it") as connection:
        connection.execute("DELETE FROM orders")

    with room.connected() as connection:
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (20_000,)
