"""An environment is closed while something goes on that what it runs can't run beside, and opened again.

Closed, it keeps its services and their counts, and has no task: the orchestrator sees to that, and to the page for who
asks. Every deployment opens it, when its first task is healthy.
"""

from dataclasses import replace

from fairway.deploy import leaving
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.observed import TaskStatus
from fairway.domain.rollout import Progress
from fairway.domain.run import RunStatus
from fairway.errors import Conflict, WorkFailed
from fairway.ports.builder import LogSink
from fairway.ports.clock import Clock
from fairway.ports.observations import Observations
from fairway.ports.runs import Runs
from fairway.ports.stores import DesiredStates

ATTEMPTS = 5
"""How often a write is tried that somebody else's came before."""


class Doors:
    """Those of every environment of this server."""

    def __init__(self, desired: DesiredStates, observations: Observations, clock: Clock, runs: Runs) -> None:
        self._runs = runs
        self._clock = clock
        self._desired = desired
        self._observations = observations

    async def close(self, app: AppName, environment: EnvironmentName, log: LogSink) -> None:
        """Close it, and return when none of its tasks is left; one that nothing is desired of has none. Runs that had
        begun go on, and are named. Raises WorkFailed when a task does not end in its time, Conflict, Unavailable."""
        longest = await self._write(app, environment, closed=True)
        if longest is None:
            return
        timeout = longest + leaving.PATIENCE

        def say(text: str) -> None:
            log(f"closed; {text}")

        if not await leaving.wait(self._observations, app, environment, self._left, say, timeout=timeout):
            raise WorkFailed(
                f"{environment} could not be closed",
                why=f"its tasks did not end within {timeout:.0f} s of their stop signal",
                hint=f"fairway ps -e {environment} shows them",
            )
        log("closed; no task is left")
        for run in await self._runs.unfinished():
            if (run.app, run.environment) == (app, environment) and run.status is not RunStatus.PENDING:
                log(f"run {run.number} ({run.name}) had begun before and goes on; fairway jobs stop {run.number}")

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
                    at = self._clock.now() if closed else None
                    await self._desired.put(replace(current, closed=closed, closed_at=at))
            except Conflict:
                # Scaling may change a count at this moment.
                if attempt == ATTEMPTS:
                    raise
                continue
            return max(each.spec.stop_timeout for each in current.services)
        raise AssertionError("the last attempt returns or raises")

    def _left(self, progress: Progress) -> int | None:
        """How many tasks have not ended, None when the look did not know yet that it is closed."""
        observed = self._observations.observed(progress.app, progress.environment)
        if observed is None or not progress.closed or progress.trouble:
            return None
        return sum(each.task.status is not TaskStatus.STOPPED for each in observed.tasks)
