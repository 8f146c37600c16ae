"""The fixture `store`: each test that asks for it runs over memory, SQLite and PostgreSQL. `beside` is the same store
as a second server opens it. `records` is what the guard keeps: in each of these, and in a table of DynamoDB."""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

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


@pytest.fixture(scope="session")
def postgres_template(postgres: Callable[[str], str]) -> str:
    """The name of a database with the store's tables: a copy takes a tenth of the time that making them does."""
    with psycopg.connect(postgres("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_of_stores")
    asyncio.run(make_tables(postgres("template_of_stores")))
    return "template_of_stores"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a file."""
    file = tmp_path_factory.mktemp("template") / "fairway.db"
    asyncio.run(make_tables(f"sqlite:///{file}"))
    return file


async def make_tables(url: str) -> None:
    async with sql.open_store(url):
        pass


@contextmanager
def new_database(postgres: Callable[[str], str], template: str) -> Iterator[str]:
    name = f"test_{next(NUMBERS)}"
    with psycopg.connect(postgres("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield postgres(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_database(postgres: Callable[[str], str]) -> Iterator[str]:
    """An empty one."""
    with new_database(postgres, "template1") as url:
        yield url


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
async def in_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AnyStore]:
    file = tmp_path_factory.mktemp("store") / "fairway.db"
    shutil.copy(sqlite_template, file)
    async with sql.open_store(f"sqlite:///{file}") as opened:
        yield opened


@pytest.fixture
async def in_postgresql(postgres: Callable[[str], str], postgres_template: str) -> AsyncIterator[AnyStore]:
    with new_database(postgres, postgres_template) as url:
        async with sql.open_store(url) as opened:
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
