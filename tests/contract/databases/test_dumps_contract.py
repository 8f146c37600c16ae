"""What everyone who copies databases does."""

from pathlib import Path

import pytest

from fairway.domain import fingerprint
from fairway.errors import WorkFailed
from fairway.ports.databases import Progress
from support.databases_room import Room, quiet


async def test_what_was_dumped_is_restored_with_the_same_fingerprint(room: Room, tmp_path: Path) -> None:
    await room.create(room.address, "orders", 30)
    await room.create(room.address, "empty", 0)

    dumped = await room.dumps.dump(room.address, tmp_path, report=quiet)
    async with room.scratches.open("one", room.address, dumped.standing) as scratch:
        await room.dumps.restore(tmp_path, scratch.address, report=quiet)
        copy = await room.dumps.fingerprint(scratch.address, report=quiet)
        schema = await room.databases.schema(scratch.address)

    assert set(copy.tables) == {room.full("orders"), room.full("empty")}
    assert copy.tables[room.full("orders")].rows == 30
    assert fingerprint.compare(dumped.fingerprint, copy) == ()
    assert schema == await room.databases.schema(room.address)
    assert dumped.bytes == sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) > 0


async def test_a_row_more_less_or_other_is_another_fingerprint(room: Room) -> None:
    await room.create(room.address, "orders", 3)
    before = await room.dumps.fingerprint(room.address, report=quiet)

    await room.change(room.address, "orders", 2, "other")
    changed = await room.dumps.fingerprint(room.address, report=quiet)
    await room.insert(room.address, "orders", 4, 4)
    grown = await room.dumps.fingerprint(room.address, report=quiet)

    name = room.full("orders")
    assert fingerprint.compare(before, changed) == (f"{name}: 3 rows on both sides, with other contents",)
    assert fingerprint.compare(before, grown) == (f"{name}: 3 rows, the copy has 4",)


async def test_progress_is_told(room: Room, tmp_path: Path) -> None:
    await room.create(room.address, "orders", 30)
    told: list[Progress] = []

    await room.dumps.dump(room.address, tmp_path, report=told.append)

    assert told
    assert all(each.done >= 0 and each.doing for each in told)
    assert told[-1].total == 0 or told[-1].done <= told[-1].total


async def test_replacing_puts_the_old_contents_back(room: Room, tmp_path: Path) -> None:
    await room.create(room.address, "orders", 3)
    before = await room.databases.schema(room.address)
    dumped = await room.dumps.dump(room.address, tmp_path, report=quiet)
    await room.add_column(room.address, "orders", "coupon")
    await room.insert(room.address, "orders", 4, 9)
    await room.create(room.address, "later", 1)

    await room.dumps.replace(tmp_path, room.address, report=quiet)

    assert await room.databases.schema(room.address) == before
    assert await room.count(room.address, "orders") == 3
    assert await room.databases.since(room.address, dumped.fingerprint) == ()


async def test_a_dump_that_is_damaged_replaces_nothing(room: Room, tmp_path: Path) -> None:
    await room.create(room.address, "orders", 3)
    await room.dumps.dump(room.address, tmp_path, report=quiet)
    await room.insert(room.address, "orders", 4, 4)
    for file in tmp_path.rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[:40])

    with pytest.raises(WorkFailed):
        await room.dumps.replace(tmp_path, room.address, report=quiet)

    assert await room.count(room.address, "orders") == 4


async def test_a_dump_that_is_damaged_is_not_restored(room: Room, tmp_path: Path) -> None:
    await room.create(room.address, "orders", 3)
    dumped = await room.dumps.dump(room.address, tmp_path, report=quiet)
    for file in tmp_path.rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[:40])

    async with room.scratches.open("one", room.address, dumped.standing) as scratch:
        with pytest.raises(WorkFailed):
            await room.dumps.restore(tmp_path, scratch.address, report=quiet)
