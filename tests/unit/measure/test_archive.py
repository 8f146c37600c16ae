"""Seconds become minutes, minutes become ten, and all of it is found again."""

import asyncio
import logging
import math
from contextlib import suppress

import pytest

from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.samples import MemoryHistory, MemorySamples
from fairway.domain import metrics
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.domain.metrics import Sample, Series
from fairway.errors import Unavailable
from fairway.measure.archive import Archivist
from fairway.measure.recall import recall

BEGIN = 1_700_006_400
WEB = Series(app=AppName("shop"), environment=EnvironmentName("production"), service=ServiceName("web"))


class Bench:
    """An archivist between fakes, and samples that come each second."""

    def __init__(self) -> None:
        self.samples, self.history, self.clock = MemorySamples(), MemoryHistory(), LoopClock(BEGIN)
        self.archivist = Archivist(self.samples, self.history, self.clock)

    async def live(self, seconds: int) -> None:
        """Let so many seconds pass, with one request in each."""
        thinning = asyncio.get_running_loop().create_task(self.archivist.run())
        for _ in range(seconds):
            await asyncio.sleep(1)
            at = math.floor(self.clock.now())
            self.samples.add({WEB: Sample(at=at, requests=1, latencies=metrics.count([0.02]))})
        await asyncio.sleep(0.5)
        assert not thinning.done()
        thinning.cancel()
        with suppress(asyncio.CancelledError):
            await thinning

    async def recalled(self, ago: float, step: int | None = None) -> list[tuple[float, int]]:
        now = self.clock.now()
        found = await recall(self.samples, self.history, WEB, since=now - ago, now=now, step=step)
        return [(each.at - BEGIN, each.requests) for each in found]


async def test_a_minute_has_the_requests_of_its_seconds() -> None:
    bench = Bench()

    await bench.live(185)

    kept = (await bench.history.read(60, since=0))[WEB]
    assert [(each.at - BEGIN, each.requests, each.seconds) for each in kept] == [
        (60, 60, 60.0),
        (120, 60, 60.0),
        (180, 60, 60.0),
    ]
    assert kept[0].latencies.total == 60


async def test_ten_minutes_are_made_of_minutes_also_of_an_earlier_life() -> None:
    bench = Bench()
    await bench.live(305)
    bench.samples = MemorySamples()
    bench.archivist = Archivist(bench.samples, bench.history, bench.clock)

    await bench.live(300)

    [kept] = (await bench.history.read(600, since=0))[WEB]
    assert kept.at - BEGIN == 600
    # Of the minute in which the server was started again only the seconds afterwards are known.
    assert 590 <= kept.requests < 600


async def test_what_lies_in_memory_and_in_the_history_is_recalled_as_one() -> None:
    bench = Bench()

    await bench.live(2 * 3600 + 30)

    hours = await bench.recalled(2 * 3600 + 30, step=3600)
    assert hours == [(3600, 3600), (7200, 3600), (7230, 30)]
    seconds = await bench.recalled(5)
    assert [requests for _, requests in seconds] == [1] * len(seconds)
    assert len(await bench.recalled(3600)) <= 121


async def test_steps_are_no_finer_than_what_is_kept() -> None:
    bench = Bench()

    await bench.live(2 * 3600)

    recalled = await bench.recalled(2 * 3600 - 10, step=1)
    assert {requests for _, requests in recalled[:100]} == {60}


async def test_a_history_that_can_not_be_written_is_told_once_and_ends_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    bench = Bench()
    bench.history.faults.fail("append", Unavailable("the samples can't be kept", why="no space left on device"))

    await bench.live(200)

    assert [record.message for record in caplog.records] == [
        "the samples can't be kept: no space left on device; this minute is missing in the history"
    ]
