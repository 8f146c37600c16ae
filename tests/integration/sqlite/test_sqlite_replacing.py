"""Putting a backup in the place of a SQLite database that is in use, and dying while that is done."""

import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fairway.adapters.sqlite import copying
from fairway.errors import Unavailable, WorkFailed
from support.databases_room import quiet
from support.sampled import sampled
from support.sqlite_room import SqliteRoom

KILLS = 12
SEED = 20261130


@pytest.fixture(params=["wal", "delete"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> SqliteRoom:
    made = SqliteRoom(tmp_path, journal=request.param)
    made.run("CREATE TABLE orders (id INTEGER PRIMARY KEY, code TEXT, filling BLOB)")
    made.run("INSERT INTO orders VALUES (?, ?, randomblob(500))", *((number, "before") for number in range(20_000)))
    return made


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (made := tmp_path / "dump").mkdir()
    return made


async def test_a_task_that_has_it_open_goes_on_with_the_old_contents(room: SqliteRoom, into: Path) -> None:
    await room.dumps.dump(room.address, into, report=quiet)
    room.run("DELETE FROM orders WHERE id > 5; ALTER TABLE orders ADD COLUMN later TEXT")
    with room.connected() as task:
        assert task.execute("SELECT count(*) FROM orders").fetchone() == (6,)

        await room.dumps.replace(into, room.address, report=quiet)

        assert task.execute("SELECT count(*) FROM orders").fetchone() == (20_000,)
        task.execute("INSERT INTO orders VALUES (90000, 'written after', NULL)")
        task.commit()
    with room.connected() as other:
        assert other.execute("SELECT code FROM orders WHERE id = 90000").fetchone() == ("written after",)
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert other.execute("PRAGMA journal_mode").fetchone() == (room.journal,)


async def test_a_reader_in_the_middle_keeps_its_snapshot_with_a_log(tmp_path: Path, into: Path) -> None:
    room = SqliteRoom(tmp_path)
    await room.create(room.address, "orders", 3)
    await room.dumps.dump(room.address, into, report=quiet)
    await room.insert(room.address, "orders", 4, 9)
    with room.connected() as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM orders").fetchone() == (9,)

        await room.dumps.replace(into, room.address, report=quiet)

        assert reader.execute("SELECT count(*) FROM orders").fetchone() == (9,)
        reader.rollback()
        assert reader.execute("SELECT count(*) FROM orders").fetchone() == (3,)


async def test_another_size_of_pages_is_borne(room: SqliteRoom, into: Path) -> None:
    await room.dumps.dump(room.address, into, report=quiet)
    room.run("PRAGMA journal_mode = delete; PRAGMA page_size = 8192; VACUUM")
    room.run(f"PRAGMA journal_mode = {room.journal}; DELETE FROM orders")

    await room.dumps.replace(into, room.address, report=quiet)

    assert await room.count(room.address, "orders") == 20_000


@pytest.mark.parametrize("damage", sampled(["head", "gone"]))
async def test_a_file_that_is_no_database_any_more_is_exchanged_and_kept(
    room: SqliteRoom, into: Path, damage: str
) -> None:
    dumped = await room.dumps.dump(room.address, into, report=quiet)
    if damage == "head":
        room.file.write_bytes(b"overwritten by somebody")
        room.file.with_name("main.db-wal").write_bytes(b"a log of what was there")
    else:
        room.file.unlink()

    await room.dumps.replace(into, room.address, report=quiet)

    assert await room.databases.since(room.address, dumped.fingerprint) == ()
    assert room.file.stat().st_mode & 0o777 == 0o666
    kept = [each.read_bytes() for each in room.file.parent.glob("*.damaged-*")]
    assert kept == ([b"overwritten by somebody"] if damage == "head" else [])


async def test_one_that_stays_locked_is_left_as_it_is(tmp_path: Path, into: Path) -> None:
    room = SqliteRoom(tmp_path, journal="delete")
    await room.create(room.address, "orders", 3)
    await room.dumps.dump(room.address, into, report=quiet)
    await room.insert(room.address, "orders", 4, 4)

    with room.connected() as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises((WorkFailed, Unavailable), match="locked"):
            await type(room.dumps)(copies=room.root, patience=0.2).replace(into, room.address, report=quiet)

    assert await room.count(room.address, "orders") == 4


@pytest.mark.exhaustive
async def test_killed_at_any_moment_it_is_the_old_database_or_the_new_one(room: SqliteRoom, into: Path) -> None:
    await room.dumps.dump(room.address, into, report=quiet)
    old_contents = await room.dumps.fingerprint(room.address, report=quiet)
    room.run("UPDATE orders SET code = 'after', filling = randomblob(700)")
    contents = {str(old_contents): "backup", str(await room.dumps.fingerprint(room.address, report=quiet)): "live"}
    shutil.copytree(room.file.parent, kept := room.file.parent.with_name("kept"))
    chance = random.Random(SEED)
    whole = await seconds_of_a_replacement(room, into)

    ends = []
    for _ in range(KILLS):
        bring_back(room, kept)
        kill_after(room, into, chance.uniform(0, whole * 1.1))
        with room.connected() as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = await room.dumps.fingerprint(room.address, report=quiet)
        ends.append(contents[str(found)])

    assert "live" in ends, f"seed {SEED}: {ends}"


async def seconds_of_a_replacement(room: SqliteRoom, into: Path) -> float:
    began = time.monotonic()
    await room.dumps.replace(into, room.address, report=quiet)
    return time.monotonic() - began


def bring_back(room: SqliteRoom, kept: Path) -> None:
    shutil.rmtree(room.file.parent)
    shutil.copytree(kept, room.file.parent)


def kill_after(room: SqliteRoom, into: Path, seconds: float) -> None:
    """Begin to replace, and kill that after so long."""
    question = {"do": "replace", "file": str(room.file), "shown": "it", "directory": str(into), "patience": 30.0}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "fairway.adapters.sqlite.work"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(question).encode() + b"\n")
    process.stdin.flush()
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()


def test_what_is_left_of_a_killed_copy_hinders_the_next_one_not(room: SqliteRoom, into: Path) -> None:
    (into / copying.PLAIN).write_bytes(b"left by a killed one")

    answer = copying.dump(room.file, "it", into, lambda doing, done, total: None, 5.0)

    assert answer["fingerprint"]["tables"]["orders"][0] == 20_000
