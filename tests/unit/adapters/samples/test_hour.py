"""The hour in memory stays within its bounds."""

import sys
from dataclasses import replace

import pytest

from fairway.adapters.samples import codec
from fairway.adapters.samples.hour import Hour
from fairway.domain import metrics
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.metrics import Sample, Series

WEB = Series(app=AppName("shop"), environment=EnvironmentName("production"), service=ServiceName("web"))


def test_the_series_that_ended_first_go_when_there_are_too_many() -> None:
    hour = Hour(most=10)
    tasks = [replace(WEB, task=TaskId(f"{number:012x}")) for number in range(25)]

    for second, task in enumerate(tasks):
        hour.add({task: Sample(at=1000.0 + second)})

    assert hour.series() == tasks[:-11:-1]


def test_a_busy_hour_of_a_task_takes_less_than_150_kilobytes() -> None:
    hour = Hour()
    for second in range(3600):
        latencies = metrics.tally({0.001 * (second * number % 97): number for number in range(1, 12)})
        used = Sample(
            at=1000.0 + second, requests=second % 61, latencies=latencies, cpu=second % 17 / 17, memory=second
        )
        hour.add({WEB: used})

    size = sum(sys.getsizeof(block) for _, block in hour._rolls[WEB]._blocks)

    assert size < 150_000


def test_a_torn_sample_is_no_sample() -> None:
    whole = codec.encode(Sample(at=1.0, latencies=metrics.count([0.01, 0.02])))

    with pytest.raises(codec.struct.error):
        list(codec.decode(whole + whole[:-1]))
