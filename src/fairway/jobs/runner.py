"""Sees every run through, from its record to its end, beside each other.

A kill between the end of a container and its removal leaves one that no run in progress has: `sweep` removes it.
"""

import asyncio
import logging
from collections.abc import Callable

from fairway.domain import retry
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.run import RunStatus
from fairway.errors import FairwayError, NotFound
from fairway.jobs.ledger import Ledger
from fairway.jobs.pausing import pause
from fairway.jobs.steps import Care, Closed, Steps, Variables
from fairway.ports.jobs import Jobs
from fairway.ports.leases import Holding
from fairway.ports.masks import Masks, Unmasked
from fairway.ports.runs import RunLogs

LOG = logging.getLogger(__name__)
LONGEST = 30.0
"""Seconds between two looks at the records when nothing told of a change."""
EVERY = 600.0
"""Seconds from one look for left containers to the next."""

Key = tuple[AppName, int]


async def never(app: AppName, environment: EnvironmentName) -> bool:
    """No environment is ever closed."""
    return False


class Runner:
    """Runs the runs of this server's apps. `server` is what this one is known by; `run` is kept running."""

    def __init__(
        self,
        ledger: Ledger,
        jobs: Jobs,
        variables: Variables,
        logs: RunLogs,
        holding: Holding,
        *,
        server: str,
        ended: Callable[[], None] = lambda: None,
        masks: Masks | None = None,
        closed: Closed = never,
    ) -> None:
        self._runs = ledger.runs
        self._clock = ledger.clock
        self._jobs = jobs
        self._holding = holding
        self._ended = ended
        self._steps = Steps(
            ledger,
            jobs,
            variables,
            logs,
            holding,
            server=server,
            ended=self._has_ended,
            masks=masks or Unmasked(),
            closed=closed,
        )
        self._cared: dict[Key, Care] = {}
        self._news = asyncio.Event()

    def wake(self) -> None:
        """A run was made, or its end is wanted."""
        self._news.set()

    async def run(self) -> None:
        """See all runs through, those of a dead server included, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_clear())
            while True:
                self._news.clear()
                await self._look(group)
                await pause(self._clock, self._news, LONGEST)

    async def sweep(self) -> None:
        """Remove the containers of runs that no run in progress has. They are listed first, so that one which begins
        meanwhile is not among them. Raises Unavailable."""
        found = await self._jobs.list()
        needed = {run.container for run in await self._runs.unfinished()}
        for job in found:
            if job not in needed:
                await self._holding.valid()
                await self._jobs.remove(job)

    async def _look(self, group: asyncio.TaskGroup) -> None:
        try:
            found = await self._runs.unfinished()
        except FairwayError as error:
            LOG.warning("the runs can't be read: %s: %s; they are looked at again", error.what, error.why)
            return
        for run in found:
            key = (run.app, int(run.number))
            if key not in self._cared:
                self._cared[key] = Care()
                group.create_task(self._care_for(key, self._cared[key]))
            elif run.status in (RunStatus.STOPPING, RunStatus.PENDING):
                self._cared[key].news.set()
        # One that was stopped before it began is among the unfinished no more.
        unfinished = {(run.app, int(run.number)) for run in found}
        for key, care in self._cared.items():
            if key not in unfinished:
                care.news.set()

    async def _care_for(self, key: Key, care: Care) -> None:
        """See one through. Whatever goes wrong with it is tried again, and ends no other run."""
        app, number = key
        try:
            while True:
                care.news.clear()
                try:
                    run = await self._runs.get(app, number)
                    if run.finished:
                        return
                    await self._steps.take(run, care)
                    care.troubles = 0
                except NotFound:
                    return
                except FairwayError as error:
                    care.troubles += 1
                    LOG.warning("run %d of %s can't go on: %s: %s; trying again", number, app, error.what, error.why)
                except Exception:
                    care.troubles += 1
                    LOG.exception("run %d of %s can't go on; trying again", number, app)
                await self._clock.sleep(retry.delay(care.troubles, limit=30.0))
        finally:
            self._cared.pop(key, None)
            self._ended()

    async def _keep_clear(self) -> None:
        """Remove what is left now and every ten minutes, until cancelled."""
        failures = 0
        while True:
            try:
                await self.sweep()
                failures = 0
            except FairwayError as error:
                failures += 1
                LOG.warning("left containers of runs can't be removed: %s; trying again", error.what)
            await self._clock.sleep(retry.delay(failures, limit=30.0) if failures else EVERY)

    def _has_ended(self) -> None:
        """Whoever waited for it may begin: another run of the job, or a time of its schedule."""
        self._ended()
        self.wake()
