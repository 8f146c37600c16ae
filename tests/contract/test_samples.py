"""What the keeping of samples promises, in memory as lists and as compressed minutes."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from fairway.adapters.memory.samples import MemorySamples
from fairway.adapters.samples.hour import Hour
from fairway.domain import metrics
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.metrics import Sample, Series
from fairway.ports.metrics import Samples

WEB = Series(app=AppName("shop"), environment=EnvironmentName("production"), service=ServiceName("web"))
TASK = replace(WEB, task=TaskId("a" * 12))
BLOG = replace(WEB, app=AppName("blog"), environment=EnvironmentName("staging"))
BEGIN = 1_700_000_000.0


@pytest.fixture(params=[MemorySamples, Hour], ids=["memory", "hour"])
def samples(request: pytest.FixtureRequest) -> Samples:
    make: Callable[[], Samples] = request.param
    return make()


def full(at: float) -> Sample:
    return Sample(
        at=at,
        seconds=2.0,
        tasks=3,
        requests=41,
        errors=2,
        refused=1,
        queue=7,
        latencies=metrics.count([0.0004, 0.038, 0.038, 500.0]),
        cpu=0.1 + 0.2,
        cpu_limit=0.5,
        memory=96 * 1024**2 + 1,
        memory_limit=512 * 1024**2,
    )


def test_what_was_added_comes_back_as_it_was(samples: Samples) -> None:
    empty = Sample(at=BEGIN + 1)

    samples.add({WEB: full(BEGIN), TASK: empty})
    samples.add({WEB: empty})

    assert list(samples.recent(WEB, since=0)) == [full(BEGIN), empty]
    assert list(samples.recent(TASK, since=0)) == [empty]


def test_only_what_ended_after_the_time_comes_back_oldest_first(samples: Samples) -> None:
    for second in range(200):
        samples.add({WEB: Sample(at=BEGIN + second)})

    assert [each.at - BEGIN for each in samples.recent(WEB, since=BEGIN + 57)] == list(range(58, 200))


def test_an_hour_is_kept_and_no_more(samples: Samples) -> None:
    for second in range(4000):
        samples.add({WEB: Sample(at=BEGIN + second)})

    kept = samples.recent(WEB, since=0)

    assert [kept[0].at - BEGIN, kept[-1].at - BEGIN, len(kept)] == [400, 3999, 3600]


def test_a_series_is_there_for_an_hour_after_its_last_sample(samples: Samples) -> None:
    samples.add({TASK: Sample(at=BEGIN)})
    samples.add({WEB: Sample(at=BEGIN + 3599)})

    assert set(samples.series()) == {TASK, WEB}

    samples.add({WEB: Sample(at=BEGIN + 3600)})

    assert set(samples.series()) == {WEB}
    assert not samples.recent(TASK, since=0)


def test_series_are_found_by_app_and_environment(samples: Samples) -> None:
    samples.add({WEB: Sample(at=BEGIN), TASK: Sample(at=BEGIN), BLOG: Sample(at=BEGIN)})

    assert set(samples.series(WEB.app)) == {WEB, TASK}
    assert set(samples.series(BLOG.app, WEB.environment)) == set()
    assert set(samples.series(environment=BLOG.environment)) == {BLOG}


def test_a_series_that_was_never_measured_has_nothing(samples: Samples) -> None:
    assert not samples.recent(WEB, since=0)


def test_the_same_second_is_not_kept_twice(samples: Samples) -> None:
    samples.add({WEB: Sample(at=BEGIN, requests=1)})
    samples.add({WEB: Sample(at=BEGIN, requests=2)})
    samples.add({WEB: Sample(at=BEGIN - 30, requests=3)})

    assert [each.requests for each in samples.recent(WEB, since=0)] == [1]


def test_after_the_clock_was_set_back_the_measuring_goes_on(samples: Samples) -> None:
    samples.add({WEB: Sample(at=BEGIN, requests=1)})

    samples.add({WEB: Sample(at=BEGIN - 1000, requests=2)})

    assert [each.requests for each in samples.recent(WEB, since=0)] == [2]
