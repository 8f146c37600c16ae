"""Samples become datapoints."""

from dataclasses import replace

import pytest

from fairway.domain.metrics import Sample
from fairway.domain.scaling import Metric
from fairway.domain.scaling_window import Datapoint, datapoints, measure, refused
from support.scaling_values import NOW, seconds


def test_each_period_of_seconds_is_one_datapoint_the_newest_last() -> None:
    samples = [*seconds(60, requests=100, tasks=2, end=NOW - 60), *seconds(60, requests=40, tasks=2)]

    found = datapoints(Metric.REQUESTS_PER_TASK, samples, period=60, number=3, now=NOW + 0.7)

    assert found == [None, Datapoint(value=50, tasks=2), Datapoint(value=20, tasks=2)]


def test_a_second_that_ends_a_moment_early_stays_in_its_period() -> None:
    samples = [replace(each, at=each.at + (-0.02 if number % 2 else 0.02)) for number, each in enumerate(seconds(6))]

    assert None not in datapoints(Metric.REQUESTS_PER_TASK, samples, period=1, number=6, now=NOW)


def test_what_is_too_old_tells_nothing_of_now() -> None:
    assert datapoints(Metric.REQUESTS_PER_TASK, seconds(9), period=1, number=2, now=NOW + 6) == [None, None]
    assert datapoints(Metric.REQUESTS_PER_TASK, [], period=1, number=2, now=NOW) == [None, None]


def test_a_period_that_was_measured_by_less_than_half_is_missing() -> None:
    samples = seconds(60, requests=10)

    assert measure(Metric.REQUESTS_PER_TASK, samples[:29], 60) is None
    assert measure(Metric.REQUESTS_PER_TASK, samples[:30], 60) == Datapoint(value=10, tasks=1)


def test_refused_requests_count_and_are_all_there_is_where_no_task_runs() -> None:
    samples = seconds(3, requests=5, tasks=0, refused=5)

    assert measure(Metric.REQUESTS_PER_TASK, samples, 3) == Datapoint(value=5, tasks=0)
    assert refused(samples, period=2, now=NOW) == 10


@pytest.mark.parametrize("metric", [Metric.CPU, Metric.MEMORY])
def test_use_is_in_per_cent_of_the_limit_over_the_seconds_that_could_be_read(metric: Metric) -> None:
    known = Sample(at=NOW, tasks=2, cpu=0.3, cpu_limit=1.0, memory=30, memory_limit=100)
    samples = [known, Sample(at=NOW, tasks=2), replace(known, cpu=0.5, memory=50)]

    assert measure(metric, samples, 3) == Datapoint(value=40, tasks=2)
    assert measure(metric, [Sample(at=NOW, tasks=2)], 1) is None


def test_the_95th_percentile_is_that_of_all_answers_of_the_period() -> None:
    samples = [*seconds(1, requests=90, took=0.01), *seconds(1, requests=10, took=1.0)]

    found = measure(Metric.LATENCY_P95, samples, 2)

    assert found is not None
    assert 1.0 <= found.value <= 1.2


def test_where_nobody_asks_nobody_waits_and_where_nobody_is_answered_nothing_is_known() -> None:
    idle = seconds(2)
    hanging = [replace(each, queue=3) for each in idle]

    assert measure(Metric.LATENCY_P95, idle, 2) == Datapoint(value=0, tasks=1)
    assert measure(Metric.LATENCY_P95, hanging, 2) is None
