"""From what the two sources say to the samples of one moment. Pure: what was known before comes in, what is known now
goes out.

The load balancer tells differences, the tasks' use is counted since their start; so the first sight of a task tells
nothing of its CPU, which is None then.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fairway.domain.metrics import Answered, Sample, Series, Use

LONGEST = 10.0
"""Seconds that one sample may stand for, when those before it were missed. After more nothing is said of the gap: it
would be a mean over minutes that looks like a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`answered_at` and `used_at` are when each source was heard last; `routed` the series that had traffic then."""

    answered_at: float | None = None
    routed: frozenset[Series] = frozenset()
    used_at: float | None = None
    uses: Mapping[Series, Use] = field(default_factory=dict)
    cpu: Mapping[Series, float] = field(default_factory=dict)
    """Cores of each task at the last look, where they are known."""


def measure(
    known: Known,
    *,
    at: float,
    answered: Mapping[Series, Answered] | None,
    uses: Mapping[Series, Use] | None,
    used_at: float,
) -> tuple[Known, Mapping[Series, Sample]]:
    """The samples that end at `at`. None: that source did not answer. `used_at` is when the use was really read, which
    a share of the CPU is computed with: 20 ms more in one second would be 2 % in it."""
    heard = known
    if answered is not None:
        heard = replace(heard, answered_at=at, routed=frozenset(answered))
    if uses is not None:
        heard = replace(heard, used_at=used_at, uses=uses, cpu=cores(known, uses, used_at))
    if known.answered_at is None:
        # The load balancer was never heard: there is no telling who has a route. Now it was, but since when?
        return heard, {}
    present = uses if uses is not None else {}
    gap = at - known.answered_at
    counted = answered if answered is not None and 0 < gap <= LONGEST else None
    silent = heard.routed if counted is None else frozenset()
    cpu = heard.cpu if uses is not None else {}
    samples = {}
    for series, tasks in group(present, counted or {}).items():
        if series in silent:
            continue
        seen = (counted or {}).get(series)
        sample = total(at, present, cpu, tasks)
        if seen is not None:
            sample = replace(
                sample,
                seconds=gap,
                requests=seen.requests,
                errors=seen.errors,
                refused=seen.refused,
                queue=seen.queue,
                latencies=seen.latencies,
            )
        samples[series] = sample
    return heard, samples


def cores(known: Known, uses: Mapping[Series, Use], at: float) -> dict[Series, float]:
    """How many cores each task used since the last look, where there was one that is not too old."""
    if known.used_at is None or not 0 < at - known.used_at <= LONGEST:
        return {}
    seconds, result = at - known.used_at, {}
    for series, use in uses.items():
        before = known.uses.get(series)
        if before is None or before.cpu_seconds is None or use.cpu_seconds is None:
            continue
        if use.cpu_seconds >= before.cpu_seconds:
            result[series] = (use.cpu_seconds - before.cpu_seconds) / seconds
    return result


def group(uses: Mapping[Series, Use], answered: Mapping[Series, Answered]) -> dict[Series, list[Series]]:
    """Every series there is something to say of, with the tasks that it is about: itself, or a service's."""
    groups: dict[Series, list[Series]] = defaultdict(list)
    for series in dict.fromkeys((*uses, *answered)):
        service = of_service(series)
        if series.task is None:
            groups[service]
            continue
        groups[series].append(series)
        groups[service].append(series)
    return groups


def total(at: float, uses: Mapping[Series, Use], cpu: Mapping[Series, float], tasks: list[Series]) -> Sample:
    """What these tasks use together. A limit counts only beside a use that is known, so that a share can be had."""
    measured = [series for series in tasks if series in cpu]
    read = [use for series in tasks if (use := uses.get(series)) is not None and use.memory is not None]
    cpu_limits = [limit for series in measured if (limit := uses[series].cpu_limit) is not None]
    memory_limits = [limit for use in read if (limit := use.memory_limit) is not None]
    return Sample(
        at=at,
        tasks=len(tasks),
        cpu=sum(cpu[series] for series in measured) if measured else None,
        cpu_limit=sum(cpu_limits) if measured and len(cpu_limits) == len(measured) else None,
        memory=sum(use.memory or 0 for use in read) if read else None,
        memory_limit=sum(memory_limits) if read and len(memory_limits) == len(read) else None,
    )


def of_service(series: Series) -> Series:
    """The series of the service that this one belongs to."""
    return series if series.task is None else replace(series, task=None)
