"""What the two sources say becomes the samples of one moment."""

from collections.abc import Mapping
from dataclasses import replace

from fairway.domain import measuring
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.measuring import Known
from fairway.domain.metrics import Answered, Sample, Series, Use

WEB = Series(app=AppName("shop"), environment=EnvironmentName("production"), service=ServiceName("web"))
WORKER = replace(WEB, service=ServiceName("worker"))
ONE, TWO = replace(WEB, task=TaskId("a" * 12)), replace(WEB, task=TaskId("b" * 12))
HAND = replace(WORKER, task=TaskId("c" * 12))
USE = Use(cpu_seconds=10.0, cpu_limit=0.5, memory=96, memory_limit=512)
BEFORE = Known(answered_at=99.0, routed=frozenset({WEB, ONE}), used_at=99.0, uses={ONE: USE})


def measure(
    known: Known, *, at: float, answered: Mapping[Series, Answered] | None, uses: Mapping[Series, Use] | None
) -> tuple[Known, Mapping[Series, Sample]]:
    """With a use that was read on time."""
    return measuring.measure(known, at=at, answered=answered, uses=uses, used_at=at)


def test_the_first_look_only_begins() -> None:
    known, samples = measure(Known(), at=100.0, answered={WEB: Answered(requests=3)}, uses={ONE: USE})

    assert not samples
    assert known.answered_at == known.used_at == 100.0


def test_a_services_use_is_the_sum_over_its_tasks() -> None:
    before = replace(BEFORE, uses={ONE: USE, TWO: USE})
    uses = {ONE: replace(USE, cpu_seconds=10.2), TWO: replace(USE, cpu_seconds=10.1, memory=100)}

    _, samples = measure(before, at=100.0, answered={WEB: Answered(requests=5)}, uses=uses)

    web = samples[WEB]
    assert round(web.cpu or 0, 6) == 0.3
    assert (web.tasks, web.requests, web.cpu_limit, web.memory, web.memory_limit) == (2, 5, 1.0, 196, 1024)
    assert samples[TWO].memory == 100


def test_a_task_that_was_just_seen_first_says_nothing_of_its_cpu_and_takes_no_part_in_the_limit() -> None:
    _, samples = measure(BEFORE, at=100.0, answered={}, uses={ONE: replace(USE, cpu_seconds=10.5), TWO: USE})

    assert samples[TWO].cpu is None
    assert (samples[WEB].cpu, samples[WEB].cpu_limit, samples[WEB].memory) == (0.5, 0.5, 192)


def test_without_the_balancer_only_services_without_a_route_have_a_sample() -> None:
    _, samples = measure(BEFORE, at=100.0, answered=None, uses={ONE: USE, HAND: USE})

    assert set(samples) == {WORKER, HAND}


def test_without_the_use_requests_are_still_counted() -> None:
    _, samples = measure(BEFORE, at=100.0, answered={WEB: Answered(requests=5), ONE: Answered(requests=5)}, uses=None)

    assert samples[WEB] == Sample(at=100.0, tasks=1, requests=5)


def test_a_routed_service_without_a_task_has_a_sample() -> None:
    _, samples = measure(BEFORE, at=100.0, answered={WEB: Answered(requests=2, refused=2)}, uses={})

    assert samples[WEB] == Sample(at=100.0, tasks=0, requests=2, refused=2)


def test_cpu_time_that_went_back_says_nothing() -> None:
    _, samples = measure(BEFORE, at=100.0, answered={}, uses={ONE: replace(USE, cpu_seconds=1.0)})

    assert samples[ONE].cpu is None


def test_a_clock_that_was_set_back_makes_no_sample_of_a_negative_length() -> None:
    known, samples = measure(BEFORE, at=50.0, answered={WEB: Answered(requests=5), ONE: Answered()}, uses={ONE: USE})

    assert not samples
    assert known.answered_at == 50.0


def test_a_use_that_was_read_late_is_divided_by_the_time_that_really_passed() -> None:
    late = {ONE: replace(USE, cpu_seconds=10.6)}

    _, samples = measuring.measure(BEFORE, at=100.0, answered={}, uses=late, used_at=100.2)

    assert round(samples[ONE].cpu or 0, 6) == 0.5
