"""One PostgreSQL server for all of them, and a database and a folder for each project."""

from collections.abc import Callable, Iterator
from itertools import count

import psycopg
import pytest

from support import ports
from support.migration_room import Project
from support.migration_samples import Sample
from support.pipeline_postgres import run_cluster


@pytest.fixture(scope="session")
def empty() -> Iterator[Callable[[], str]]:
    """Makes an empty database, and gives its URL."""
    numbers = count(1)
    with run_cluster(ports.free_port()) as url:

        def make() -> str:
            name = f"shop{next(numbers)}"
            with psycopg.connect(url("postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
            return url(name)

        yield make


@pytest.fixture(scope="session")
def new(empty: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sample], Project]:
    """Makes a project with a database of its own."""
    return lambda sample: Project(tmp_path_factory.mktemp("tool") / "app", sample, empty())
