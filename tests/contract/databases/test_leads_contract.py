"""The contract of `ports.databases.Leads`. What a container on such a network reaches is tested with real ones alone
(`tests/integration/postgres/test_leads.py`)."""

from pathlib import Path

import pytest

from fairway.adapters.memory.scratches import MemoryLeads
from fairway.adapters.postgres.leads import PostgresLeads
from fairway.errors import Unavailable
from fairway.ports.databases import Leads
from support.databases_room import MemoryRoom, Room
from support.postgres_room import PostgresRoom


@pytest.fixture(params=["memory", "postgres"])
def room(request: pytest.FixtureRequest) -> Room:
    made: Room = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def leads(room: Room, tmp_path: Path) -> Leads:
    if isinstance(room, MemoryRoom):
        return MemoryLeads(room.world)
    assert isinstance(room, PostgresRoom)
    return PostgresLeads(room.workshop, tmp_path)


async def test_a_way_leads_to_the_database_itself_which_stays_when_it_is_gone(room: Room, leads: Leads) -> None:
    await room.create(room.address, "orders", 3)
    standing = await room.databases.look(room.address)

    async with leads.open("way", room.address, standing) as scratch:
        counted = await room.count(scratch.address, "orders")
        inside = scratch.inside

    assert (counted, scratch.hosted, scratch.address) == (3, True, room.address)
    assert (inside.name, inside.user, inside.password, inside.port) == (
        room.address.name,
        room.address.user,
        room.address.password,
        room.address.port,
    )
    assert scratch.network
    assert await room.count(room.address, "orders") == 3


async def test_a_second_way_of_the_same_key_takes_the_place_of_the_first(room: Room, leads: Leads) -> None:
    standing = await room.databases.look(room.address)
    async with leads.open("way", room.address, standing):
        pass

    async with leads.open("way", room.address, standing) as scratch:
        assert await room.databases.look(scratch.address)


async def test_a_host_that_nobody_knows_is_unavailable(room: Room, leads: Leads) -> None:
    standing = await room.databases.look(room.address)

    with pytest.raises(Unavailable, match="can't be reached"):
        async with leads.open("way", room.wrong["host"], standing):
            raise AssertionError("it was opened")
