"""Databases that Fairway runs: made once, and back on their data whatever happens. Time is virtual."""

import asyncio
from contextlib import closing
from dataclasses import replace

import pytest

from fairway.adapters.memory.clock import VirtualLoop
from fairway.domain.database import State
from fairway.domain.managed import MIB, Managed
from fairway.errors import Unavailable, WorkFailed
from support.databases_hosting import KEY, Fate, Killed, Life, Room, describe
from support.pipeline_values import APP, PRODUCTION

MAIN = Managed(name="main", version="15")


async def prepare(room: Room, life: Life, wanted: Managed = MAIN) -> None:
    await life.preparing.prepare(APP, describe(wanted), room.said.append)


def kinds(room: Room) -> list[str]:
    return [event.kind for event in room.told]


def test_a_database_is_made_and_lets_its_tasks_in_before_anybody_gets_its_url(loop: VirtualLoop, room: Room) -> None:
    async def story() -> None:
        await room.open()
        async with room.live() as life:
            await prepare(room, life)
            record = await room.record()
            assert record.made_at is not None
            assert list(await life.giving.values(APP, PRODUCTION)) == ["DATABASE_URL"]
            assert life.supervisor.condition(KEY).state is State.HEALTHY

    loop.run_until_complete(story())

    assert room.masked == [APP]
    assert kinds(room) == ["database.made"]
    assert room.said[0] == "the database main is made: PostgreSQL 15 from postgres:15, its URL is DATABASE_URL"


def test_a_database_that_was_not_made_yet_gives_no_variable(loop: VirtualLoop, room: Room) -> None:
    async def story() -> dict[str, str]:
        await room.open()
        life = room.enter()
        await life.declaring.declare(APP, describe(MAIN), room.said.append)
        return dict(await life.giving.values(APP, PRODUCTION))

    assert loop.run_until_complete(story()) == {}


def die_often(loop: VirtualLoop, room: Room, at: int) -> int:
    """Make a database, give it other limits and remove its container, with a death at that place; then live on. How
    many places there are."""

    async def story() -> None:
        await room.open()
        room.fate = Fate(at=at)
        try:
            life = room.enter()
            await asyncio.wait_for(act(room, life), 100)
        except* Killed:
            pass
        places = room.fate.count
        room.fate = Fate()
        life = room.enter()
        await act(room, life)
        counted.append(places)

    async def act(room: Room, life: Life) -> None:
        for wanted in (MAIN, replace(MAIN, memory=256 * MIB)):
            await life.declaring.declare(APP, describe(wanted), room.said.append)
            for _ in range(6):
                await life.supervisor.look()
                await asyncio.sleep(2)
        for volume in room.servers.stored.values():
            volume.rows += volume.password is not None
        record = await room.record()
        room.servers.containers.pop(record.id, None)
        for _ in range(6):
            await life.supervisor.look()
            await asyncio.sleep(2)

    counted: list[int] = []
    loop.run_until_complete(story())
    return counted[0]


def test_a_server_killed_before_or_after_any_write_leaves_one_whole_database_behind() -> None:
    with closing(VirtualLoop()) as loop:
        places = die_often(loop, Room(), 10_000)
    assert places >= 10

    for at in range(1, places + 1):
        room = Room()
        with closing(VirtualLoop()) as loop:
            die_often(loop, room, at)
            record = loop.run_until_complete(room.record())

        assert list(room.servers.stored) == [record.id], at
        assert room.servers.containers[record.id].running, at
        assert room.servers.containers[record.id].memory == 256 * MIB, at
        assert record.made_at is not None, at
        assert room.servers.stored[record.id].rows >= 1, at


def test_a_first_start_that_is_cut_off_is_begun_anew(loop: VirtualLoop, room: Room) -> None:
    async def story() -> None:
        await room.open()
        room.servers.half = True
        async with room.live() as life, asyncio.TaskGroup() as group:
            deploy = group.create_task(prepare(room, life))
            await asyncio.sleep(3)
            assert (await room.record()).made_at is None
            room.servers.half = False
            await deploy

    loop.run_until_complete(story())

    assert len(room.servers.stored) == 1
    assert any("before it was whole" in line for line in room.said)


@pytest.mark.parametrize(
    ("oom_killed", "why"),
    [(False, "it was killed (exit code 137)"), (True, "it was killed for lack of memory (it may use 512 MB)")],
)
def test_a_killed_database_is_back_on_its_data(loop: VirtualLoop, room: Room, oom_killed: bool, why: str) -> None:
    async def story() -> int:
        await room.open()
        async with room.live() as life:
            await prepare(room, life)
            id = (await room.record()).id
            room.servers.stored[id].rows = 7
            room.servers.end(id, oom_killed=oom_killed)
            await asyncio.sleep(20)
            assert life.supervisor.condition(KEY).state is State.HEALTHY
            return room.servers.stored[id].rows

    assert loop.run_until_complete(story()) == 7
    assert [(event.kind, event.text) for event in room.told][1:] == [
        ("database.ended", f"the database main of production is down: {why}"),
        ("database.recovered", "the database main of production lets its tasks in again"),
    ]


def test_one_that_is_killed_again_and_again_is_started_less_and_less_often(loop: VirtualLoop, room: Room) -> None:
    async def story() -> int:
        await room.open()
        async with room.live() as life:
            await prepare(room, life)
            record = await room.record()
            for _ in range(600):
                if room.servers.containers[record.id].running:
                    room.servers.end(record.id, code=1)
                await asyncio.sleep(1)
            condition = life.supervisor.condition(KEY)
            assert condition.state in (State.DOWN, State.STARTING)
            return len(room.servers.starts)

    assert 10 <= loop.run_until_complete(story()) <= 20


def test_a_database_whose_volume_is_gone_is_lost_and_no_empty_one_takes_its_place(
    loop: VirtualLoop, room: Room
) -> None:
    async def story() -> None:
        await room.open()
        async with room.live() as life:
            await prepare(room, life)
            record = await room.record()
            room.servers.containers.clear()
            room.servers.stored.clear()
            await asyncio.sleep(60)
            assert life.supervisor.condition(KEY).state is State.LOST
            assert len(room.servers.starts) == 1
            with pytest.raises(WorkFailed, match="does not let anybody in") as caught:
                await prepare(room, life)
            assert "the volume with its data is gone" in caught.value.why
            assert record.id not in room.servers.stored

    loop.run_until_complete(story())

    assert kinds(room).count("database.lost") == 1


def test_a_database_that_lets_nobody_in_is_told_and_left_alone(loop: VirtualLoop, room: Room) -> None:
    async def story() -> None:
        await room.open()
        async with room.live() as life:
            await prepare(room, life)
            id = (await room.record()).id
            room.servers.deaf.add(id)
            await asyncio.sleep(600)
            condition = life.supervisor.condition(KEY)
            assert (condition.state, condition.why) == (State.UNHEALTHY, "nobody answers")
            assert room.servers.starts == [id]
            room.servers.deaf.clear()
            await asyncio.sleep(10)
            assert life.supervisor.condition(KEY).state is State.HEALTHY

    loop.run_until_complete(story())

    assert kinds(room)[1:] == ["database.unhealthy", "database.recovered"]


def test_a_docker_that_is_gone_and_comes_back_changes_nothing(loop: VirtualLoop, room: Room) -> None:
    async def story() -> None:
        await room.open()
        async with room.live() as life:
            await prepare(room, life)
            record = await room.record()
            room.servers.faults.fail("look", Unavailable("Docker does not answer"))
            await asyncio.sleep(60)
            room.servers.end(record.id, code=0)
            room.servers.faults.mend()
            await asyncio.sleep(10)
            assert life.supervisor.condition(KEY).state is State.HEALTHY
            assert await room.record() == record

    loop.run_until_complete(story())


def test_a_deployment_is_told_why_its_database_does_not_come_up(loop: VirtualLoop, room: Room) -> None:
    async def story() -> None:
        await room.open()
        room.servers.refusing = "no space left on device"
        async with room.live() as life:
            with pytest.raises(WorkFailed) as caught:
                await prepare(room, life)
            assert "no space left on device" in caught.value.why

    loop.run_until_complete(story())

    assert any("no space left on device" in line for line in room.said)


def test_two_deployments_at_once_make_one_database(loop: VirtualLoop, room: Room) -> None:
    async def story() -> None:
        await room.open()
        async with room.live() as life:
            await asyncio.gather(*(prepare(room, life) for _ in range(3)))

    loop.run_until_complete(story())

    assert len(room.servers.stored) == len(room.servers.containers) == 1


def test_the_database_of_another_server_is_never_made_here(loop: VirtualLoop, room: Room) -> None:
    async def story() -> None:
        await room.open()
        async with room.live() as life:
            await prepare(room, life)
        room.server = "there"
        room.servers.containers.clear()
        room.servers.stored.clear()
        async with room.live() as life:
            with pytest.raises(WorkFailed) as caught:
                await prepare(room, life)
            assert caught.value.why == "its data is on the host of the server here"
        assert room.servers.stored == {}

    loop.run_until_complete(story())


def test_an_image_of_another_version_than_it_is_said_to_be_is_never_given_to_tasks(
    loop: VirtualLoop, room: Room
) -> None:
    async def story() -> None:
        await room.open()
        async with room.live() as life:
            with pytest.raises(WorkFailed) as caught:
                await prepare(room, life, replace(MAIN, version="16", image="custom:16"))
            assert caught.value.why == "custom:16 is version 15.18, and fairway.toml says 16"
            assert await life.giving.values(APP, PRODUCTION) == {}

    loop.run_until_complete(story())
