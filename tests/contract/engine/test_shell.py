"""Commands inside running tasks of Docker: what its shell alone does, beside `test_shell_contract`."""

import pytest

from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.execution import Execution
from fairway.adapters.docker.shell import DockerShell
from fairway.domain.image import Image
from support import docker_room

TASK = docker_room.TASK


@pytest.fixture
async def shell(docker_engine: DockerEngine, image: Image) -> DockerShell:
    await docker_engine.start(TASK, docker_room.make_spec(image), {})
    return DockerShell(docker_engine.containers)


async def collect(session: Execution) -> dict[str, bytes]:
    streams: dict[str, bytes] = {}
    async for stream, data in session.output():
        streams[stream] = streams.get(stream, b"") + data
    return streams


async def test_both_outputs_of_a_command_come_apart(shell: DockerShell) -> None:
    session = await shell.start(TASK, ["sh", "-c", "echo fine; echo trouble >&2"])

    assert await collect(session) == {"stdout": b"fine\n", "stderr": b"trouble\n"}


async def test_a_terminal_has_one_output(shell: DockerShell) -> None:
    session = await shell.start(TASK, ["sh", "-c", "echo fine; echo trouble >&2"], tty=True)

    assert await collect(session) == {"stdout": b"fine\r\ntrouble\r\n"}


async def test_what_docker_says_of_a_command_comes_as_an_error(shell: DockerShell) -> None:
    session = await shell.start(TASK, ["no-such-program"])

    assert b"executable file not found" in (await collect(session))["stderr"]
