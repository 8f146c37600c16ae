"""The measuring: each second, at the whole second, what the load balancer answered and what the tasks use becomes a
sample of each service and each task.

The two sources know nothing of each other. One that fails or is slow takes its part out of that second and nothing
else; it is told once when it begins to fail and once when it answers again. What is not known is left out: without the
load balancer there is no sample of a service that has a route, or of its tasks, since a sample with no requests would
say that nobody came.

The stamp is the whole second, whatever the milliseconds that the looking takes: who waits for three seconds in a row
would otherwise wait for a fourth.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Mapping
from typing import TypeVar

from fairway.domain import measuring
from fairway.domain.measuring import Known
from fairway.domain.metrics import Series, Use
from fairway.errors import FairwayError
from fairway.measure.totals import Totals
from fairway.ports.clock import Clock
from fairway.ports.metrics import Consumption, Samples, Traffic

LOG = logging.getLogger(__name__)
PATIENCE = 0.8
"""Seconds that a source may take, so that the next second begins on time."""

T = TypeVar("T")


class Meter:
    """Measures while `run` runs."""

    def __init__(self, traffic: Traffic, consumption: Consumption, samples: Samples, clock: Clock) -> None:
        self._traffic = traffic
        self._consumption = consumption
        self._samples = samples
        self._clock = clock
        self._failing: dict[str, str] = {}
        self.known = Known()
        """What was heard last, and when."""
        self.totals = Totals()

    async def run(self) -> None:
        """Measure at each whole second, until cancelled. One that has passed meanwhile is not caught up on."""
        while True:
            at = math.floor(self._clock.now()) + 1.0
            while (left := at - self._clock.now()) > 0:
                await self._clock.sleep(left)
            await self.measure(at)

    async def measure(self, at: float) -> None:
        """Measure once, as of `at`. Raises nothing."""
        answered, read = await asyncio.gather(
            self._ask("the load balancer", self._traffic.take()), self._ask("the tasks' use", self._read())
        )
        used_at, uses = read or (at, None)
        if answered is not None:
            self.totals.add(answered, at=at)
        self.known, samples = measuring.measure(self.known, at=at, answered=answered, uses=uses, used_at=used_at)
        self._samples.add(samples)

    async def _read(self) -> tuple[float, Mapping[Series, Use]]:
        """What the tasks use, and when it was read: in a busy second some milliseconds after the stamp."""
        uses = await self._consumption.read()
        return self._clock.now(), uses

    async def _ask(self, name: str, question: Awaitable[T]) -> T | None:
        """The answer, None when there is none in time."""
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await question
        except TimeoutError:
            self._tell(name, f"no answer in {PATIENCE} s")
        except FairwayError as error:
            self._tell(name, f"{error.what}: {error.why}")
        except Exception as error:
            # Whatever it is: measuring must never end the server. A trace for each kind of it, not for each second.
            if self._failing.get(name) != repr(error):
                LOG.exception("measuring %s failed", name)
            self._failing[name] = repr(error)
        else:
            if self._failing.pop(name, None) is not None:
                LOG.info("measuring %s works again", name)
            return answer
        return None

    def _tell(self, name: str, why: str) -> None:
        if name not in self._failing:
            LOG.warning("measuring %s failed: %s; these seconds are left out", name, why)
        self._failing[name] = why
