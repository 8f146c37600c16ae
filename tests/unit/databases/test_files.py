"""SQLite databases that Fairway keeps: a file in a volume, made once, and never an empty one in its place."""

import asyncio

import pytest

from fairway.adapters.memory.clock import VirtualLoop
from fairway.databases.desk import Desk, Measured
from fairway.domain.address import Address, Engine, read
from fairway.domain.database import State
from fairway.domain.managed import Managed
from fairway.errors import Conflict, UsageError, WorkFailed
from support.databases_hosting import KEY, Fate, Killed, Life, Room, describe
from support.pipeline_values import APP, PRODUCTION

MAIN = Managed(name="main", engine=Engine.SQLITE, cpu=0.0, memory=0)
URL = "sqlite:////fairway/databases/main/main.db"


async def prepare(room: Room, life: Life) -> None:
    await life.preparing.prepare(APP, describe(MAIN), room.said.append)


async def measure(address: Address) -> Measured:
    return Measured(bytes=8192 if address.file.endswith("main.db") else 0)


def desk_of(room: Room, life: Life) -> Desk:
    parts = (life.ledger, life.supervisor, room.servers, room.volumes, life.giving, life.reaching)
    return Desk(*parts, measure, lambda database: "")


def test_its_volume_is_there_before_anybody_gets_its_url(loop: VirtualLoop, room: Room) -> None:
    async def story() -> None:
        await room.open()
        async with room.live() as life:
            await prepare(room, life)
            assert dict(await life.giving.values(APP, PRODUCTION)) == {"DATABASE_URL": URL}
            assert dict(await life.giving.secrets(APP)) == {}
            assert life.supervisor.condition(KEY).state is State.HEALTHY

    loop.run_until_complete(story())

    assert room.volumes.made == {(APP, PRODUCTION, "main")}
    assert room.servers.containers == {}
    assert room.said[0] == "the database main is made: a SQLite file, its URL is DATABASE_URL"


def test_a_deployment_later_leaves_it_as_it_is(loop: VirtualLoop, room: Room) -> None:
    async def story() -> int:
        await room.open()
        async with room.live() as life:
            await prepare(room, life)
            await prepare(room, life)
        async with room.live() as life:
            await prepare(room, life)
        return room.volumes.faults.calls["make"]

    assert loop.run_until_complete(story()) == 1


def test_the_guard_reaches_the_file_and_no_other(loop: VirtualLoop, room: Room) -> None:
    async def story() -> Address:
        await room.open()
        async with room.live() as life:
            await prepare(room, life)
            with pytest.raises(UsageError, match="is in no volume"):
                await life.reaching.reach(APP, PRODUCTION, read("sqlite:////app/db.sqlite3"))
            return await life.reaching.reach(APP, PRODUCTION, read(URL))

    assert loop.run_until_complete(story()).file == str(room.volumes.place(APP, PRODUCTION, "main") / "main.db")


def test_a_volume_that_is_gone_is_told_and_not_made_again(loop: VirtualLoop, room: Room) -> None:
    async def story() -> None:
        await room.open()
        async with room.live() as life:
            await prepare(room, life)
        room.volumes.made.clear()
        async with room.live() as life:
            with pytest.raises(WorkFailed, match="does not let anybody in"):
                await prepare(room, life)
            assert life.supervisor.condition(KEY).state is State.LOST

    loop.run_until_complete(story())

    assert room.volumes.made == set()
    assert "database.lost" in [event.kind for event in room.told]


def test_a_damaged_file_is_told(loop: VirtualLoop, room: Room) -> None:
    async def story() -> str:
        await room.open()
        async with room.live() as life:
            await prepare(room, life)
            room.damaged = True
            await life.supervisor.look()
            condition = life.supervisor.condition(KEY)
            assert condition is not None
            assert condition.state is State.UNHEALTHY
            return str(condition.why)

    assert loop.run_until_complete(story()) == "database disk image is malformed"


def test_one_of_another_host_is_left_alone(loop: VirtualLoop, room: Room) -> None:
    async def story() -> None:
        await room.open()
        async with room.live() as life:
            await prepare(room, life)
        room.server, room.volumes.made = "there", set()
        async with room.live() as life:
            await life.supervisor.look()
            assert life.supervisor.condition(KEY).state is State.ELSEWHERE

    loop.run_until_complete(story())

    assert room.volumes.made == set()


def test_it_is_deleted_with_its_volume_for_who_types_the_apps_name(loop: VirtualLoop, room: Room) -> None:
    async def story() -> None:
        await room.open()
        async with room.live() as life:
            await prepare(room, life)
            desk = desk_of(room, life)
            assert [shown.measured for shown in await desk.list(APP)] == [Measured(bytes=8192)]
            [here] = (await desk.urls_here(APP, PRODUCTION)).values()
            assert here == f"sqlite:///{room.volumes.place(APP, PRODUCTION, 'main')}/main.db"
            with pytest.raises(Conflict):
                await desk.delete(KEY, typed="other")
            assert room.volumes.made
            with pytest.raises(UsageError, match="no psql"):
                await desk.run_psql(APP, PRODUCTION, "main", (), tty=False)
            await life.declaring.declare(APP, describe(), room.said.append)
            await desk.delete(KEY, typed=APP)

    loop.run_until_complete(story())

    assert room.volumes.made == set()


def test_a_postgres_is_no_file_later(loop: VirtualLoop, room: Room) -> None:
    async def story() -> None:
        await room.open()
        async with room.live() as life:
            await prepare(room, life)
            with pytest.raises(Conflict, match="can't be changed so"):
                await life.declaring.declare(APP, describe(Managed(name="main")), room.said.append)

    loop.run_until_complete(story())


def test_killed_before_or_after_any_write_it_is_whole_in_the_next_life() -> None:
    places = die(None)

    for at in range(1, places + 1):
        die(at)

    assert places >= 6


def die(at: int | None) -> int:
    """Make it with a death at that place, then live on; how many places were passed."""
    room, loop = Room(), VirtualLoop()

    async def story() -> int:
        await room.open()
        room.fate = Fate(at=at)
        try:
            await act(room)
        except* Killed:
            pass
        places, room.fate = room.fate.count, Fate()
        await act(room)
        return places

    try:
        places = loop.run_until_complete(story())
        made = loop.run_until_complete(room.record()).made_at
    finally:
        loop.close()
    assert made is not None, at
    assert room.volumes.made == {(APP, PRODUCTION, "main")}, at
    return places


async def act(room: Room) -> None:
    life = room.enter()
    await life.declaring.declare(APP, describe(MAIN), room.said.append)
    for _ in range(3):
        await life.supervisor.look()
        await asyncio.sleep(2)
