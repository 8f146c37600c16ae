"""What every shell does: commands inside running tasks of Docker, and of ECS by a stand-in of AWS's agent and plugin
(`support.ecs_exec`). Where a suite has one stream for both outputs, as ECS has, that is said in its own module.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.shell import DockerShell
from fairway.domain.ids import TaskId
from fairway.domain.image import Image
from fairway.errors import NotFound
from fairway.ports.shell import Session, Shell
from support import docker_room, ecs_exec, sessions
from support.sampled import sampled

NAP = f"86{os.getpid()}"
"""Seconds that a command of these suites sleeps, by which it is known again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A shell over a running task. `processes` are the command lines inside it."""

    shell: Shell
    task: TaskId
    processes: Callable[[], str]
    stop: Callable[[], object]

    async def run(self, *command: str, data: bytes | None = None) -> tuple[bytes, int]:
        """Its output of both streams, and its exit code."""
        session = await self.shell.start(self.task, command)
        if data is not None:
            await session.write(data)
            await session.write(b"")
        output = await collect(session)
        return output, await session.exit_code()


@pytest.fixture
async def in_docker(docker_engine: DockerEngine, image: Image) -> Room:
    await docker_engine.start(docker_room.TASK, docker_room.make_spec(image), {"GREETING": "hello"})
    name = f"shop-production-web-18-{docker_room.TASK}"
    return Room(
        shell=DockerShell(docker_engine.containers),
        task=docker_room.TASK,
        processes=lambda: docker_room.docker("top", name),
        stop=lambda: docker_room.docker("stop", name),
    )


@pytest.fixture
async def on_ecs(tmp_path: Path) -> AsyncIterator[Room]:
    async with ecs_exec.open_shell(tmp_path) as made:
        yield Room(shell=made.shell, task=made.task, processes=ecs_exec.processes, stop=made.stop)


@pytest.fixture(params=sampled(["in_docker", "on_ecs"]))
def room(request: pytest.FixtureRequest) -> Room:
    found: Room = request.getfixturevalue(request.param)
    return found


async def collect(session: Session) -> bytes:
    return b"".join([data async for _, data in session.output()])


async def test_a_command_gives_its_output_and_its_exit_code(room: Room) -> None:
    assert await room.run("sh", "-c", "echo $GREETING; exit 3") == (b"hello\n", 3)


async def test_the_words_of_a_command_arrive_as_they_are(room: Room) -> None:
    words = ["it's", "", 'a "b" $c', "*", "d\\e\nf", "ü", "-n", "#"]

    output, code = await room.run("printf", "[%s]", *words)

    assert (output.decode(), code) == ("".join(f"[{word}]" for word in words), 0)


async def test_what_it_says_of_errors_comes_too(room: Room) -> None:
    assert await room.run("sh", "-c", "echo trouble >&2") == (b"trouble\n", 0)


async def test_standard_input_is_passed_on_until_it_is_closed(room: Room) -> None:
    assert await room.run("wc", "-c", data=b"x" * 200_000) == (b"200000\n", 0)


async def test_every_byte_of_a_pipe_arrives_and_comes_back(room: Room) -> None:
    chance = random.Random(7)
    data = bytes(range(256)) * 4 + b"\n~.\n~~\r~?\r\n" + chance.randbytes(30_000) + b"no end of a line"

    output, code = await room.run("cat", data=data)

    assert (output == data, code) == (True, 0)


async def test_input_is_handed_on_though_its_line_has_not_ended(room: Room) -> None:
    session = await room.shell.start(room.task, ["head", "-c", "3"])

    await session.write(b"abc")

    assert await collect(session) == b"abc"
    assert await session.exit_code() == 0


async def test_a_command_ends_though_its_input_was_never_closed(room: Room) -> None:
    assert await room.run("true") == (b"", 0)


async def test_a_pipe_is_no_terminal(room: Room) -> None:
    _, code = await room.run("sh", "-c", "test -t 0 || test -t 1")

    assert code == 1


async def test_a_terminal_has_the_size_that_it_is_told(room: Room) -> None:
    session = await room.shell.start(room.task, ["sh"], tty=True)

    await session.resize(101, 33)
    await session.write(b'until stty size | grep "33 101"; do sleep 0.05; done; exit 5\n')

    assert b"33 101" in await collect(session)
    assert await session.exit_code() == 5


async def test_ctrl_c_reaches_the_command_on_a_terminal(room: Room) -> None:
    session = await room.shell.start(room.task, ["cat", "-", NAP], tty=True)

    assert await sessions.interrupted(session) == 130
    assert NAP not in room.processes()


async def test_a_command_that_does_not_exist_says_so(room: Room) -> None:
    output, code = await room.run("no-such-program")

    assert b"not found" in output
    assert code in (126, 127)


async def test_a_session_that_is_left_takes_its_command_with_it(room: Room) -> None:
    session = await room.shell.start(room.task, ["sh", "-c", f"echo asleep; sleep {NAP}"])
    output = session.output()
    assert await anext(output) == ("stdout", b"asleep\n")
    assert f"sleep {NAP}" in room.processes()

    await output.aclose()

    async def gone() -> bool:
        return NAP not in room.processes()

    await docker_room.until(gone)


async def test_a_session_whose_reader_is_cancelled_takes_its_command_with_it(room: Room) -> None:
    session = await room.shell.start(room.task, ["sleep", NAP])
    reading = asyncio.create_task(collect(session))
    await asyncio.sleep(0)  # it begins to read

    async def runs() -> bool:
        return NAP in room.processes()

    await docker_room.until(runs)
    reading.cancel()
    await asyncio.wait([reading])

    async def gone() -> bool:
        return NAP not in room.processes()

    await docker_room.until(gone)


async def test_much_output_is_not_lost(room: Room) -> None:
    output, code = await room.run("head", "-c", "5000000", "/dev/zero")

    assert (len(output), code) == (5_000_000, 0)


async def test_there_must_be_such_a_running_task(room: Room) -> None:
    with pytest.raises(NotFound, match="there is no task ffffffffffff"):
        await room.shell.start(TaskId("f" * 12), ["true"])

    room.stop()
    with pytest.raises(NotFound, match=f"task {room.task} does not run"):
        await room.shell.start(room.task, ["true"])
