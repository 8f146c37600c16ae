"""What is measured of services and tasks, as values: a sample tells of one period of one series.

A period is a second; older samples are thinned into longer ones, so everything here can be put together: counts add up,
and latencies are kept as a histogram, since the 95th percentile of a minute can't be had from those of its seconds.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil

from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId

GROWTH = 1.2
BOUNDS = tuple(0.001 * GROWTH**step for step in range(64))
"""Upper bounds of the histogram's buckets in seconds: 1 ms, 1.2 ms, 1.44 ms, ... 97 s; what took longer is in one more.
A percentile is therefore at most a fifth too high, and never too low."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What a sample is about: a service, or with `task` one of its tasks."""

    app: AppName
    environment: EnvironmentName
    service: ServiceName
    task: TaskId | None = None


@dataclass(frozen=True, slots=True)
class Latencies:
    """How many answers fell into which bucket, by the bucket's index in `BOUNDS`; empty buckets are left out."""

    counts: Mapping[int, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many answers."""
        return sum(self.counts.values())

    def percentile(self, share: float) -> float | None:
        """The upper bound in seconds of the bucket that holds the answer at `share` (0 to 1, the nearest rank), None
        without answers. Of what took longer than the last bound, that bound."""
        rank, seen = max(1, ceil(share * self.total)), 0
        for bucket in sorted(self.counts):
            seen += self.counts[bucket]
            if seen >= rank:
                return BOUNDS[min(bucket, len(BOUNDS) - 1)]
        return None


NO_LATENCIES = Latencies()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One period of one series.

    `at` is its end in seconds since the epoch, `seconds` its length. `tasks` are the tasks that ran (their mean, in a
    thinned one). `requests` were answered in it, `errors` of them by a task with a status of 500 and above, `refused`
    by the load balancer because no task took them. `queue` is the largest number of requests that were under way.
    `cpu` is in cores, `memory` in bytes, each the sum over the tasks (the largest, in a thinned one) and None when it
    could not be read; `cpu_limit` and `memory_limit` are what those tasks may use.
    """

    at: float
    seconds: float = 1.0
    tasks: float = 0.0
    requests: int = 0
    errors: int = 0
    refused: int = 0
    queue: int = 0
    latencies: Latencies = NO_LATENCIES
    cpu: float | None = None
    cpu_limit: float | None = None
    memory: int | None = None
    memory_limit: int | None = None


def count(seconds: Iterable[float]) -> Latencies:
    """The histogram of these latencies."""
    counts: dict[int, int] = {}
    for each in seconds:
        bucket = bisect_left(BOUNDS, each)
        counts[bucket] = counts.get(bucket, 0) + 1
    return Latencies(counts)


def merge(histograms: Iterable[Latencies]) -> Latencies:
    """All of them as one."""
    counts: dict[int, int] = {}
    for histogram in histograms:
        for bucket, number in histogram.counts.items():
            counts[bucket] = counts.get(bucket, 0) + number
    return Latencies(counts)
