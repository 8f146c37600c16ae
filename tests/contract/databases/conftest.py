"""The engines that the suites of the databases' ports run against."""

import pytest

from support.databases_room import MemoryRoom, Room


@pytest.fixture
def memory_room() -> MemoryRoom:
    return MemoryRoom()


@pytest.fixture(params=["memory_room"])
def room(request: pytest.FixtureRequest) -> Room:
    made: Room = request.getfixturevalue(request.param)
    return made
