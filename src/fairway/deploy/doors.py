"""An environment is closed while something goes on that what it runs can't run beside, and opened again.

Closed, it keeps its services and their counts, and has no task: the orchestrator sees to that, and to the page for who
asks. Every deployment opens it, when its first task is healthy.
"""

import asyncio
from contextlib import aclosing
from dataclasses import replace

from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.observed import TaskStatus
from fairway.domain.rollout import Progress
from fairway.errors import Conflict, WorkFailed
from fairway.ports.builder import LogSink
from fairway.ports.observations import Observations
from fairway.ports.stores import DesiredStates

ATTEMPTS = 5
"""How often a write is tried that somebody else's came before."""
PATIENCE = 60.0
"""Seconds, beyond a task's own time to stop, after which one that is still there counts as one that does not end."""


class Doors:
    """Those of every environment of this server."""

    def __init__(self, desired: DesiredStates, observations: Observations) -> None:
        self._desired = desired
        self._observations = observations

    async def close(self, app: AppName, environment: EnvironmentName, log: LogSink) -> None:
        """Close it, and return when none of its tasks is left; one that nothing is desired of has none. Raises
        WorkFailed when one does not end in its time, Conflict, Unavailable."""
        longest = await self._write(app, environment, closed=True)
        if longest is None:
            return
        try:
            async with asyncio.timeout(longest + PATIENCE):
                await self._see_out(app, environment, log)
        except TimeoutError as error:
            raise WorkFailed(
                f"{environment} could not be closed",
                why=f"its tasks did not end within {longest + PATIENCE:.0f} s of their stop signal",
                hint=f"fairway ps -e {environment} shows them",
            ) from error

    async def open(self, app: AppName, environment: EnvironmentName) -> None:
        """Let what it ran before come back. Raises Conflict, Unavailable."""
        await self._write(app, environment, closed=False)

    async def _write(self, app: AppName, environment: EnvironmentName, *, closed: bool) -> float | None:
        """The longest time that one of its tasks may take to stop, in seconds; None where nothing is desired."""
        for attempt in range(1, ATTEMPTS + 1):
            current = await self._desired.get(app, environment)
            if current is None or not current.services:
                return None
            try:
                if current.closed != closed:
                    await self._desired.put(replace(current, closed=closed))
            except Conflict:
                # Scaling may change a count at this moment.
                if attempt == ATTEMPTS:
                    raise
                continue
            return max(each.spec.stop_timeout for each in current.services)
        raise AssertionError("the last attempt returns or raises")

    async def _see_out(self, app: AppName, environment: EnvironmentName, log: LogSink) -> None:
        said = 0
        async with aclosing(self._observations.follow(app, environment)) as looks:
            async for progress in looks:
                left = self._left(progress)
                if left == 0:
                    break
                if left is not None and left != said:
                    said = left
                    log(f"closed; {left} {'task has' if left == 1 else 'tasks have'} still to end")
        log("closed; no task is left")

    def _left(self, progress: Progress) -> int | None:
        """How many tasks have not ended, None when the look did not know yet that it is closed."""
        observed = self._observations.observed(progress.app, progress.environment)
        if observed is None or not progress.closed or progress.trouble:
            return None
        return sum(each.task.status is not TaskStatus.STOPPED for each in observed.tasks)
