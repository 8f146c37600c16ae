"""The fixture `make`: each test that asks for it runs over memory and over DBOS on SQLite and PostgreSQL.

Two executors that `make` gives stand for a process and the one that comes after it.
"""

import itertools
from collections.abc import Callable, Iterator

import psycopg
import pytest

from fairway.adapters.dbos.durable import DbosDurable
from fairway.adapters.memory.durable import Disk, MemoryDurable
from fairway.ports.durable import Durable
from support import pipeline_postgres

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def durable_postgres() -> Iterator[Callable[[str], str]]:
    with pipeline_postgres.run_cluster() as url:
        yield url


@pytest.fixture(params=["memory", "dbos-sqlite", "dbos-postgresql"])
def make(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Durable]:
    match request.param:
        case "memory":
            disk: Disk = {}
            return lambda: MemoryDurable(disk)
        case "dbos-sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('durable')}/durable.db"
        case _:
            server = request.getfixturevalue("durable_postgres")
            name = f"durable_{next(NUMBERS)}"
            with psycopg.connect(server("postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            url = server(name)
    return lambda: DbosDurable(url, "local", "1")
