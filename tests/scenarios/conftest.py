"""One server for all scenarios; each has an app of its own."""

import itertools
from collections.abc import Callable, Iterator, Mapping

import pytest

from support.world import Project, World, create_project

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(root=tmp_path_factory.mktemp("world"))
    world.start()
    yield world
    world.close()


@pytest.fixture
def project(world: World) -> Callable[..., Project]:
    """Makes a repository with the small backend; `toml` is added to its fairway.toml."""

    def make(*, toml: str = "", files: Mapping[str, str] | None = None) -> Project:
        return create_project(world, f"app{next(NUMBERS)}", toml=toml, files=files)

    return make
