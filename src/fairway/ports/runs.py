"""The runs of jobs, when scheduled jobs are due next, and what runs print: what lasts over restarts of the server."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from fairway.domain.ids import AppName, EnvironmentName, JobName, RunNumber
from fairway.domain.run import Run
from fairway.domain.schedule import Schedule


class Runs(Protocol):
    """Every run until it is deleted; they go with their app."""

    async def create(self, run: Run) -> Run:
        """Keep it under the next number (its own is ignored), and return it with that. Raises NotFound for an unknown
        app."""
        ...

    async def get(self, app: AppName, number: int) -> Run:
        """Raises NotFound."""
        ...

    async def list(
        self, app: AppName, *, environment: str | None = None, job: str | None = None, limit: int = 20
    ) -> Sequence[Run]:
        """Newest first; `job` "" are those of commands that were given by hand."""
        ...

    async def unfinished(self) -> Sequence[Run]:
        """Of every app, oldest first."""
        ...

    async def change(self, before: Run, after: Run) -> bool:
        """Keep `after` in place of `before`, with a version one higher; False when it is not `before` any more."""
        ...

    async def delete(self, app: AppName, numbers: Sequence[RunNumber]) -> None:
        """Delete those of them that have ended."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A scheduled job of an environment, and `due`, seconds since the epoch."""

    app: AppName
    environment: EnvironmentName
    job: JobName
    schedule: Schedule
    due: float


class Timetable(Protocol):
    """At most one line for each job of an environment; they go with their app."""

    async def list(self, app: AppName | None = None) -> Sequence[Timed]:
        """Of that app or of every one, by app, environment and job."""
        ...

    async def put(self, timed: Timed) -> None:
        """Keep it, in place of the job's former one. Raises NotFound for an unknown app."""
        ...

    async def remove(self, timed: Timed) -> None:
        """Forget the job's line. One that is not there is no error."""
        ...

    async def take(self, timed: Timed, due: float | None, runs: Sequence[Run]) -> Sequence[Run] | None:
        """Take a time: set when the job is due next (None: never again) and keep these runs under the next numbers, all
        or nothing.

        None, and nothing is changed, when another line is kept by now. A time that has a run gets no second one: what
        is returned are the runs that were kept.
        """
        ...


class RunLogs(Protocol):
    """What each attempt of each run printed; `part` is its number."""

    def write(self, app: str, number: int, part: str, *, resume: bool) -> AbstractContextManager[Callable[[str], None]]:
        """To be called with each line; an earlier log is continued with `resume`, replaced without."""
        ...

    def tail(self, app: str, number: int, part: str, lines: int) -> tuple[str, ...]:
        """The last lines."""
        ...

    def follow(self, app: str, number: int, part: str) -> AsyncIterator[str]:
        """The lines so far, then each further one until it is written no more; none when it never was."""
        ...

    def forget(self, app: str, number: int) -> None:
        """Delete those of a run."""
        ...
