"""Long work goes on when nobody waits for it, and whoever comes back sees how it ended."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fairway.domain.errand import Errand, ErrandStatus, Kind
from fairway.errors import Conflict, NotFound, UsageError, WorkFailed
from support.backups_room import Room, make_room
from support.pipeline_values import APP, PRODUCTION, STAGING


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    made = await make_room(tmp_path)
    running = asyncio.get_running_loop().create_task(made.errands.run())
    yield made
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def follow(room: Room, number: int) -> list[Errand]:
    return [errand async for errand in room.errands.follow(APP, number)]


async def test_a_backup_is_made_while_nobody_looks_and_its_number_is_known_afterwards(room: Room) -> None:
    begun = await room.orders.back_up(APP, PRODUCTION, by="ada")

    seen = await follow(room, begun.number)

    assert (begun.status, begun.kind, begun.variable) == (ErrandStatus.IN_PROGRESS, Kind.BACKUP, "DATABASE_URL")
    assert (seen[-1].status, seen[-1].backup) == (ErrandStatus.SUCCEEDED, 1)
    assert seen[-1].ended_at is not None
    assert (await follow(room, begun.number)) == [seen[-1]]


async def test_what_it_failed_with_is_raised_where_it_is_followed(room: Room) -> None:
    room.dumps.faults.fail("dump", WorkFailed("it can't be dumped", why="permission denied for table orders"))
    begun = await room.orders.back_up(APP, PRODUCTION, by="ada")

    with pytest.raises(WorkFailed, match="can't be dumped"):
        await follow(room, begun.number)

    assert room.errands.get(APP, begun.number).status is ErrandStatus.FAILED


async def test_a_second_one_of_the_same_kind_waits_for_its_turn_elsewhere(room: Room) -> None:
    room.dumps.faults.hang("dump")
    first = await room.orders.back_up(APP, PRODUCTION, by="ada")

    with pytest.raises(Conflict, match="goes on"):
        await room.orders.back_up(APP, PRODUCTION, by="ben")
    other = await room.orders.back_up(APP, STAGING, by="ben")
    room.dumps.faults.mend()

    assert (await follow(room, first.number))[-1].status is ErrandStatus.SUCCEEDED
    assert (await follow(room, other.number))[-1].status is ErrandStatus.SUCCEEDED
    assert [each.number for each in room.orders.list(APP)] == [other.number, first.number]


async def test_who_stops_following_does_not_stop_it(room: Room) -> None:
    room.dumps.faults.hang("dump")
    begun = await room.orders.back_up(APP, PRODUCTION, by="ada")
    following = asyncio.get_running_loop().create_task(follow(room, begun.number))
    while not room.dumps.faults.calls["dump"]:
        await asyncio.sleep(0.001)

    following.cancel()
    room.dumps.faults.mend()

    assert (await follow(room, begun.number))[-1].status is ErrandStatus.SUCCEEDED


async def test_drills_and_verifications_tell_the_recovery_time(room: Room) -> None:
    await follow(room, (await room.orders.back_up(APP, PRODUCTION, by="ada")).number)

    verified = await follow(room, (await room.orders.verify(APP, 1, by="ada")).number)
    drilled = await follow(room, (await room.orders.drill(APP, 1, by="ada")).number)

    assert (verified[-1].seconds or 0) > 0
    assert (drilled[-1].seconds or 0) > 0


async def test_a_restore_needs_the_name_of_the_environment(room: Room) -> None:
    await follow(room, (await room.orders.back_up(APP, PRODUCTION, by="ada")).number)

    with pytest.raises(UsageError, match="name of the environment is production"):
        await room.orders.restore(APP, 1, None, typed="staging", save=True, by="ada")
    begun = await room.orders.restore(APP, 1, None, typed="production", save=True, by="ada")

    assert (await follow(room, begun.number))[-1].before == 2


async def test_an_unknown_one_or_another_apps_is_not_found(room: Room) -> None:
    begun = await room.orders.back_up(APP, PRODUCTION, by="ada")
    await follow(room, begun.number)

    with pytest.raises(NotFound):
        room.errands.get("another", begun.number)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        room.errands.get(APP, 99)


async def test_a_server_that_stops_says_so_to_who_follows(tmp_path: Path) -> None:
    made = await make_room(tmp_path)
    running = asyncio.get_running_loop().create_task(made.errands.run())
    made.dumps.faults.hang("dump")
    begun = await made.orders.back_up(APP, PRODUCTION, by="ada")
    while not made.dumps.faults.calls["dump"]:
        await asyncio.sleep(0.001)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    with pytest.raises(Exception, match="the server is stopping"):
        await follow(made, begun.number)
    assert [each.cause for each in await made.store.backups.list(APP)] == ["it was stopped"]
