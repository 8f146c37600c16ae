"""The engines that the suites of the databases' ports run against."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from support import postgres_room
from support.databases_room import MemoryRoom, Room
from support.postgres_room import PostgresRoom, Server
from support.sqlite_room import SqliteRoom


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    asyncio.run(postgres_room.ensure_image())
    with postgres_room.run_server() as server:
        yield server


@pytest.fixture
async def postgres(postgres_server: Server) -> AsyncIterator[PostgresRoom]:
    async with postgres_room.open_room(postgres_server) as room:
        yield room


@pytest.fixture
def memory() -> MemoryRoom:
    return MemoryRoom()


@pytest.fixture
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> SqliteRoom:
    return SqliteRoom(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def sqlite_without_log(tmp_path_factory: pytest.TempPathFactory) -> SqliteRoom:
    return SqliteRoom(tmp_path_factory.mktemp("sqlite"), journal="delete")


@pytest.fixture(params=["memory", "postgres", "sqlite", "sqlite_without_log"])
def room(request: pytest.FixtureRequest) -> Room:
    made: Room = request.getfixturevalue(request.param)
    return made
