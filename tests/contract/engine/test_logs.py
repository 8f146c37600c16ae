"""Reading what tasks printed: in memory, and from Docker's own files."""

import asyncio
import time
from dataclasses import dataclass

import pytest

from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.logs import DockerLogs
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.engine import MemoryEngine, Program
from fairway.adapters.memory.logs import MemoryLogs
from fairway.domain.desired import TaskSpec
from fairway.domain.image import Image
from fairway.domain.observed import TaskStatus
from fairway.ports.engine import Engine
from fairway.ports.logs import LogLine, Logs
from support import docker_room

TASK = docker_room.TASK
PRINTS = "for (const word of ['one', 'two', 'three']) console.log(word)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    engine: Engine
    logs: Logs
    prints: TaskSpec


@pytest.fixture
async def memory_room() -> Room:
    engine = MemoryEngine(LoopClock(), lambda spec: Program(starts=0.01, lives=0.2, log=("one", "two", "three")))
    image = Image(repository="localhost:7879/shop", digest="sha256:" + "1" * 64)
    return Room(engine=engine, logs=MemoryLogs(engine), prints=docker_room.make_spec(image))


@pytest.fixture
async def docker_made(docker_engine: DockerEngine, image: Image) -> Room:
    spec = docker_room.make_spec(image, command=("node", "-e", PRINTS))
    return Room(engine=docker_engine, logs=DockerLogs(docker_engine.containers), prints=spec)


@pytest.fixture(params=["memory_room", "docker_made"])
def room(request: pytest.FixtureRequest) -> Room:
    made: Room = request.getfixturevalue(request.param)
    return made


async def run(room: Room, script: str | None = None) -> None:
    """Run the task to its end."""
    spec = room.prints
    if script is not None:
        spec = docker_room.make_spec(spec.image, command=("node", "-e", script))
    await room.engine.start(TASK, spec, {})

    async def look() -> bool:
        task = await docker_room.seen(room.engine, TASK)
        return task is not None and task.status is TaskStatus.STOPPED

    await docker_room.until(look)


async def read(room: Room, *, tail: int | None = None, since: float | None = None) -> list[LogLine]:
    return [line async for line in room.logs.read(TASK, tail=tail, since=since)]


async def test_the_lines_come_in_order_with_their_time_and_stream(room: Room) -> None:
    await run(room)

    lines = await read(room)

    assert [(line.task, line.stream, line.text) for line in lines] == [
        (TASK, "stdout", "one"),
        (TASK, "stdout", "two"),
        (TASK, "stdout", "three"),
    ]
    assert [line.at for line in lines] == sorted(line.at for line in lines)


async def test_the_tail_is_the_last_lines(room: Room) -> None:
    await run(room)

    assert [line.text for line in await read(room, tail=2)] == ["two", "three"]
    assert await read(room, tail=0) == []


async def test_what_was_printed_before_is_left_out(room: Room) -> None:
    await run(room)
    last = (await read(room))[-1].at

    assert await read(room, since=last) == []
    assert len(await read(room, since=last - 3600)) == 3


async def test_a_task_that_is_not_there_has_no_lines(room: Room) -> None:
    assert await read(room) == []


async def test_following_gives_the_coming_lines_and_ends_with_the_task(room: Room) -> None:
    await room.engine.start(TASK, room.prints, {})

    async with asyncio.timeout(10):
        lines = [line.text async for line in room.logs.read(TASK, follow=True)]

    assert lines == ["one", "two", "three"]


async def test_a_line_that_is_printed_later_comes_when_it_is_printed(docker_made: Room) -> None:
    script = "console.log('first'); setTimeout(() => console.log('second'), 700); setInterval(() => {}, 1000)"
    await docker_made.engine.start(
        TASK, docker_room.make_spec(docker_made.prints.image, command=("node", "-e", script)), {}
    )
    reader = docker_made.logs.read(TASK, follow=True)

    first, second = await anext(reader), await anext(reader)
    now = time.time()
    await reader.aclose()  # type: ignore[attr-defined]

    assert (first.text, second.text) == ("first", "second")
    assert 0.6 < second.at - first.at < 2
    assert now - second.at < 1


async def test_both_streams_are_told_apart(docker_made: Room) -> None:
    await run(docker_made, "console.log('out'); console.error('err')")

    assert {(line.stream, line.text) for line in await read(docker_made)} == {("stdout", "out"), ("stderr", "err")}


async def test_a_line_of_100_kb_is_one_line(docker_made: Room) -> None:
    await run(docker_made, "console.log('x'.repeat(100_000) + 'end'); console.log('next')")

    first, second = await read(docker_made)

    assert first.text == "x" * 100_000 + "end"
    assert second.text == "next"


async def test_a_line_without_end_is_cut_before_it_fills_the_memory(docker_made: Room) -> None:
    await run(docker_made, "process.stdout.write('x'.repeat(3 << 20))")

    lines = await read(docker_made)

    assert sum(len(line.text) for line in lines) == 3 << 20
    assert max(len(line.text) for line in lines) < 1.1 * (1 << 20)


async def test_what_is_no_utf_8_is_replaced_and_empty_lines_stay(docker_made: Room) -> None:
    await run(docker_made, r"process.stdout.write(Buffer.from('a\xff\xfeb\r\n\nlast', 'latin1'))")

    assert [line.text for line in await read(docker_made)] == ["a\ufffd\ufffdb", "", "last"]
