"""Samples in memory as plain lists, and sources of samples that say what a test tells them to."""

from collections.abc import Mapping, Sequence

from fairway.adapters.memory.faults import Faults
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.metrics import NO_LATENCIES, Answered, Latencies, Sample, Series, Use, merge

HOUR = 3600.0
SET_BACK = 60.0


class MemorySamples:
    """`ports.metrics.Samples`."""

    def __init__(self) -> None:
        self._kept: dict[Series, list[Sample]] = {}
        self._newest = 0.0

    def add(self, samples: Mapping[Series, Sample]) -> None:
        """Keep them."""
        for series, sample in samples.items():
            kept = self._kept.setdefault(series, [])
            if kept and kept[-1].at - sample.at > SET_BACK:
                kept.clear()
            if not kept or sample.at > kept[-1].at:
                kept.append(sample)
            self._newest = sample.at

    def recent(self, series: Series, *, since: float) -> Sequence[Sample]:
        """Those that ended after `since`."""
        oldest = max(since, self._newest - HOUR)
        return [each for each in self._kept.get(series, ()) if each.at > oldest]

    def series(self, app: AppName | None = None, environment: EnvironmentName | None = None) -> Sequence[Series]:
        """Those with a sample in the last hour."""
        return [
            each
            for each in self._kept
            if app in (None, each.app) and environment in (None, each.environment) and self.recent(each, since=0.0)
        ]


class MemoryTraffic:
    """`ports.metrics.Traffic`: what a test says was answered. Can be made to fail and hang with `faults`."""

    def __init__(self) -> None:
        self.faults = Faults()
        self._answered: dict[Series, Answered] = {}

    def answer(
        self,
        series: Series,
        requests: int = 0,
        *,
        errors: int = 0,
        refused: int = 0,
        queue: int = 0,
        latencies: Latencies = NO_LATENCIES,
    ) -> None:
        """So much more was answered; `queue` are under way from now on."""
        before = self._answered.get(series, Answered())
        self._answered[series] = Answered(
            requests=before.requests + requests,
            errors=before.errors + errors,
            refused=before.refused + refused,
            queue=queue,
            latencies=merge((before.latencies, latencies)),
        )

    async def take(self) -> Mapping[Series, Answered]:
        """What was answered since the last time."""
        await self.faults.meet("take")
        taken, self._answered = self._answered, {}
        self._answered = {series: Answered(queue=each.queue) for series, each in taken.items()}
        return taken


class MemoryConsumption:
    """`ports.metrics.Consumption`: what a test put in `uses`. Can be made to fail and hang with `faults`."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.uses: dict[Series, Use] = {}

    async def read(self) -> Mapping[Series, Use]:
        """Every task."""
        await self.faults.meet("read")
        return dict(self.uses)


class MemoryHistory:
    """`ports.metrics.History` without an end. Can be made to fail and hang with `faults`."""

    def __init__(self) -> None:
        self.faults = Faults()
        self._kept: dict[tuple[int, Series], list[Sample]] = {}

    async def append(self, step: int, samples: Mapping[Series, Sequence[Sample]]) -> None:
        """Keep these."""
        await self.faults.meet("append")
        for series, those in samples.items():
            self._kept.setdefault((step, series), []).extend(those)

    async def read(self, step: int, *, since: float, series: Series | None = None) -> Mapping[Series, Sequence[Sample]]:
        """Those of the grade that ended after `since`."""
        await self.faults.meet("read")
        found = {
            name: sorted((each for each in those if each.at > since), key=lambda each: each.at)
            for (grade, name), those in self._kept.items()
            if grade == step and series in (None, name)
        }
        return {name: those for name, those in found.items() if those}
