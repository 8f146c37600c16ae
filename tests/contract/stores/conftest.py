"""The fixture `store`: each test that asks for it runs over memory, SQLite and PostgreSQL. `beside` is the same store
as a second server opens it."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator

import psycopg
import pytest

from fairway.adapters.memory import stores as memory
from fairway.adapters.store import store as sql
from support import pipeline_postgres
from support.pipeline_stores import AnyStore

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[str], str]]:
    with pipeline_postgres.run_cluster() as url:
        yield url


@pytest.fixture
def postgres_database(postgres: Callable[[str], str]) -> str:
    name = f"test_{next(NUMBERS)}"
    with psycopg.connect(postgres("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgres(name)


@pytest.fixture
async def beside(store: AnyStore) -> AsyncIterator[AnyStore]:
    if isinstance(store, memory.MemoryStore):
        yield memory.make_store(beside=store)
        return
    async with sql.open_store(store.database.url.render_as_string(hide_password=False)) as opened:
        yield opened


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AnyStore]:
    match request.param:
        case "memory":
            async with memory.open_store() as opened:
                yield opened
        case "sqlite":
            async with sql.open_store(f"sqlite:///{tmp_path_factory.mktemp('store')}/fairway.db") as kept:
                yield kept
        case _:
            async with sql.open_store(request.getfixturevalue("postgres_database")) as kept:
                yield kept
