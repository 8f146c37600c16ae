"""What the history of samples promises, in memory and in files."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fairway.adapters.memory.samples import MemoryHistory
from fairway.adapters.samples.files import SampleFiles
from fairway.domain import metrics
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.metrics import Sample, Series
from fairway.ports.metrics import History

WEB = Series(app=AppName("shop"), environment=EnvironmentName("production"), service=ServiceName("web"))
TASK = replace(WEB, task=TaskId("a" * 12))
HOUR = 1_700_006_400.0


@pytest.fixture(params=[lambda path: MemoryHistory(), SampleFiles], ids=["memory", "files"])
def history(request: pytest.FixtureRequest, tmp_path: Path) -> History:
    make: Callable[[Path], History] = request.param
    return make(tmp_path / "samples")


def minute(number: int, requests: int = 1) -> Sample:
    return Sample(at=HOUR + 60 * number, seconds=60.0, requests=requests, latencies=metrics.count([0.02]))


async def test_what_was_appended_comes_back_by_series(history: History) -> None:
    await history.append(60, {WEB: [minute(1)], TASK: [minute(1, 7)]})
    await history.append(60, {WEB: [minute(2)]})

    assert await history.read(60, since=0) == {WEB: [minute(1), minute(2)], TASK: [minute(1, 7)]}
    assert await history.read(60, since=0, series=TASK) == {TASK: [minute(1, 7)]}


async def test_only_what_ended_after_the_time_comes_back(history: History) -> None:
    for number in range(1, 200):
        await history.append(60, {WEB: [minute(number)]})

    found = await history.read(60, since=HOUR + 60 * 150)

    assert found == {WEB: [minute(number) for number in range(151, 200)]}


async def test_grades_are_apart(history: History) -> None:
    await history.append(60, {WEB: [minute(10)]})

    assert await history.read(600, since=0) == {}


async def test_two_samples_of_one_minute_are_both_there(history: History) -> None:
    await history.append(60, {WEB: [minute(1, 3)]})
    await history.append(60, {WEB: [minute(1, 4)]})

    assert await history.read(60, since=0) == {WEB: [minute(1, 3), minute(1, 4)]}


async def test_nothing_can_be_appended(history: History) -> None:
    await history.append(60, {})

    assert await history.read(60, since=0) == {}
