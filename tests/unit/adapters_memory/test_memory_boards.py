"""The boards of this process, and the event loop with virtual time."""

import asyncio
import gc

import pytest

from fairway.adapters.memory.board import Board
from fairway.adapters.memory.clock import Deadlock, LoopClock, VirtualLoop
from fairway.adapters.memory.notices import MemoryNotices
from fairway.domain.events import Event
from fairway.domain.observed import ObservedEnvironment
from fairway.domain.rollout import Progress
from support.orchestrator_world import PRODUCTION, SHOP


def event(number: int) -> Event:
    return Event(at=float(number), kind="task.started", text=str(number))


def progress(at: float) -> Progress:
    return Progress(app=SHOP, environment=PRODUCTION, at=at, services={})


async def test_everybody_who_follows_sees_every_event_from_then_on() -> None:
    notices = MemoryNotices()
    notices.publish(event(0))
    first, second = notices.follow(), notices.follow()

    notices.publish(event(1))
    notices.publish(event(2))

    assert [(await anext(first)).text, (await anext(first)).text] == ["1", "2"]
    assert (await anext(second)).text == "1"


async def test_a_reader_that_falls_behind_is_told_so_and_starts_afresh() -> None:
    notices = MemoryNotices(behind=3)
    reader = notices.follow()

    for number in range(5):
        notices.publish(event(number))

    assert [(await anext(reader)).kind for _ in range(3)] == ["notices.missed", "task.started", "task.started"]


async def test_a_reader_that_never_reads_is_forgotten_with_its_iterator() -> None:
    notices = MemoryNotices()
    notices.follow()
    gc.collect()

    assert len(notices._readers) == 0


async def test_the_board_shows_the_latest_and_follows_the_newest() -> None:
    board = Board()
    assert board.progress(SHOP, PRODUCTION) is None
    board.post(progress(1.0), ObservedEnvironment())
    follower = board.follow(SHOP, PRODUCTION)
    assert (await anext(follower)).at == 1.0

    board.post(progress(2.0), ObservedEnvironment())
    board.post(progress(3.0), ObservedEnvironment())

    assert (await anext(follower)).at == 3.0


async def test_the_board_wakes_who_follows_before_the_first_look() -> None:
    board = Board()
    follower = board.follow(SHOP, PRODUCTION)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(anext(follower))
        await asyncio.sleep(0)
        board.post(progress(1.0), ObservedEnvironment())

    assert waiting.result().at == 1.0


async def test_the_board_forgets_an_environment() -> None:
    board = Board()
    board.post(progress(1.0), ObservedEnvironment())

    board.forget(SHOP, PRODUCTION)

    assert board.progress(SHOP, PRODUCTION) is None
    assert board.observed(SHOP, PRODUCTION) is None


def run(main: object) -> object:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)  # type: ignore[arg-type]


def test_an_hour_of_virtual_time_takes_no_time() -> None:
    async def main() -> tuple[float, bool]:
        clock = LoopClock()
        before = clock.now()
        await clock.sleep(3600)
        try:
            async with asyncio.timeout(60):
                await asyncio.Event().wait()
        except TimeoutError:
            return clock.now() - before, True
        return clock.now() - before, False

    assert run(main()) == (pytest.approx(3660), True)


def test_a_wait_that_nothing_can_end_is_found() -> None:
    async def main() -> None:
        await asyncio.Event().wait()

    loop = VirtualLoop()
    with pytest.raises(Deadlock):
        loop.run_until_complete(main())
    for task in asyncio.all_tasks(loop):
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(asyncio.gather(*asyncio.all_tasks(loop)))
    loop.close()
