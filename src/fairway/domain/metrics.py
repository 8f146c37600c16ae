"""What is measured of services and tasks, as values: a sample tells of one period of one series.

A period is a second; older samples are thinned into longer ones, so everything here can be put together: counts add up,
and latencies are kept as a histogram, since the 95th percentile of a minute can't be had from those of its seconds.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, sqrt

from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId

GROWTH = 1.2
BOUNDS = tuple(0.001 * GROWTH**step for step in range(64))
"""Upper bounds of the histogram's buckets in seconds: 1 ms, 1.2 ms, 1.44 ms, ... 97 s; what took longer is in one more.
A percentile is therefore at most a fifth too high, and never too low."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """How fine samples are kept, and for how long, both in seconds."""

    step: int
    kept: int


HOUR, DAY = 3600, 86400
GRADES = (Grade(step=1, kept=HOUR), Grade(step=60, kept=2 * DAY), Grade(step=600, kept=30 * DAY))
"""From the finest. The first is in memory, the others in files; each is made from the one before it."""


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

    @property
    def seconds(self) -> float:
        """All latencies added up, each taken as the middle of its bucket: within a tenth."""
        return sum(number * _middle(bucket) for bucket, number in self.counts.items())

    def percentile(self, share: float) -> float | None:
        """The upper bound in seconds of the bucket that holds the answer at `share` (0 to 1, the nearest rank), None
        without answers. Of what took longer than the last bound, that bound."""
        rank, seen = max(1, ceil(share * self.total)), 0
        for bucket in sorted(self.counts):
            seen += self.counts[bucket]
            if seen >= rank:
                return BOUNDS[min(bucket, len(BOUNDS) - 1)]
        return None


def _middle(bucket: int) -> float:
    """Between two bounds their geometric mean: 1.1 ms between 1.0 and 1.2. Below the first one half of it."""
    if bucket == 0:
        return BOUNDS[0] / 2
    return BOUNDS[min(bucket, len(BOUNDS)) - 1] * sqrt(GROWTH)


NO_LATENCIES = Latencies()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was answered for a series between two looks at the load balancer; the fields are those of a sample."""

    requests: int = 0
    errors: int = 0
    refused: int = 0
    queue: int = 0
    latencies: Latencies = NO_LATENCIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What a task uses: CPU seconds since its start, bytes of memory without what can be dropped at once, and what it
    may use. None: could not be read, or has no limit."""

    cpu_seconds: float | None = None
    cpu_limit: float | None = None
    memory: int | None = None
    memory_limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One period of one series.

    `at` is its end in seconds since the epoch, `seconds` how many of it were measured: 1, more when the seconds before
    it were missed, fewer than its length in a thinned one of which some were. `tasks` are the tasks that ran (their
    mean, in a thinned one). `requests` were answered in it, `errors` of them with a status of 500 and above for which a
    task is to blame, `refused` of them by the load balancer because no task took them. `queue` is the largest number
    of requests that were under way. `cpu` is in cores, `memory` in bytes, each the sum over the tasks (the largest, in
    a thinned one) and None when it could not be read; `cpu_limit` and `memory_limit` are what those tasks may use.
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
    return tally(Counter(seconds))


def tally(times: Mapping[float, int]) -> Latencies:
    """The histogram of latencies in seconds, each with how often it was."""
    counts: dict[int, int] = {}
    for seconds, number in times.items():
        bucket = bisect_left(BOUNDS, seconds)
        counts[bucket] = counts.get(bucket, 0) + number
    return Latencies(counts)


def merge(histograms: Iterable[Latencies]) -> Latencies:
    """All of them as one."""
    histograms = [histogram for histogram in histograms if histogram.counts]
    if len(histograms) < 2:
        return histograms[0] if histograms else NO_LATENCIES
    counts: dict[int, int] = {}
    for histogram in histograms:
        for bucket, number in histogram.counts.items():
            counts[bucket] = counts.get(bucket, 0) + number
    return Latencies(counts)


def thin(samples: Sequence[Sample], *, at: float) -> Sample:
    """One sample, ending at `at`, in place of several of the same series. Raises ValueError of none.

    Counts add up, the tasks are the mean, of everything else it is the largest: what a thinned history is looked at for
    are its peaks.
    """
    if not samples:
        raise ValueError("no samples to thin")
    seconds = sum(each.seconds for each in samples)
    return Sample(
        at=at,
        seconds=seconds,
        tasks=sum(each.tasks * each.seconds for each in samples) / seconds if seconds else 0.0,
        requests=sum(each.requests for each in samples),
        errors=sum(each.errors for each in samples),
        refused=sum(each.refused for each in samples),
        queue=max(each.queue for each in samples),
        latencies=merge(each.latencies for each in samples),
        cpu=max((each.cpu for each in samples if each.cpu is not None), default=None),
        cpu_limit=max((each.cpu_limit for each in samples if each.cpu_limit is not None), default=None),
        memory=max((each.memory for each in samples if each.memory is not None), default=None),
        memory_limit=max((each.memory_limit for each in samples if each.memory_limit is not None), default=None),
    )


def thin_all(samples: Iterable[Sample], *, step: float) -> list[Sample]:
    """One sample for each `step` seconds, ending at whole multiples of it; a step without samples has none. What comes
    in is in order."""
    groups: dict[float, list[Sample]] = {}
    for sample in samples:
        groups.setdefault(ceil(sample.at / step) * step, []).append(sample)
    return [thin(group, at=end) for end, group in groups.items()]
