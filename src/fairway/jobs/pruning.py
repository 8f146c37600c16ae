"""Forgetting old runs and their logs, once an hour, so that a job of every minute fills no disk.

The log goes first: what dies in between leaves a run without a log, which the next round takes, and no log without a
run, which nobody would find again.
"""

import asyncio
import logging

from fairway.domain.run import Policy, runs_to_go
from fairway.errors import FairwayError
from fairway.ports.clock import Clock
from fairway.ports.runs import RunLogs, Runs
from fairway.ports.stores import Apps

LOG = logging.getLogger(__name__)
EVERY = 3600.0
"""Seconds between two rounds, and before the first one: a server that starts has better things to do."""
ALL = 100_000
"""More runs of an app than there are ever kept."""


class Pruner:
    """Forgets them. `apps` is the store of this server's apps."""

    def __init__(self, apps: Apps, runs: Runs, logs: RunLogs, clock: Clock, policy: Policy) -> None:
        self._apps = apps
        self._runs = runs
        self._logs = logs
        self._clock = clock
        self._policy = policy

    async def run(self) -> None:
        """Clear up now and then, until cancelled."""
        while True:
            await self._clock.sleep(EVERY)
            try:
                await self.clear_up()
            except FairwayError as error:
                LOG.warning("old runs can't be forgotten: %s: %s; it is tried again in an hour", error.what, error.why)

    async def clear_up(self) -> None:
        """One round. Raises Unavailable."""
        for record in await self._apps.list():
            found = await self._runs.list(record.name, limit=ALL)
            going = runs_to_go(found, now=self._clock.now(), policy=self._policy)
            for number in going:
                await asyncio.to_thread(self._logs.forget, record.name, int(number))
            await self._runs.delete(record.name, going)
