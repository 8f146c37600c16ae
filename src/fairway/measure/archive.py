"""The thinning: at the end of each minute its seconds become one sample in the history, at the end of ten minutes those
minutes do.

The ten minutes are made from what lies in the history and not from memory, so that a restart between them takes
nothing along but the minute that it came in.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable

from fairway.domain import metrics
from fairway.domain.metrics import GRADES, Sample, Series
from fairway.errors import FairwayError
from fairway.ports.clock import Clock
from fairway.ports.metrics import History, Samples

LOG = logging.getLogger(__name__)
SECONDS, MINUTES, TENS = GRADES
SETTLE = 2.0
"""Seconds after a minute's end at which its last second has been measured, also when a source was slow."""


class Archivist:
    """Thins while `run` runs."""

    def __init__(self, samples: Samples, history: History, clock: Clock) -> None:
        self._samples = samples
        self._history = history
        self._clock = clock
        self._failing = False

    async def run(self) -> None:
        """Thin each minute when it has ended, until cancelled."""
        while True:
            end = (math.floor(self._clock.now() / MINUTES.step) + 1) * MINUTES.step
            while (left := end + SETTLE - self._clock.now()) > 0:
                await self._clock.sleep(left)
            await self.thin(end)

    async def thin(self, end: int) -> None:
        """Thin the minute that ended then, and the ten minutes if they did. Raises nothing."""
        if await self._attempt(self._thin_minute(end)) and end % TENS.step == 0:
            await self._attempt(self._thin_ten(end))

    async def _thin_minute(self, end: int) -> None:
        thinned: dict[Series, list[Sample]] = {}
        for series in self._samples.series():
            seconds = [each for each in self._samples.recent(series, since=end - MINUTES.step) if each.at <= end]
            if seconds:
                thinned[series] = [metrics.thin(seconds, at=end)]
            # 200 tasks take 50 ms; whoever else is waited for goes first.
            await asyncio.sleep(0)
        await self._history.append(MINUTES.step, thinned)

    async def _thin_ten(self, end: int) -> None:
        minutes = await self._history.read(MINUTES.step, since=end - TENS.step)
        tens = {
            series: [metrics.thin(those, at=end)]
            for series, samples in minutes.items()
            if (those := [each for each in samples if each.at <= end])
        }
        await self._history.append(TENS.step, tens)

    async def _attempt(self, work: Awaitable[None]) -> bool:
        """Whether it was done. A failure is told when it was not there the last time."""
        try:
            await work
        except FairwayError as error:
            if not self._failing:
                LOG.warning("%s: %s; this minute is missing in the history", error.what, error.why)
            self._failing = True
            return False
        self._failing = False
        return True
