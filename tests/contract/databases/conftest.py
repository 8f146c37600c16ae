"""The engines that the suites of the databases' ports run against."""

import pytest

from support.databases_room import MemoryRoom, Room
from support.sqlite_room import SqliteRoom


@pytest.fixture
def memory_room() -> MemoryRoom:
    return MemoryRoom()


@pytest.fixture
def sqlite_room(tmp_path_factory: pytest.TempPathFactory) -> SqliteRoom:
    return SqliteRoom(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def sqlite_room_without_log(tmp_path_factory: pytest.TempPathFactory) -> SqliteRoom:
    return SqliteRoom(tmp_path_factory.mktemp("sqlite"), journal="delete")


@pytest.fixture(params=["memory_room", "sqlite_room", "sqlite_room_without_log"])
def room(request: pytest.FixtureRequest) -> Room:
    made: Room = request.getfixturevalue(request.param)
    return made
