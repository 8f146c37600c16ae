"""What HAProxy answers: `ports.metrics.Traffic`. Counts come from `show stat`, latencies from the ring (`ring.py`).

Each worker is asked, also one of before a reload that finishes: it can't end before its last request has been counted,
since the stream from its ring is closed only then. One that dies takes its last second along. A worker that came since
the last look is counted from its beginning.
"""

import logging
from collections.abc import Mapping

from fairway.adapters.haproxy import config, counters
from fairway.adapters.haproxy.balancer import HaproxyBalancer
from fairway.adapters.haproxy.counters import BACKEND, Counts, Growth, Ledger, Path
from fairway.adapters.haproxy.ring import Ring
from fairway.domain.metrics import NO_LATENCIES, Answered, Latencies, Series, merge
from fairway.errors import Unavailable

LOG = logging.getLogger(__name__)


class HaproxyMeter:
    """Of the balancer's HAProxy. Close it in the end."""

    def __init__(self, balancer: HaproxyBalancer) -> None:
        self._balancer = balancer
        self._ring = Ring(balancer.directory)
        self._ledger = Ledger()
        self._owed: dict[Path, Latencies] = {}
        self._deaf = False
        self._told = 0

    async def take(self) -> Mapping[Series, Answered]:
        """See the port."""
        runtime = self._balancer.runtime
        processes = await runtime.processes()
        if processes.worker is None:
            raise Unavailable("the load balancer is starting", why="HAProxy's master has no worker yet")
        counts: dict[int, Mapping[Path, Counts]] = {}
        counts[processes.worker] = counters.parse(await runtime.statistics(processes.worker))
        for pid in processes.finishing:
            try:
                counts[pid] = counters.parse(await runtime.statistics(pid))
            except Unavailable:
                # It has ended since it was listed, or is too busy; if it is there the next time, nothing is lost.
                continue
        busy = [pid for pid in processes.finishing if pid not in counts or is_busy(counts[pid])]
        await self._listen(processes.worker, busy)
        # Nothing is forgotten before all has been read: who is cancelled above this line finds it the next time.
        growths = self._ledger.enter(counts, listed=(processes.worker, *processes.finishing))
        latencies, self._owed = self._owed, {}
        return self._name(growths, latencies)

    def close(self) -> None:
        """Let HAProxy's streams go."""
        self._ring.close()

    async def _listen(self, worker: int, busy: list[int]) -> None:
        """Add what the ring has to what is owed. Counts are worth having without latencies."""
        try:
            heard = await self._ring.take(worker, busy)
        except OSError as error:
            if not self._deaf:
                LOG.warning("HAProxy's ring can't be read, so there are no latencies: %s", error)
            self._deaf = True
            return
        self._deaf = False
        # Told when it has doubled: as often as there are digits, however long the overload lasts.
        if self._ring.dropped > 2 * self._told:
            self._told = self._ring.dropped
            LOG.warning(
                "HAProxy had no room for %d lines so far: percentiles are of the other requests", self._ring.dropped
            )
        for path, latencies in heard.items():
            self._owed[path] = merge((self._owed.get(path, NO_LATENCIES), latencies))

    def _name(self, growths: Mapping[Path, Growth], latencies: Mapping[Path, Latencies]) -> dict[Series, Answered]:
        """By series instead of HAProxy's names."""
        table, named = self._balancer.table, {}
        for entry in table.routes:
            route, slot = entry.route, config.slot_name(entry.slot)
            service = Series(app=route.app, environment=route.environment, service=route.service)
            named[service] = describe(growths.get((slot, BACKEND)), latencies.get((slot, BACKEND)))
        for target in table.targets:
            slot = config.slot_name(table.slot(target.app, target.environment, target.service) or 0)
            task = Series(app=target.app, environment=target.environment, service=target.service, task=target.task)
            named[task] = describe(growths.get((slot, target.task)), latencies.get((slot, target.task)))
        return named


def describe(growth: Growth | None, latencies: Latencies | None) -> Answered:
    """HAProxy's numbers in the port's words."""
    growth = growth or Growth()
    return Answered(
        requests=growth.answers,
        errors=growth.errors,
        refused=growth.refused,
        queue=growth.busy,
        latencies=latencies or NO_LATENCIES,
    )


def is_busy(counts: Mapping[Path, Counts]) -> bool:
    """Whether the worker has a request under way."""
    return any(each.busy for path, each in counts.items() if path[1] == BACKEND)
