"""What has been answered since the server began, for those who make differences themselves (Prometheus).

Nothing here ever goes down. A task that is gone is dropped after an hour, which its id outlives by none; a service is
kept for good.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fairway.domain.metrics import Answered, Series

KEPT = 3600.0


@dataclass(slots=True)
class Total:
    """Of one series; `latencies` by the buckets' indices in `metrics.BOUNDS`."""

    requests: int = 0
    errors: int = 0
    refused: int = 0
    latencies: dict[int, int] = field(default_factory=dict)
    at: float = 0.0
    """When it was heard of last."""


class Totals:
    """Adds up."""

    def __init__(self) -> None:
        self._totals: dict[Series, Total] = {}
        self._cleared = 0.0

    def add(self, answered: Mapping[Series, Answered], *, at: float) -> None:
        """Add what was answered until `at`."""
        for series, new in answered.items():
            total = self._totals.get(series)
            if total is None:
                total = self._totals[series] = Total()
            total.at = at
            total.requests += new.requests
            total.errors += new.errors
            total.refused += new.refused
            for bucket, number in new.latencies.counts.items():
                total.latencies[bucket] = total.latencies.get(bucket, 0) + number
        if at - self._cleared > KEPT / 60:
            self._cleared = at
            self._totals = {
                series: total for series, total in self._totals.items() if series.task is None or at - total.at < KEPT
            }

    def items(self) -> Iterator[tuple[Series, Total]]:
        """Every series with its total."""
        yield from self._totals.items()
