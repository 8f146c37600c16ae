"""The records of runs as this room changes them: each change by compare-and-set, and told once it is kept."""

from collections.abc import Sequence

from fairway.domain import run as runs
from fairway.domain.ids import AppName
from fairway.domain.run import Run
from fairway.errors import Conflict
from fairway.jobs import explaining
from fairway.ports.clock import Clock
from fairway.ports.notify import Notices
from fairway.ports.runs import Runs, Timed, Timetable

ATTEMPTS = 10
"""How often a change is tried again when the run has changed meanwhile."""


class Ledger:
    """Changes them, and tells it. `runs` is the store of this server's apps."""

    def __init__(self, runs: Runs, timetable: Timetable, clock: Clock, notices: Notices) -> None:
        self.runs = runs
        self.timetable = timetable
        self.clock = clock
        self._notices = notices

    async def create(self, run: Run) -> Run:
        """Keep a new run. Raises NotFound for an unknown app."""
        return await self.runs.create(run)

    async def take(self, timed: Timed, due: float | None, wanted: Sequence[Run]) -> bool:
        """Take a time with its runs; False when somebody else has."""
        kept = await self.timetable.take(timed, due, wanted)
        for run in kept or ():
            self._tell(run)
        return kept is not None

    async def change(self, before: Run, after: Run) -> bool:
        """False when it is not `before` any more."""
        if not await self.runs.change(before, after):
            return False
        self._tell(after)
        return True

    async def stop(self, app: AppName, number: int, *, by: str, why: str = "") -> Run:
        """Want its end; that is kept before this returns. One whose end is wanted already stays as it is. Raises
        NotFound, and Conflict for one that has ended."""
        for _ in range(ATTEMPTS):
            run = await self.runs.get(app, number)
            if run.finished:
                raise Conflict(
                    f"run {number} has ended", why=f"it is {run.status.lower()}", hint=f"fairway jobs show {number}"
                )
            if run.status is runs.RunStatus.STOPPING:
                return run
            if await self.change(run, runs.stop(run, by=by, why=why, at=self.clock.now())):
                return await self.runs.get(app, number)
        raise Conflict(f"run {number} changes all the time", hint=f"try it again: fairway jobs stop {number}")

    def _tell(self, run: Run) -> None:
        event = explaining.event(run, self.clock.now())
        if event is not None:
            self._notices.publish(event)
