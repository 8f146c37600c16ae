"""What nobody waits for any more: passages whose execution was stopped or whose server died, and what they left.

One that was migrating is found out, however long that takes; one that was not is ended. An execution that a restarted
server goes on with comes to its passage by itself, and has the time of two looks for that: the log is its own then.
"""

import logging

from fairway.domain.ids import AppName
from fairway.domain.passage import Passage, PassageStatus
from fairway.errors import FairwayError, NotFound
from fairway.migrate import commands
from fairway.migrate.guard import Guard
from fairway.ports.guarding import Passages
from fairway.ports.jobs import Jobs
from fairway.ports.stores import Executions

LOG = logging.getLogger(__name__)
EVERY = 30.0
"""Seconds between two looks."""


class Attendant:
    """Sees to them; `run` is kept running."""

    def __init__(self, guard: Guard, executions: Executions) -> None:
        self._guard = guard
        self._executions = executions
        self._seen: set[tuple[str, int]] = set()

    async def run(self) -> None:
        """Sweep, then look, until cancelled."""
        parts = self._guard.parts
        swept = False
        while True:
            try:
                if not swept:
                    await parts.trials.sweep()
                    swept = True
                await self.look()
            except FairwayError as error:
                LOG.warning("left migrations can't be looked at: %s: %s; trying again", error.what, error.why)
            await parts.clock.sleep(EVERY)

    async def look(self) -> None:
        """See to each that was without somebody at the last look too. Raises Unavailable."""
        left = [each for each in await self._guard.parts.passages.unfinished() if not self._guard.has(each)]
        before, self._seen = self._seen, {(each.app, each.number) for each in left}
        for passage in left:
            if (passage.app, passage.number) in before and not await self._is_awaited(passage):
                await self._end(passage)
        await remove_left(self._guard.parts.jobs, self._guard.parts.passages)

    async def abandon(self, app: AppName, key: str) -> None:
        """End the passages whose keys begin so, as far as they do not migrate; the others come to their end."""
        for passage in await self._guard.parts.passages.unfinished():
            if passage.app == app and passage.key.startswith(key):
                await self._guard.stop(passage)

    async def _is_awaited(self, passage: Passage) -> bool:
        """Whether its execution will come to it."""
        if passage.execution is None or passage.status is PassageStatus.MIGRATING:
            return False
        try:
            return not (await self._executions.get(passage.app, passage.execution)).finished
        except NotFound:
            return False

    async def _end(self, passage: Passage) -> None:
        if passage.status is not PassageStatus.MIGRATING:
            await self._guard.stop(passage)
            return
        try:
            ended = await self._guard.finish(passage, lambda text: LOG.info("passage %s: %s", passage.number, text))
            LOG.warning("passage %s of %s was left while it migrated: %s", ended.number, ended.app, ended.summary)
        except FairwayError as error:
            LOG.warning("passage %s of %s can't be found out: %s", passage.number, passage.app, error.what)


async def remove_left(jobs: Jobs, passages: Passages) -> None:
    """Remove the jobs that no unfinished passage has. They are listed first, so that one which begins meanwhile is not
    among them. Raises Unavailable."""
    found = await jobs.list()
    needed = {job for passage in await passages.unfinished() for job in commands.jobs_of(passage)}
    for job in found:
        if job not in needed:
            await jobs.remove(job)
