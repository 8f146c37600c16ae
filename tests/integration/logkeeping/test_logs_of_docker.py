"""What real containers print, compared line by line with what is kept: none lost, none twice, though the collector is
killed and the containers go."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.files.logstore import FileLogStore
from fairway.adapters.memory.board import Board
from fairway.domain.ids import TaskId
from fairway.domain.image import Image
from fairway.domain.observed import Task, TaskStatus
from fairway.domain.printed import NOTICE, Piece, origin_of
from support import docker_room, log_process
from support.docker_room import TASK
from support.sampled import sampled

INSTANCE = f"t-logkeeping-{os.getpid()}"
COUNTS = """
let number = 0;
const more = () => {
  for (let each = 0; each < %d; each++) (number %% 7 ? console.log : console.error)('number ' + ++number + ' %s');
  if (number < %d) setTimeout(more, %d); else %s
};
more();
"""
"""Prints numbered lines, some of them to stderr. It ends by itself: process.exit would cut its own pipes short."""

FLOOD = """
function flood() {
  for (let each = 1; each <= 300000; each++) console.log('flood ' + each + ' ' + 'x'.repeat(60));
}
"""


def counting(*, at_once: int, to: int, every: int, padding: str = "", then: str = "{}") -> tuple[str, ...]:
    return ("node", "-e", COUNTS % (at_once, padding, to, every, then))


@pytest.fixture(scope="module")
def image() -> Image:
    return docker_room.local_image()


@pytest.fixture
def instance() -> Iterator[str]:
    yield INSTANCE
    docker_room.sweep(INSTANCE)


@pytest.fixture
async def engine(instance: str) -> AsyncIterator[DockerEngine]:
    async with DockerEngine(docker_room.DOCKER_HOST, instance) as engine:
        yield engine


async def start(engine: DockerEngine, image: Image, command: tuple[str, ...], id: TaskId = TASK) -> Task:
    await engine.start(id, docker_room.make_spec(image, command=command, port=None), {})
    task = await docker_room.seen(engine, id)
    assert task is not None
    return task


async def ended(engine: DockerEngine, within: float = 60) -> Task:
    async def look() -> Task | None:
        task = await docker_room.seen(engine, TASK)
        return task if task is not None and task.status is TaskStatus.STOPPED else None

    task = await docker_room.until(look, within=within)
    assert task is not None
    return task


async def kept(home: Path, task: Task) -> list[Piece]:
    store = FileLogStore(home)
    parts = await store.parts(origin_of(task))
    return [piece for part in parts async for some in store.read(origin_of(task), part) for piece in some]


def numbers(pieces: list[Piece]) -> list[int]:
    assert [piece.data for piece in pieces if piece.stream == NOTICE] == []
    return [int(found[1]) for piece in pieces if (found := re.match(rb"number (\d+) ", piece.data))]


@asynccontextmanager
async def keeping(home: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A collector in a process of its own, killed at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "support.log_process",
        str(home),
        INSTANCE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()


@pytest.mark.exhaustive
async def test_killed_again_and_again_it_keeps_each_line_once(
    engine: DockerEngine, image: Image, tmp_path: Path
) -> None:
    task = await start(engine, image, counting(at_once=40, to=20_000, every=10))

    for life in range(6):
        async with keeping(tmp_path):
            await asyncio.sleep(0.15 + 0.1 * life)
    async with keeping(tmp_path):
        await ended(engine)

        async def complete() -> bool:
            return len(numbers(await kept(tmp_path, task))) >= 20_000

        await docker_room.until(complete)

    assert sorted(numbers(await kept(tmp_path, task))) == list(range(1, 20_001))


@pytest.mark.parametrize("how", sampled(["killed", "ends", "stopped"]))
async def test_a_task_that_is_removed_at_once_has_its_last_line_kept(
    engine: DockerEngine, image: Image, tmp_path: Path, how: str
) -> None:
    then = "process.exitCode = 3" if how == "ends" else "setInterval(() => {}, 1000)"
    task = await start(engine, image, counting(at_once=5000, to=5000, every=1, then=then))
    board = Board()
    collector = log_process.make_collector(engine, tmp_path, board)
    running = asyncio.ensure_future(collector.run())
    log_process.post(board, [task])
    if how == "killed":
        await docker_room.until(printed_all)
        os.kill(docker_room.inspect(container())["State"]["Pid"], signal.SIGKILL)
    if how == "stopped":
        await engine.stop(TASK, signal=None, timeout=0.5)

    gone = await ended(engine)
    begun = time.monotonic()
    await collector.finish(gone)
    took = time.monotonic() - begun
    expected = printed()
    await engine.remove(TASK)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert sorted(numbers(await kept(tmp_path, task))) == expected
    assert how == "stopped" or len(expected) == 5000
    assert took < 3


def container() -> str:
    return docker_room.docker("ps", "-aq", "--filter", f"label=fairway.instance={INSTANCE}").strip()


def printed() -> list[int]:
    """The numbers that Docker has, of both streams, in order."""
    logs = subprocess.run(
        ["docker", "logs", container()], check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return sorted(int(number) for number in re.findall(r"number (\d+) ", logs.stdout))


async def printed_all() -> bool:
    return printed() == list(range(1, 5001))


@pytest.mark.exhaustive
async def test_a_burst_over_rotations_of_docker_s_log_is_kept_whole(
    engine: DockerEngine, image: Image, tmp_path: Path
) -> None:
    """120,000 lines at once are 20 MB in Docker's files, and more than the allowance of a second."""
    async with keeping(tmp_path):
        await asyncio.sleep(0.5)
        task = await start(engine, image, counting(at_once=10_000, to=120_000, every=1, padding="x" * 60))
        await ended(engine)

        async def complete() -> bool:
            return len(await kept(tmp_path, task)) >= 120_000

        await docker_room.until(complete, within=60)

    assert sorted(numbers(await kept(tmp_path, task))) == list(range(1, 120_001))


@pytest.mark.exhaustive
async def test_what_docker_has_deleted_meanwhile_is_a_gap_that_the_log_names(
    engine: DockerEngine, image: Image, tmp_path: Path
) -> None:
    script = COUNTS % (10, "", 10, 1, "setTimeout(flood, 3000);") + FLOOD
    task = await start(engine, image, ("node", "-e", script))
    async with keeping(tmp_path):

        async def begun() -> bool:
            return len(await kept(tmp_path, task)) == 10

        await docker_room.until(begun)

    await ended(engine)
    async with keeping(tmp_path):

        async def complete() -> bool:
            return any(piece.data.startswith(b"flood 300000 ") for piece in await kept(tmp_path, task))

        await docker_room.until(complete, within=60)

    pieces = await kept(tmp_path, task)
    # The two streams come to Docker by two pipes, so that its order of their lines may be another.
    assert sorted(numbers(pieces[:10])) == list(range(1, 11))
    assert (pieces[10].stream, b"lines may be missing here" in pieces[10].data) == (NOTICE, True)
    rest = [int(piece.data.split()[1]) for piece in pieces[11:]]
    assert rest == list(range(rest[0], 300_001))


async def test_bytes_of_any_kind_and_lines_of_a_megabyte_are_kept_as_they_were(
    engine: DockerEngine, image: Image, tmp_path: Path
) -> None:
    script = r"""
    process.stdout.write(Buffer.from('\x00\x1b[31m\xff\xfe\r\n', 'latin1'));
    process.stdout.write('y'.repeat(1 << 20) + '\n');
    process.stdout.write('without an end');
    """
    task = await start(engine, image, ("node", "-e", script))
    gone = await ended(engine)
    async with keeping(tmp_path):

        async def complete() -> bool:
            return any(piece.data == b"without an end" for piece in await kept(tmp_path, task))

        await docker_room.until(complete)

    pieces = await kept(tmp_path, gone)
    assert pieces[0].data == "\0\x1b[31m\ufffd\ufffd\r".encode(), "Docker itself keeps text"
    assert b"".join(piece.data for piece in pieces[1:-1]) == b"y" * (1 << 20)
    assert [piece.ends for piece in pieces[1:-1]] == [False] * (len(pieces) - 3) + [True]
    assert (pieces[-1].data, pieces[-1].ends) == (b"without an end", False)
