"""The fixture `store`: each test that asks for it runs over memory, SQLite and PostgreSQL. `beside` is the same store
as a second server opens it. `records` is what the guard keeps: in each of these, and in a table of DynamoDB."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator

import psycopg
import pytest

from fairway.adapters.aws.session import Session
from fairway.adapters.memory import stores as memory
from fairway.adapters.store import store as sql
from support import guard_records, pipeline_postgres
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


@pytest.fixture
async def in_memory() -> AsyncIterator[AnyStore]:
    async with memory.open_store() as opened:
        yield opened


@pytest.fixture
async def in_sqlite(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AnyStore]:
    async with sql.open_store(f"sqlite:///{tmp_path_factory.mktemp('store')}/fairway.db") as opened:
        yield opened


@pytest.fixture
async def in_postgresql(postgres_database: str) -> AsyncIterator[AnyStore]:
    async with sql.open_store(postgres_database) as opened:
        yield opened


@pytest.fixture
async def in_dynamodb(moto: None, session: Session) -> guard_records.Table:
    await guard_records.make_table(session)
    return guard_records.table_of(session)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> AnyStore:
    found: AnyStore = request.getfixturevalue(f"in_{request.param}")
    return found


@pytest.fixture(params=["memory", "sqlite", "postgresql", "dynamodb"])
def records(request: pytest.FixtureRequest) -> guard_records.Kept:
    found = request.getfixturevalue(f"in_{request.param}")
    return guard_records.kept_in_table(found) if request.param == "dynamodb" else guard_records.kept_in(found)
