"""What everything that runs databases does: the one in memory is held to what Docker really does."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace

import psycopg
import pytest

from fairway.adapters.buildkit.bases import DockerBases
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.adapters.docker import names
from fairway.adapters.docker.databases import DockerDatabases
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.memory.database_servers import MemoryDatabaseServers
from fairway.domain.database import DatabaseKey, Seen
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import NotFound, Unavailable, WorkFailed
from fairway.ports.managed import DatabaseServers, ServerSpec
from support import docker_room

INSTANCE = f"t-databases-{os.getpid()}"
ID = f"{os.getpid():012x}"
MIB = 1024 * 1024
KEY = DatabaseKey(app=AppName("shop"), environment=EnvironmentName("staging"), name="main")
SPEC = ServerSpec(
    key=KEY,
    id=ID,
    image="postgres:15",
    host="main.databases.internal",
    user="app",
    database="app",
    cpu=1.0,
    memory=256 * MIB,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What runs them, and what a test does besides: log in and note a row (how many there are then), kill a server,
    take its container away by hand."""

    servers: DatabaseServers
    note: Callable[[str], Awaitable[int]]
    kill: Callable[[], Awaitable[None]]
    take_away: Callable[[], Awaitable[None]]

    async def started(self, password: str = "p'ä\\", *, fresh: bool = True) -> Seen:
        await self.servers.start(SPEC, password, fresh=fresh)
        return (await self.servers.look())[ID]

    async def ended(self) -> bool:
        return not (await self.servers.look())[ID].running


@pytest.fixture
async def memory_room() -> Room:
    servers = MemoryDatabaseServers()

    async def note(password: str) -> int:
        volume = servers.stored[ID]
        assert servers.containers[ID].running
        assert volume.password == password
        volume.rows += 1
        return volume.rows

    async def kill() -> None:
        servers.end(ID)

    async def take_away() -> None:
        servers.containers.pop(ID)

    return Room(servers=servers, note=note, kill=kill, take_away=take_away)


@pytest.fixture(scope="module")
def swept() -> Iterator[None]:
    docker_room.sweep(INSTANCE)
    yield
    docker_room.sweep(INSTANCE)


@pytest.fixture
async def docker_room_(swept: None) -> AsyncIterator[Room]:
    async with DockerBuilder(docker_room.DOCKER_HOST, owner=INSTANCE) as builder:
        await DockerBases(builder).ensure(SPEC.image, print)
    async with DockerEngine(docker_room.DOCKER_HOST, INSTANCE) as engine:
        servers = DockerDatabases(engine)

        async def note(password: str) -> int:
            async def try_() -> int:
                host = (await servers.look())[ID].host
                try:
                    async with await psycopg.AsyncConnection.connect(
                        host=host, user="app", dbname="app", password=password, connect_timeout=5
                    ) as connection:
                        await connection.execute("CREATE TABLE IF NOT EXISTS notes (id int)")
                        await connection.execute("INSERT INTO notes VALUES (1)")
                        row = await (await connection.execute("SELECT count(*) FROM notes")).fetchone()
                        return int(row[0]) if row else 0
                except psycopg.OperationalError:
                    return 0

            return await docker_room.until(try_, within=60)

        async def kill() -> None:
            docker_room.docker("kill", container())

        async def take_away() -> None:
            docker_room.docker("rm", "-fv", container())

        yield Room(servers=servers, note=note, kill=kill, take_away=take_away)
        await servers.discard(KEY, ID)


def container() -> str:
    return docker_room.docker("ps", "-aq", "--filter", f"label={names.DATABASE}={ID}").strip()


@pytest.fixture(params=["memory", "docker"])
def room(request: pytest.FixtureRequest) -> Room:
    found: Room = request.getfixturevalue("memory_room" if request.param == "memory" else "docker_room_")
    return found


async def test_a_server_takes_who_has_its_password(room: Room) -> None:
    seen = await room.started()

    assert (seen.running, seen.started, seen.code) == (True, True, None)
    assert (seen.image, seen.cpu, seen.memory) == (SPEC.image, SPEC.cpu, SPEC.memory)
    assert await room.note("p'ä\\") == 1
    assert await room.servers.volumes() == {ID}


async def test_a_second_start_changes_nothing_and_two_at_once_make_one_server(room: Room) -> None:
    await asyncio.gather(*(room.started("first") for _ in range(3)))
    await room.note("first")

    await room.started("second")

    assert await room.note("first") == 2
    assert list(await room.servers.look()) == [ID]


@pytest.mark.exhaustive
async def test_a_killed_server_comes_back_on_its_data(room: Room) -> None:
    await room.started()
    await room.note("p'ä\\")
    await room.kill()
    await docker_room.until(room.ended)

    await room.started(fresh=False)

    assert await room.note("p'ä\\") == 2


@pytest.mark.exhaustive
async def test_a_server_whose_container_was_taken_away_comes_back_on_its_data(room: Room) -> None:
    await room.started()
    await room.note("p'ä\\")
    await room.take_away()
    assert await room.servers.look() == {}

    await room.started(fresh=False)

    assert await room.note("p'ä\\") == 2


async def test_a_removed_server_leaves_its_volume_and_a_discarded_one_nothing(room: Room) -> None:
    await room.started()

    await room.servers.remove(ID)
    left = await room.servers.volumes()
    await room.servers.remove(ID)
    await room.servers.discard(KEY, ID)
    await room.servers.discard(KEY, ID)

    assert left == {ID}
    assert (await room.servers.look(), await room.servers.volumes()) == ({}, frozenset())


async def test_a_server_in_use_is_never_given_an_empty_volume(room: Room) -> None:
    with pytest.raises(WorkFailed, match="gone"):
        await room.started(fresh=False)

    assert await room.servers.volumes() == frozenset()


async def test_a_server_gets_other_limits_while_it_runs(room: Room) -> None:
    await room.started()
    wider = replace(SPEC, cpu=0.5, memory=384 * MIB)

    await room.servers.limit(wider)

    seen = (await room.servers.look())[ID]
    assert (seen.running, seen.cpu, seen.memory) == (True, 0.5, 384 * MIB)


async def test_what_a_server_says_can_be_read_and_nothing_of_one_that_is_not_there(room: Room) -> None:
    nothing = await room.servers.printed(ID)
    await room.started()
    await room.note("p'ä\\")

    assert nothing == ()
    assert len(await room.servers.printed(ID)) > 0
    with pytest.raises(NotFound):
        await room.servers.run("absent", ["psql"])


@pytest.mark.exhaustive
async def test_two_databases_do_not_see_each_other(docker_room_: Room) -> None:
    await docker_room_.started()
    other = replace(SPEC, id=f"{os.getpid() + 1:012x}", key=replace(KEY, name="other"), host="other.databases.internal")

    await docker_room_.servers.start(other, "q", fresh=True)
    await docker_room_.servers.discard(other.key, other.id)

    assert await docker_room_.note("p'ä\\") == 1
    assert await docker_room_.servers.volumes() == {ID}


@pytest.mark.exhaustive
async def test_the_password_is_in_nothing_that_docker_tells_of_a_container(docker_room_: Room) -> None:
    await docker_room_.started("very-secret")
    await docker_room_.note("very-secret")

    assert "very-secret" not in docker_room.docker("inspect", container())


@pytest.mark.exhaustive
async def test_a_command_runs_beside_the_server(docker_room_: Room) -> None:
    await docker_room_.started()
    await docker_room_.note("p'ä\\")

    session = await docker_room_.servers.run(ID, ["psql", "-U", "app", "-At", "-c", "SELECT 6 * 7"])
    printed = b"".join([data async for _, data in session.output()])

    assert (printed, await session.exit_code()) == (b"42\n", 0)


async def test_the_network_stays_while_a_database_is_on_it(docker_room_: Room) -> None:
    await docker_room_.started()

    async with DockerEngine(docker_room.DOCKER_HOST, INSTANCE) as engine:
        await engine.forget(KEY.app, KEY.environment)
        kept = docker_room.docker("network", "ls", "-q", "--filter", f"label=fairway.instance={INSTANCE}")
        await docker_room_.servers.discard(KEY, ID)

    assert kept.strip()
    assert not docker_room.docker("network", "ls", "-q", "--filter", f"label=fairway.instance={INSTANCE}").strip()


async def test_a_docker_that_is_not_there_is_said_to_be(tmp_path: object) -> None:
    async with DockerEngine(f"unix://{tmp_path}/none.sock", INSTANCE) as engine:
        with pytest.raises(Unavailable):
            await DockerDatabases(engine).look()
