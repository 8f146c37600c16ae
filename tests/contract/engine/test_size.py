"""How large the host of the containers is: as Docker says it, and as it last said it while it does not answer."""

import os

from fairway.adapters.docker.connection import Connection
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.size import FRESH, DockerHostSize


async def test_the_host_has_the_cores_and_the_memory_of_this_machine(docker_engine: DockerEngine) -> None:
    found = await DockerHostSize(docker_engine.containers.connection).size()

    assert found is not None
    assert found.cores == os.cpu_count()
    assert abs(found.memory - os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")) < found.memory / 50


async def test_a_docker_that_does_not_answer_is_as_large_as_it_was(
    docker_engine: DockerEngine, tmp_path: object
) -> None:
    connection = docker_engine.containers.connection
    size = DockerHostSize(connection)
    known = await size.size()

    async with Connection(f"unix://{tmp_path}/none.sock") as nobody:
        gone = DockerHostSize(nobody)
        never = await gone.size()
        size._connection, size._asked = nobody, size._asked - FRESH
        kept = await size.size()

    assert never is None
    assert kept == known
