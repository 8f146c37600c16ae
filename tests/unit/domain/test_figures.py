"""What is read of some seconds: rates of all, means, and the newest of what is present."""

from dataclasses import replace

from fairway.domain import metrics
from fairway.domain.figures import summarize
from fairway.domain.metrics import Sample

SECOND = Sample(
    at=100.0,
    tasks=2,
    requests=10,
    errors=1,
    refused=2,
    queue=5,
    latencies=metrics.count([0.01] * 10),
    cpu=0.2,
    cpu_limit=1.0,
    memory=50,
    memory_limit=200,
)


def test_counts_add_up_cpu_is_the_mean_and_the_rest_the_newest() -> None:
    seen = summarize([SECOND, replace(SECOND, at=103.0, seconds=3.0, tasks=3, queue=1, cpu=0.6, memory=60)])

    assert seen is not None
    assert (seen.seconds, seen.requests, seen.errors, seen.refused) == (4.0, 20, 2, 4)
    assert (seen.tasks, seen.queue, seen.memory) == (3, 1, 60)
    assert round(seen.cpu or 0, 9) == 0.5


def test_what_is_not_known_now_is_taken_from_the_second_that_knew_it() -> None:
    unread = replace(SECOND, at=101.0, cpu=None, cpu_limit=None, memory=None, memory_limit=None)

    seen = summarize([SECOND, unread])

    assert seen is not None
    assert (seen.cpu, seen.cpu_limit, seen.memory, seen.memory_limit) == (0.2, 1.0, 50, 200)


def test_what_was_never_known_is_none() -> None:
    seen = summarize([Sample(at=100.0)])

    assert seen is not None
    assert (seen.p50, seen.cpu, seen.cpu_limit, seen.memory) == (None, None, None, None)


def test_nothing_has_no_figures() -> None:
    assert summarize([]) is None
