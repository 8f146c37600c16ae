"""A real server, and a database of its own for each test."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from support import postgres_room
from support.postgres_room import PostgresRoom, Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    asyncio.run(postgres_room.ensure_image())
    with postgres_room.run_server() as made:
        made.execute("postgres", "CREATE ROLE reader NOLOGIN; CREATE ROLE clerk LOGIN IN ROLE reader")
        made.execute("postgres", "ALTER ROLE clerk SET statement_timeout = '5s'")
        yield made


@pytest.fixture
async def room(server: Server) -> AsyncIterator[PostgresRoom]:
    async with postgres_room.open_room(server) as made:
        yield made
