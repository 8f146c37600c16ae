"""Samples of single seconds become datapoints: one value of a metric for one period.

The periods end where the newest sample ends, and lie behind each other from there. A period of which less than half was
measured has no datapoint, and neither has one without a value: what is missing is missing, nothing is made up for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fairway.domain import metrics
from fairway.domain.metrics import Sample
from fairway.domain.scaling import Metric

STALE = 5.0
"""Seconds after which the newest sample tells nothing of the present any more."""
P95 = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Datapoint:
    """The metric over one period, and how many tasks ran in it, as a mean."""

    value: float
    tasks: float


Points = Sequence[Datapoint | None]
"""Oldest first; None where one is missing."""


def datapoints(metric: Metric, samples: Sequence[Sample], *, period: float, number: int, now: float) -> Points:
    """The last `number` datapoints. `samples` are seconds, oldest first."""
    return [measure(metric, window, period) for window in cut(samples, period=period, number=number, now=now)]


def refused(samples: Sequence[Sample], *, period: float, now: float) -> int:
    """How many requests of the last period no task took. Those that were answered say nothing of a service without
    tasks: the last ones that drained answered them."""
    return sum(each.refused for each in cut(samples, period=period, number=1, now=now)[0])


def cut(samples: Sequence[Sample], *, period: float, number: int, now: float) -> list[list[Sample]]:
    """The samples of each period, the oldest first; all empty when the newest is too old.

    A sample belongs where its middle is: seconds are never exactly a second apart, and one that ended 5 ms early must
    not leave its period empty and the one before it twice as full.
    """
    windows: list[list[Sample]] = [[] for _ in range(number)]
    if not samples or now - samples[-1].at > STALE:
        return windows
    end = samples[-1].at
    for each in reversed(samples):
        back = int((end - (each.at - each.seconds / 2)) // period)
        if back >= number:
            break
        windows[number - 1 - back].append(each)
    return windows


def measure(metric: Metric, window: Sequence[Sample], period: float) -> Datapoint | None:
    """The datapoint of one period's samples, None when it is missing."""
    seconds = sum(each.seconds for each in window)
    if seconds < period / 2:
        return None
    ran = sum(each.tasks * each.seconds for each in window)
    match metric:
        case Metric.REQUESTS_PER_TASK:
            # Those that were refused are among them. Where no task ran they count as those of one.
            value: float | None = sum(each.requests for each in window) / (ran or seconds)
        case Metric.CPU:
            value = share([(each.cpu, each.cpu_limit, each.seconds) for each in window])
        case Metric.MEMORY:
            value = share([(each.memory, each.memory_limit, each.seconds) for each in window])
        case Metric.LATENCY_P95:
            value = latency(window)
    return None if value is None else Datapoint(value=value, tasks=ran / seconds)


def share(used: Sequence[tuple[float | None, float | None, float]]) -> float | None:
    """Use in per cent of the limit, over the seconds in which both were read; None when that is none."""
    known = [(use, limit, seconds) for use, limit, seconds in used if use is not None and limit]
    if not known:
        return None
    return 100.0 * sum(use * seconds for use, _, seconds in known) / sum(limit * seconds for _, limit, seconds in known)


def latency(window: Sequence[Sample]) -> float | None:
    """The 95th percentile in seconds. Where nobody asks nobody waits: that is 0. Where requests are under way or
    refused and none was answered, nothing is known."""
    answered = metrics.merge(each.latencies for each in window)
    if (found := answered.percentile(P95)) is not None:
        return found
    return None if any(each.requests or each.queue for each in window) else 0.0
