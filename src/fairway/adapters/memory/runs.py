"""The runs of jobs and their timetable in memory."""

from collections.abc import Sequence
from dataclasses import replace

from fairway.adapters.memory.shelf import Shelf
from fairway.domain.ids import AppName, RunNumber
from fairway.domain.run import Run
from fairway.errors import NotFound
from fairway.ports.runs import Timed


class MemoryRuns:
    """`ports.runs.Runs`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def create(self, run: Run) -> Run:
        """Raises NotFound for an unknown app."""
        self._shelf.change(run.app)
        return keep(self._shelf, run)

    async def get(self, app: AppName, number: int) -> Run:
        """Raises NotFound."""
        self._shelf.visit()
        if (found := self._shelf.runs.get((app, number))) is None:
            raise NotFound(f"{app} has no run {number}", hint="fairway jobs lists them")
        return found

    async def list(
        self, app: AppName, *, environment: str | None = None, job: str | None = None, limit: int = 20
    ) -> Sequence[Run]:
        """Newest first."""
        self._shelf.visit()
        found = [
            run
            for (owner, _), run in sorted(self._shelf.runs.items(), reverse=True)
            if owner == app and environment in (None, run.environment) and job in (None, run.job)
        ]
        return found[:limit]

    async def unfinished(self) -> Sequence[Run]:
        """Of every app, oldest first."""
        self._shelf.visit()
        found = (run for run in self._shelf.runs.values() if not run.finished)
        return sorted(found, key=lambda run: (run.created_at, run.app, run.number))

    async def change(self, before: Run, after: Run) -> bool:
        """By compare-and-set."""
        self._shelf.change()
        key = (before.app, before.number)
        kept = self._shelf.runs.get(key)
        if kept is None or kept.version != before.version:
            return False
        self._shelf.runs[key] = replace(after, version=before.version + 1)
        return True

    async def delete(self, app: AppName, numbers: Sequence[RunNumber]) -> None:
        """Those that have ended."""
        self._shelf.change()
        for number in numbers:
            if (found := self._shelf.runs.get((app, number))) is not None and found.finished:
                del self._shelf.runs[app, number]


class MemoryTimetable:
    """`ports.runs.Timetable`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def list(self, app: AppName | None = None) -> Sequence[Timed]:
        """By app, environment and job."""
        self._shelf.visit()
        return [timed for (owner, *_), timed in sorted(self._shelf.job_times.items()) if app in (None, owner)]

    async def put(self, timed: Timed) -> None:
        """Keep it in place of the former one."""
        self._shelf.change(timed.app)
        self._shelf.job_times[timed.app, timed.environment, timed.job] = timed

    async def remove(self, timed: Timed) -> None:
        """Forget it."""
        self._shelf.change()
        self._shelf.job_times.pop((timed.app, timed.environment, timed.job), None)

    async def take(self, timed: Timed, due: float | None, runs: Sequence[Run]) -> Sequence[Run] | None:
        """By compare-and-set."""
        self._shelf.change()
        key = (timed.app, timed.environment, timed.job)
        if self._shelf.job_times.get(key) != timed:
            return None
        if due is None:
            del self._shelf.job_times[key]
        else:
            self._shelf.job_times[key] = replace(timed, due=due)
        taken = {(run.app, run.environment, run.job, run.due) for run in self._shelf.runs.values()}
        fresh = [run for run in runs if (run.app, run.environment, run.job, run.due) not in taken]
        return [keep(self._shelf, run) for run in fresh]


def keep(shelf: Shelf, run: Run) -> Run:
    """The run under the next number."""
    numbered = replace(run, number=RunNumber(shelf.count_up(run.app, "runs")))
    shelf.runs[run.app, numbered.number] = numbered
    return numbered
