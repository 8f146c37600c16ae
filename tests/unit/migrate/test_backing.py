"""What a VERIFIED backup is, and that nothing else is ever called one."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from fairway.adapters.memory.databases import MemoryDatabase
from fairway.domain.app import Environment
from fairway.domain.backup import Backup, Occasion, Verdict
from fairway.domain.managed import Managed
from fairway.domain.migrations import Migrations
from fairway.errors import NotFound, Unavailable, UsageError, WorkFailed
from fairway.migrate.backups.backing import Order
from support.backups_room import Died, Life, Room, Told, make_room
from support.pipeline_values import APP, PRODUCTION


@pytest.fixture
async def room(tmp_path: Path) -> Room:
    return await make_room(tmp_path)


async def back_up(room: Room) -> Backup:
    return await room.backing.back_up(APP, PRODUCTION, occasion=Occasion.REQUEST, by="ada")


async def only(room: Room) -> Backup:
    found = await room.store.backups.list(APP)
    assert len(found) == 1
    return found[0]


async def test_a_backup_is_verified_once_its_file_was_restored_and_compared(room: Room) -> None:
    backup = await back_up(room)

    assert backup == await only(room)
    assert backup.verdict is Verdict.VERIFIED
    assert (backup.number, backup.variable, backup.source) == (1, "DATABASE_URL", "postgres://shop@db:5432/shop")
    assert (backup.at, backup.server, backup.occasion, backup.by) == (1000.0, "15.18", Occasion.REQUEST, "ada")
    assert backup.fingerprint is not None and backup.fingerprint.rows == 3
    assert backup.seconds > 0 and backup.verifying > 0
    assert room.files() == [backup.file] == ["shop-api.1.backup"]
    assert backup.bytes == (room.home / "vault" / backup.file).stat().st_size
    assert (room.left(), room.scratches.there) == ([], {})


async def test_the_copy_stands_until_the_rehearsal_is_over(room: Room) -> None:
    target = await room.targets.find(APP, PRODUCTION)

    async with room.backing.backed_up(Order(target=target, occasion=Occasion.MIGRATION, by="")) as made:
        copy = room.world.at(made.scratch.address)
        standing, left = list(room.scratches.there), room.left()

    assert made.backup.verdict is Verdict.VERIFIED
    assert len(copy.rows["public.orders"]) == 3
    assert (standing, left) == (["shop-api-1"], [])
    assert room.scratches.there == {}


async def test_what_goes_wrong_in_the_rehearsal_is_not_the_backups_fault(room: Room) -> None:
    target = await room.targets.find(APP, PRODUCTION)

    with pytest.raises(WorkFailed, match="the migration"):
        async with room.backing.backed_up(Order(target=target, occasion=Occasion.MIGRATION, by="")):
            raise WorkFailed("the migration failed")

    assert (await only(room)).verdict is Verdict.VERIFIED
    assert room.scratches.there == {}


def lose_a_row(database: MemoryDatabase) -> None:
    database.rows["public.orders"].pop()


def change_a_row(database: MemoryDatabase) -> None:
    database.rows["public.orders"][0]["code"] = "another"


@pytest.mark.parametrize(
    ("alter", "cause"),
    [
        (lose_a_row, "public.orders: 3 rows, the copy has 2"),
        (change_a_row, "public.orders: 3 rows on both sides, with other contents"),
        (lambda database: database.drop("public.orders"), "public.orders: the copy has no such table"),
    ],
)
async def test_a_copy_that_differs_makes_it_failed_and_its_file_goes(
    room: Room, alter: Callable[[MemoryDatabase], None], cause: str
) -> None:
    room.dumps.alter = alter

    with pytest.raises(WorkFailed) as raised:
        await back_up(room)

    backup = await only(room)
    assert raised.value.why == cause
    assert (backup.verdict, backup.file, backup.bytes) == (Verdict.FAILED, "", 0)
    assert cause in backup.cause
    assert (room.files(), room.left(), room.scratches.there) == ([], [], {})


@pytest.mark.parametrize("method", ["dump", "restore", "fingerprint"])
async def test_a_step_that_lies_is_found_out(room: Room, method: str) -> None:
    room.dumps.faults.lie(method)

    with pytest.raises(WorkFailed):
        await back_up(room)

    assert (await only(room)).verdict is Verdict.FAILED
    assert room.files() == []


@pytest.mark.parametrize(
    ("part", "method"),
    [
        ("databases", "look"),
        ("dumps", "dump"),
        ("dumps", "restore"),
        ("dumps", "fingerprint"),
        ("scratches", "open"),
    ],
)
@pytest.mark.parametrize("error", [WorkFailed("no", why="because"), Unavailable("no", why="because")])
async def test_a_step_that_fails_makes_it_failed_with_its_cause(
    room: Room, part: str, method: str, error: WorkFailed | Unavailable
) -> None:
    getattr(room, part).faults.fail(method, error)

    with pytest.raises(type(error)):
        await back_up(room)

    backup = await only(room)
    assert (backup.verdict, backup.cause) == (Verdict.FAILED, "no: because")
    assert (room.files(), room.left(), room.scratches.there) == ([], [], {})


async def test_a_server_that_stops_in_the_middle_says_so(room: Room) -> None:
    room.dumps.faults.hang("restore")
    async with asyncio.TaskGroup() as group:
        making = group.create_task(back_up(room))
        while not room.dumps.faults.calls["restore"]:
            await asyncio.sleep(0.001)

        making.cancel()

    backup = await only(room)
    assert (backup.verdict, backup.cause) == (Verdict.FAILED, "it was stopped")
    assert (room.files(), room.left(), room.scratches.there) == ([], [], {})


async def test_too_little_disk_is_seen_before_anything_is_dumped(room: Room) -> None:
    room.vault.require_room = too_little  # type: ignore[method-assign]

    with pytest.raises(WorkFailed, match="too little disk"):
        await back_up(room)

    assert room.dumps.faults.calls["dump"] == 0
    assert (await only(room)).verdict is Verdict.FAILED


async def too_little(bytes: int) -> None:
    raise WorkFailed("there is too little disk")


async def test_each_step_tells_how_far_it_has_come(room: Room) -> None:
    told = Told()

    await room.backing.back_up(APP, PRODUCTION, occasion=Occasion.SCHEDULE, by="", report=told)
    await asyncio.sleep(0)

    assert {"dumping", "sealing", "opening", "restoring", "counting"} <= {each.doing for each in told.all}


async def test_events_tell_how_it_ended(room: Room) -> None:
    events = room.notices.follow()
    await back_up(room)
    room.dumps.alter = lose_a_row
    with pytest.raises(WorkFailed):
        await back_up(room)

    first, second = await anext(events), await anext(events)

    assert (first.kind, first.app, first.environment) == ("backup.verified", APP, PRODUCTION)
    assert (second.kind, "3 rows" in second.text) == ("backup.failed", True)


async def test_the_database_is_the_one_that_fairway_toml_names(room: Room) -> None:
    other = "postgres://shop:s3cret@db:5432/other"
    room.put(other, PRODUCTION)
    room.values[PRODUCTION] = {"PRIMARY_URL": other}
    room.described[PRODUCTION] = Environment(
        name=PRODUCTION, services=(), migrations=Migrations(command=("x",), database="PRIMARY_URL", tools="postgres:15")
    )

    target = await room.targets.find(APP, PRODUCTION)

    assert (target.variable, target.address.name, target.tools) == ("PRIMARY_URL", "other", "postgres:15")


async def test_with_several_databases_one_has_to_be_named(room: Room) -> None:
    names = ("ONE_URL", "TWO_URL")
    room.described[PRODUCTION] = Environment(
        name=PRODUCTION, services=(), databases=tuple(Managed(name=name, variable=name) for name in names)
    )

    with pytest.raises(UsageError, match="several databases: ONE_URL, TWO_URL"):
        await room.targets.find(APP, PRODUCTION)


async def test_a_variable_that_is_not_set_is_named_with_the_nearest_one(room: Room) -> None:
    with pytest.raises(NotFound) as raised:
        await room.targets.find(APP, PRODUCTION, "DATABASE_URI")

    assert "DATABASE_URL" in raised.value.hint
    assert "s3cret" not in f"{raised.value.what}{raised.value.why}{raised.value.hint}"


async def count_calls(folder: Path) -> list[str]:
    """What a backup, and the retention after it, call in their order."""
    room = await make_room(folder)
    await back_up(room)
    return room.life.calls


async def test_killed_at_any_step_nothing_is_left_and_nothing_counts_that_was_not_proven(tmp_path: Path) -> None:
    calls = await count_calls(tmp_path / "whole")
    assert {"backups.create", "dumps.dump", "vault.seal", "backups.change", "vault.open", "scratches.open"} <= {*calls}

    for number in range(len(calls)):
        for after in (False, True):
            life = Life(at=number, after=after)
            room = await make_room(tmp_path / f"{number}-{after}", life=life)
            with pytest.raises((Died, BaseExceptionGroup)):
                await back_up(room)

            following = room.next_server()
            await following.keeping.clear_up()

            where = f"{'after' if after else 'before'} {calls[number]} ({number})"
            backups = await following.store.backups.list(APP)
            verified = [each.file for each in backups if each.verdict is Verdict.VERIFIED]
            assert following.files() == verified, where
            assert all(each.verdict is not Verdict.TAKEN for each in backups), where
            assert (following.left(), following.scratches.there) == ([], {}), where
            for each in backups:
                if each.verdict is Verdict.VERIFIED:
                    await following.verifying.verify(APP, each.number, report=Told())
            assert (await back_up(following)).verdict is Verdict.VERIFIED, where


async def test_another_copy_of_the_same_backup_is_as_untouched_as_the_first_was(room: Room) -> None:
    target = await room.targets.find(APP, PRODUCTION)

    async with room.backing.backed_up(Order(target=target, occasion=Occasion.MIGRATION, by="")) as made:
        room.world.at(made.scratch.address).drop("public.orders")
        async with made.again() as second:
            rows = len(room.world.at(second.address).rows["public.orders"])
        standing = list(room.scratches.there)

    assert (rows, standing) == (3, ["shop-api-1"])
    assert room.scratches.there == {}
