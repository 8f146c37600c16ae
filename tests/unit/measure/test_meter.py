"""Each second is measured at the whole second, and a source that is ill spoils nothing else."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.samples import MemoryConsumption, MemorySamples, MemoryTraffic
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.metrics import Series, Use
from fairway.errors import Unavailable
from fairway.measure.meter import Meter

EPOCH = 1_700_000_000.4
WEB = Series(app=AppName("shop"), environment=EnvironmentName("production"), service=ServiceName("web"))
TASK = Series(app=WEB.app, environment=WEB.environment, service=WEB.service, task=TaskId("a" * 12))


class Bench:
    """A meter between fakes, begun at 0.4 s after a whole second."""

    def __init__(self) -> None:
        self.traffic, self.consumption, self.samples = MemoryTraffic(), MemoryConsumption(), MemorySamples()
        self.meter = Meter(self.traffic, self.consumption, self.samples, LoopClock(EPOCH))
        self.traffic.answer(WEB)
        self.traffic.answer(TASK)
        self.consumption.uses[TASK] = Use(cpu_seconds=1.0, cpu_limit=0.5, memory=100, memory_limit=200)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.get_running_loop().create_task(self.meter.run())
        try:
            yield
            assert not task.done()
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def times(self, series: Series = WEB) -> list[float]:
        return [sample.at - 1_700_000_000 for sample in self.samples.recent(series, since=0)]


async def test_samples_end_at_whole_seconds() -> None:
    bench = Bench()

    async with bench.running():
        await asyncio.sleep(4)

    assert bench.times() == [2, 3, 4]
    assert bench.times(TASK) == [2, 3, 4]


async def test_what_was_answered_in_a_second_is_in_the_sample_that_ends_it() -> None:
    bench = Bench()

    async with bench.running():
        await asyncio.sleep(2)
        bench.traffic.answer(WEB, 41, errors=2, queue=3)
        await asyncio.sleep(2)

    assert [(each.requests, each.errors, each.queue) for each in bench.samples.recent(WEB, since=0)] == [
        (0, 0, 0),
        (41, 2, 3),
        (0, 0, 3),
    ]


async def test_a_balancer_that_fails_leaves_its_seconds_out_and_loses_no_request() -> None:
    bench = Bench()

    async with bench.running():
        await asyncio.sleep(2)
        bench.traffic.faults.fail("take", Unavailable("the load balancer does not answer"))
        bench.traffic.answer(WEB, 7)
        await asyncio.sleep(3)
        bench.traffic.faults.mend()
        await asyncio.sleep(1)

    assert bench.times() == [2, 6]
    assert bench.times(TASK) == [2, 6]
    last = bench.samples.recent(WEB, since=0)[-1]
    assert (last.requests, last.seconds) == (7, 4)


async def test_a_source_that_hangs_does_not_make_the_next_second_late() -> None:
    bench = Bench()

    async with bench.running():
        await asyncio.sleep(2)
        bench.consumption.faults.hang("read")
        await asyncio.sleep(3.5)

    assert bench.times() == [2, 3, 4, 5]
    assert [each.cpu for each in bench.samples.recent(WEB, since=0)] == [0.0, None, None, None]


async def test_a_long_gap_is_not_told_as_one_second() -> None:
    bench = Bench()

    async with bench.running():
        await asyncio.sleep(2)
        bench.traffic.faults.hang("take")
        bench.traffic.answer(WEB, 1000)
        await asyncio.sleep(60)
        bench.traffic.faults.mend()
        await asyncio.sleep(2)

    assert bench.times() == [2, 63, 64]
    assert sum(each.requests for each in bench.samples.recent(WEB, since=0)) == 0


async def test_a_failing_source_is_told_once_and_once_that_it_works_again(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    caplog.set_level(logging.INFO)

    async with bench.running():
        bench.traffic.faults.fail("take", Unavailable("the load balancer does not answer", why="no socket"))
        await asyncio.sleep(10)
        bench.traffic.faults.mend()
        await asyncio.sleep(2)

    assert [record.message for record in caplog.records] == [
        "measuring the load balancer failed: the load balancer does not answer: no socket; these seconds are left out",
        "measuring the load balancer works again",
    ]


async def test_a_mistake_in_a_source_does_not_end_the_measuring(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.traffic.faults.fail("take", ValueError("no number"))  # type: ignore[arg-type]

    async with bench.running():
        await asyncio.sleep(10)

    assert len(caplog.records) == 1
