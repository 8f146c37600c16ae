"""What tasks print, in pieces: in memory, from Docker's own files, and from CloudWatch."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.printing import DockerPrinting, Stamps
from fairway.adapters.ecs.logs import EcsPrinting
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.printing import MemoryPrinting
from fairway.domain.image import Image
from fairway.domain.observed import TaskStatus
from fairway.domain.printed import OUT, SECOND, Piece
from fairway.ports.logs import Printing
from support import docker_room
from support.ecs_room import open_room
from support.orchestrator_world import web

TASK = docker_room.TASK
PRINTS = "for (const word of ['one', 'two', 'three']) console.log(word); setTimeout(() => console.log('last'), 700)"
NOW = 1_764_000_000 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """`start` starts a task that prints three lines and a last one 0.7 s later, and then ends."""

    printing: Printing
    start: Callable[[], Awaitable[None]]
    ended: Callable[[], Awaitable[bool]]


@pytest.fixture
async def memory_room() -> Room:
    printing = MemoryPrinting()

    async def run() -> None:
        printing.print(TASK, *(Piece(NOW + at, OUT, word) for at, word in enumerate((b"one", b"two", b"three"))))
        loop = asyncio.get_running_loop()
        loop.call_later(0.7, printing.print, TASK, Piece(NOW + SECOND, OUT, b"last"))
        loop.call_later(0.8, printing.end, TASK)

    async def ended() -> bool:
        return TASK in printing.ended

    return Room(printing=printing, start=run, ended=ended)


@pytest.fixture
async def docker_made(docker_engine: DockerEngine, image: Image) -> Room:
    async def run() -> None:
        await docker_engine.start(TASK, docker_room.make_spec(image, command=("node", "-e", PRINTS)), {})

    async def ended() -> bool:
        task = await docker_room.seen(docker_engine, TASK)
        return task is not None and task.status is TaskStatus.STOPPED

    return Room(printing=DockerPrinting(docker_engine.containers), start=run, ended=ended)


@pytest.fixture
async def ecs_made() -> AsyncIterator[Room]:
    stream = f"shop/production/web/{TASK}"
    with open_room() as made:
        engine = made.engine()

        async def run() -> None:
            made.scheduler.ids = [TASK]
            await engine.apply(web(1), variables={}, told={}, routed=True)
            made.scheduler.turn(2)
            made.prints(stream, "one", "two", "three")
            await engine.observe()
            loop = asyncio.get_running_loop()
            loop.call_later(0.7, made.prints, stream, "last")
            loop.call_later(0.8, lambda: tasks.append(asyncio.create_task(end())))

        async def end() -> None:
            made.scheduler.end_by_itself(made.scheduler.tasks[TASK], 0)
            await engine.observe()

        async def ended() -> bool:
            return any(each.status is TaskStatus.STOPPED for each in engine.tasks)

        tasks: list[asyncio.Task[None]] = []
        printing = EcsPrinting(made.session, engine, made.places, LoopClock())
        yield Room(printing=printing, start=run, ended=ended)


@pytest.fixture(params=["memory_room", "docker_made", "ecs_made"])
def room(request: pytest.FixtureRequest) -> Room:
    made: Room = request.getfixturevalue(request.param)
    return made


async def read(room: Room, *, since: int | None = None, follow: bool = False) -> list[Piece]:
    batches = room.printing.pieces(TASK, since=since, follow=follow)
    return [piece async for pieces in batches for piece in pieces]


async def test_all_pieces_come_in_order_and_following_ends_with_the_task(room: Room) -> None:
    await room.start()

    async with asyncio.timeout(20):
        pieces = await read(room, follow=True)

    assert [(piece.stream, piece.data, piece.ends) for piece in pieces] == [
        (OUT, b"one", True),
        (OUT, b"two", True),
        (OUT, b"three", True),
        (OUT, b"last", True),
    ]
    assert [piece.stamp for piece in pieces] == sorted(piece.stamp for piece in pieces)


async def test_a_renewed_reading_begins_with_the_very_nanosecond_that_it_asks_for(room: Room) -> None:
    await room.start()
    await docker_room.until(room.ended)
    pieces = await read(room)

    again = {piece.stamp: await read(room, since=piece.stamp) for piece in pieces}
    later = await read(room, since=pieces[-1].stamp + 1)

    assert len(pieces) == 4
    assert later == []
    for stamp, found in again.items():
        assert found == [piece for piece in pieces if piece.stamp >= stamp]


async def test_a_task_that_is_not_there_has_no_pieces(room: Room) -> None:
    assert await read(room) == []
    assert await read(room, follow=True) == []


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        (b"2026-11-23T15:02:10.123456789Z", 1795446130_123456789),
        (b"2026-11-23T15:02:10.000000001Z", 1795446130_000000001),
        (b"2026-11-23T15:02:10Z", 1795446130_000000000),
        (b"2026-11-23T15:02:10.5Z", 1795446130_500000000),
        (b"2026-11-23T16:02:10.123456789+01:00", 1795446130_123456789),
    ],
)
def test_a_time_is_read_to_the_nanosecond_in_whichever_form_the_daemon_writes_it(text: bytes, stamp: int) -> None:
    stamps = Stamps()

    assert [stamps.read(text), stamps.read(text)] == [stamp, stamp]
