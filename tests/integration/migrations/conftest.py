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
def cluster() -> Iterator[Callable[[str], str]]:
    with run_cluster(ports.free_port()) as url:
        yield url


@pytest.fixture(scope="session")
def new(cluster: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sample], Project]:
    """Makes a project with an empty database."""
    numbers = count(1)

    def make(sample: Sample) -> Project:
        name = f"shop{next(numbers)}"
        with psycopg.connect(cluster("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return Project(tmp_path_factory.mktemp("tool") / "app", sample, cluster(name))

    return make
