"""What must never happen to a count: going down, being told twice, being lost."""

from hypothesis import given
from hypothesis import strategies as st

from fairway.adapters.haproxy import counters
from fairway.adapters.haproxy.counters import Counts
from fairway.adapters.samples import codec
from fairway.domain import metrics
from fairway.domain.metrics import BOUNDS, Latencies, Sample

PATH = ("slot-0", "BACKEND")
STEP = st.tuples(st.integers(0, 50), st.integers(0, 5), st.integers(0, 5))
"""Between two looks: so many more good answers, failures of a task, requests that no task took."""
LIVES = st.lists(st.lists(STEP, min_size=1, max_size=6), min_size=1, max_size=5)
"""Workers one after the other, each beginning at zero."""
COUNTS = st.integers(0, 2**32 - 1)
FLOATS = st.floats(min_value=0, allow_nan=False, allow_infinity=False)
SIZES = st.none() | st.integers(0, 2**63)
LATENCIES = st.dictionaries(st.integers(0, len(BOUNDS)), st.integers(1, 2**32 - 1)).map(Latencies)
SAMPLES = st.builds(
    Sample,
    at=FLOATS,
    seconds=FLOATS,
    tasks=FLOATS,
    requests=COUNTS,
    errors=COUNTS,
    refused=COUNTS,
    queue=COUNTS,
    latencies=LATENCIES,
    cpu=st.none() | FLOATS,
    cpu_limit=st.none() | FLOATS,
    memory=SIZES,
    memory_limit=SIZES,
)


@given(LIVES)
def test_over_all_lives_of_haproxy_every_answer_is_told_once(lives: list[list[tuple[int, int, int]]]) -> None:
    told = [0, 0, 0]
    known: dict[int, dict[counters.Path, Counts]] = {0: {PATH: Counts(0, 0, 0, 0)}}

    for pid, life in enumerate(lives):
        good = failed = refused = 0
        for more_good, more_failed, more_refused in life:
            good, failed, refused = good + more_good, failed + more_failed, refused + more_refused
            seen = {PATH: Counts(good + failed + refused, failed + refused, refused, 0)}
            growth = counters.grow(known.get(pid, {}), seen)[PATH]
            assert min(growth.answers, growth.errors, growth.refused) >= 0
            told = [told[0] + growth.answers, told[1] + growth.errors, told[2] + growth.refused]
            known = {pid: seen}

    steps = [step for life in lives for step in life]
    assert told == [
        sum(map(sum, steps)),
        sum(failed for _, failed, _ in steps),
        sum(refused for _, _, refused in steps),
    ]


@given(st.lists(SAMPLES, max_size=8))
def test_a_sample_comes_back_as_it_was(samples: list[Sample]) -> None:
    assert list(codec.decode(b"".join(map(codec.encode, samples)))) == samples


@given(st.lists(st.floats(0.001, 97.0), min_size=1, max_size=50), st.floats(0.01, 1.0))
def test_a_percentile_is_never_too_low_and_at_most_a_fifth_too_high(seconds: list[float], share: float) -> None:
    rank = max(1, -int(-share * len(seconds) // 1))
    true = sorted(seconds)[rank - 1]

    shown = metrics.count(seconds).percentile(share)

    assert shown is not None
    assert true <= shown <= true * 1.2 * (1 + 1e-12)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=60), st.sampled_from([10, 60, 600]))
def test_thinning_loses_and_invents_no_request(ends: list[int], step: int) -> None:
    samples = [Sample(at=float(at), requests=at % 7, latencies=metrics.count([0.01])) for at in sorted(ends)]

    thinned = metrics.thin_all(samples, step=step)

    assert sum(each.requests for each in thinned) == sum(each.requests for each in samples)
    assert sum(each.latencies.total for each in thinned) == len(samples)
    assert sum(each.seconds for each in thinned) == len(samples)
    assert [each.at for each in thinned] == sorted({each.at for each in thinned})
