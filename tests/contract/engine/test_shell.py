"""Commands inside a running task."""

import asyncio

import pytest

from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.execution import Execution
from fairway.adapters.docker.shell import DockerShell
from fairway.domain.ids import TaskId
from fairway.domain.image import Image
from fairway.errors import NotFound
from support import docker_room

TASK = docker_room.TASK


@pytest.fixture
async def shell(docker_engine: DockerEngine, image: Image) -> DockerShell:
    await docker_engine.start(TASK, docker_room.make_spec(image), {"GREETING": "hello"})
    return DockerShell(docker_engine.containers)


async def collect(session: Execution) -> dict[str, bytes]:
    streams: dict[str, bytes] = {}
    async for stream, data in session.output():
        streams[stream] = streams.get(stream, b"") + data
    return streams


async def test_a_command_gives_its_output_and_its_exit_code(shell: DockerShell) -> None:
    session = await shell.start(TASK, ["sh", "-c", "echo $GREETING; echo trouble >&2; exit 3"])

    assert await collect(session) == {"stdout": b"hello\n", "stderr": b"trouble\n"}
    assert await session.exit_code() == 3


async def test_standard_input_is_passed_on_until_it_is_closed(shell: DockerShell) -> None:
    session = await shell.start(TASK, ["wc", "-c"])

    await session.write(b"x" * 200_000)
    await session.write(b"")

    assert await collect(session) == {"stdout": b"200000\n"}
    assert await session.exit_code() == 0


async def test_a_terminal_has_the_size_that_it_is_told(shell: DockerShell) -> None:
    session = await shell.start(TASK, ["sh"], tty=True)

    await session.resize(101, 33)
    await session.write(b"stty size; exit 5\n")
    output = await collect(session)

    assert list(output) == ["stdout"]
    assert b"33 101" in output["stdout"]
    assert await session.exit_code() == 5


async def test_a_command_that_does_not_exist_says_so(shell: DockerShell) -> None:
    session = await shell.start(TASK, ["no-such-program"])

    assert b"executable file not found" in (await collect(session))["stderr"]
    assert await session.exit_code() in (126, 127)


async def test_a_session_that_is_left_takes_its_command_with_it(shell: DockerShell) -> None:
    session = await shell.start(TASK, ["sleep", "67"])
    output = session.output()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await anext(output)
    await output.aclose()

    async def gone() -> bool:
        return "sleep 67" not in docker_room.docker("top", f"shop-production-web-18-{TASK}")

    await docker_room.until(gone, within=5)


async def test_much_output_is_not_lost(shell: DockerShell) -> None:
    session = await shell.start(TASK, ["sh", "-c", "head -c 5000000 /dev/zero"])

    assert len((await collect(session))["stdout"]) == 5_000_000


async def test_there_must_be_such_a_running_task(shell: DockerShell, docker_engine: DockerEngine) -> None:
    with pytest.raises(NotFound, match="there is no task ffffffffffff"):
        await shell.start(TaskId("f" * 12), ["true"])

    await docker_engine.stop(TASK, signal=None, timeout=10)
    with pytest.raises(NotFound, match=f"task {TASK} does not run"):
        await shell.start(TASK, ["true"])
