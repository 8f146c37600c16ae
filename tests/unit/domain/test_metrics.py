"""Histograms and thinning: what can be put together, and what stays true when it is."""

import pytest

from fairway.domain import metrics
from fairway.domain.metrics import BOUNDS, Latencies, Sample


def test_a_percentile_is_never_too_low_and_at_most_a_fifth_too_high() -> None:
    seconds = [0.0011 * number for number in range(1, 1001)]

    histogram = metrics.count(seconds)

    for share in (0.5, 0.9, 0.95, 0.99, 1.0):
        true = sorted(seconds)[round(share * 1000) - 1]
        shown = histogram.percentile(share)
        assert shown is not None
        assert true <= shown <= true * 1.2


def test_what_is_on_a_bound_is_within_it() -> None:
    assert metrics.count([BOUNDS[0]]).counts == {0: 1}


def test_what_took_longer_than_the_last_bound_is_told_as_that_bound() -> None:
    assert metrics.count([3600.0]).percentile(0.5) == BOUNDS[-1]


def test_no_answers_have_no_percentile() -> None:
    assert Latencies().percentile(0.95) is None


def test_histograms_add_up() -> None:
    together = metrics.merge([metrics.count([0.01, 0.2]), metrics.count([]), metrics.count([0.2])])

    assert together == metrics.count([0.01, 0.2, 0.2])


def test_counts_add_up_and_peaks_stay_when_samples_are_thinned() -> None:
    samples = [
        Sample(at=61.0, tasks=2, requests=3, errors=1, queue=4, cpu=0.1, cpu_limit=1.0, memory=10),
        Sample(at=62.0, tasks=4, requests=5, refused=2, queue=1, cpu=0.3, cpu_limit=2.0, memory=5),
    ]

    assert metrics.thin(samples, at=120.0) == Sample(
        at=120.0,
        seconds=2.0,
        tasks=3.0,
        requests=8,
        errors=1,
        refused=2,
        queue=4,
        cpu=0.3,
        cpu_limit=2.0,
        memory=10,
    )


def test_a_step_ends_at_a_whole_multiple_and_one_without_samples_is_left_out() -> None:
    samples = [Sample(at=at, requests=1) for at in (59.0, 60.0, 61.0, 240.0)]

    thinned = metrics.thin_all(samples, step=60.0)

    assert [(each.at, each.requests) for each in thinned] == [(60.0, 2), (120.0, 1), (240.0, 1)]


def test_nothing_can_not_be_thinned() -> None:
    with pytest.raises(ValueError, match="no samples"):
        metrics.thin([], at=60.0)
