"""What a person reads of some seconds of samples: rates, shares, percentiles, present use. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from fairway.domain import metrics
from fairway.domain.metrics import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of `seconds` that were measured. Counts are of all of them, `cpu` (cores) is their mean; tasks, queue, limits and
    memory are those of the newest one that knows them. Latencies in seconds, None without answers."""

    seconds: float
    tasks: float
    requests: int
    errors: int
    refused: int
    queue: int
    p50: float | None
    p95: float | None
    p99: float | None
    cpu: float | None
    cpu_limit: float | None
    memory: int | None
    memory_limit: int | None


def summarize(samples: Sequence[Sample]) -> Figures | None:
    """The figures of samples in their order, None of none."""
    if not samples:
        return None
    newest = samples[-1]
    latencies = metrics.merge(each.latencies for each in samples)
    used = [each for each in samples if each.cpu is not None]
    known = [each for each in samples if each.memory is not None]
    seconds = sum(each.seconds for each in used)
    return Figures(
        seconds=sum(each.seconds for each in samples),
        tasks=newest.tasks,
        requests=sum(each.requests for each in samples),
        errors=sum(each.errors for each in samples),
        refused=sum(each.refused for each in samples),
        queue=newest.queue,
        p50=latencies.percentile(0.5),
        p95=latencies.percentile(0.95),
        p99=latencies.percentile(0.99),
        cpu=sum((each.cpu or 0.0) * each.seconds for each in used) / seconds if seconds else None,
        cpu_limit=used[-1].cpu_limit if used else None,
        memory=known[-1].memory if known else None,
        memory_limit=known[-1].memory_limit if known else None,
    )
