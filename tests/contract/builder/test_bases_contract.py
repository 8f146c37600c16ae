"""What every source of base images does."""

from collections.abc import AsyncIterator

import pytest

from fairway.adapters.buildkit.bases import DockerBases
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.adapters.memory.builder import MemoryBases
from fairway.errors import WorkFailed
from fairway.ports.builder import Bases
from support.builder_room import BASE, DOCKER_HOST, OWNER

MISSING = "localhost:21298/nobody/nothing:1"


@pytest.fixture(params=["memory", "docker"])
async def bases(request: pytest.FixtureRequest) -> AsyncIterator[Bases]:
    if request.param == "memory":
        error = WorkFailed(
            f"the base image {MISSING} can't be pulled", why="localhost:21298 can't be reached", hint="x"
        )
        yield MemoryBases({MISSING: error})
        return
    async with DockerBuilder(DOCKER_HOST, owner=OWNER) as builder:
        yield DockerBases(builder)


async def test_an_image_that_is_there_is_ensured_again_without_a_word(bases: Bases) -> None:
    await bases.ensure(BASE, print)
    log: list[str] = []

    await bases.ensure(BASE, log.append)

    assert log == []


async def test_an_image_that_cant_be_had_is_named_with_the_reason_and_what_to_do(bases: Bases) -> None:
    with pytest.raises(WorkFailed) as caught:
        await bases.ensure(MISSING, print)

    assert MISSING in caught.value.what
    assert "can't be reached" in caught.value.why and caught.value.hint
