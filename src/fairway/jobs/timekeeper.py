"""Keeps to the schedules of jobs: a time that has come is run once, or recorded as missed.

Level-triggered: at each look the timetable is made to say what the current release of each environment declares, so
that a schedule moves with the release, and goes with it. A time is taken in one transaction with the run that it starts
(`Timetable.take`), by whoever is first: a server that dies before it has left the time untouched, one that dies after
it has left a run that the next server goes on with.

A time that comes while an earlier run goes on stays untouched until that has ended, where runs must not overlap; one
that comes while the environment is closed, until it is open.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from fairway.domain import due as judging
from fairway.domain import schedule as times
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.events import Event
from fairway.domain.ids import AppName, EnvironmentName, JobName
from fairway.domain.job import Job, specify
from fairway.domain.run import Run, RunStatus
from fairway.errors import Conflict, FairwayError, NotFound
from fairway.jobs.current import Current, Finder
from fairway.jobs.desk import make_run
from fairway.jobs.ledger import Ledger
from fairway.jobs.pausing import pause
from fairway.ports.runs import Timed
from fairway.ports.stores import DesiredStates

LOG = logging.getLogger(__name__)
LONGEST = 30.0
"""Seconds between two looks: the clock of a host may be set."""
REPLACED = "its next time has come"
CHANGED = "its schedule was changed or taken away before it could begin"
DOWN = "the environment was taken down"

Key = tuple[AppName, EnvironmentName, JobName]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A scheduled job of the release that an environment has."""

    job: Job
    current: Current


class Timekeeper:
    """Keeps to them; `run` is kept running. `desired` is the store of this server's apps, `wake_runner` is called when
    there is a run to see through."""

    def __init__(self, ledger: Ledger, finder: Finder, desired: DesiredStates, wake_runner: Callable[[], None]) -> None:
        self._ledger = ledger
        self._runs = ledger.runs
        self._timetable = ledger.timetable
        self._clock = ledger.clock
        self._finder = finder
        self._desired = desired
        self._wake_runner = wake_runner
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """A run has ended, or another release or none is current."""
        self._changed.set()

    async def run(self, announced: AsyncIterator[Event]) -> None:
        """Keep to the times, until cancelled. `announced` is what `Notices.follow` gives."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(announced))
            while True:
                self._changed.clear()
                next_ = await self.look()
                wait = LONGEST if next_ is None else min(LONGEST, max(0.0, next_ - self._clock.now()))
                await pause(self._clock, self._changed, wait)

    async def look(self) -> float | None:
        """Do what is due; when the next time is, None when there is none. Raises nothing but a cancellation."""
        try:
            places = await self._desired.list()
            unfinished = await self._runs.unfinished()
            await self._stop_what_was_taken_down(places, unfinished)
            declared = await self._find_declared(places)
            lines = await self._align(declared)
        except FairwayError as error:
            LOG.warning("the jobs can't be looked at: %s: %s; trying again", error.what, error.why)
            return None
        closed = {desired.key for desired in places if desired.closed}
        for line in lines:
            if line.due <= self._clock.now():
                held = (line.app, line.environment) in closed
                job = declared[line.app, line.environment, line.job]
                await self._keep_to_safely(line, job, unfinished, closed=held)
        return min((line.due for line in lines if line.due > self._clock.now()), default=None)

    async def _find_declared(self, places: Sequence[DesiredEnvironment]) -> Mapping[Key, Declared]:
        found: dict[Key, Declared] = {}
        for desired in places:
            current = await self._finder.find(*desired.key) if desired.services else None
            for job in current.release.description.jobs if current is not None else ():
                if current is not None and job.schedule is not None:
                    found[(*desired.key, job.name)] = Declared(job=job, current=current)
        return found

    async def _align(self, declared: Mapping[Key, Declared]) -> Sequence[Timed]:
        """Make the timetable say what is declared; its lines. One whose schedule is what it was keeps its time."""
        lines = {(line.app, line.environment, line.job): line for line in await self._timetable.list()}
        for key, line in lines.items():
            if key not in declared or declared[key].job.schedule != line.schedule:
                await self._give_up(line)
        aligned = []
        for key, each in declared.items():
            known, schedule = lines.get(key), each.job.schedule
            if known is None or known.schedule != schedule:
                known = await self._enter(key, schedule) if schedule is not None else None
            if known is not None:
                aligned.append(known)
        return aligned

    async def _give_up(self, line: Timed) -> None:
        """The schedule holds no more. A time of it that had come and was not taken, since a run before it went on, is
        recorded as missed; the run that it waited for says what it would have been started from."""
        before = await self._runs.list(line.app, environment=line.environment, job=line.job, limit=1)
        now = self._clock.now()
        if line.due > now or not before:
            await self._timetable.remove(line)
            return
        blank = Run(
            app=line.app,
            number=before[0].number,
            environment=line.environment,
            job=line.job,
            release=before[0].release,
            configuration=before[0].configuration,
            spec=before[0].spec,
            status=RunStatus.MISSED,
            by=str(line.schedule),
            created_at=now,
            due=line.due,
            ended_at=now,
            cause=CHANGED,
        )
        await self._ledger.take(line, None, [blank])

    async def _enter(self, key: Key, schedule: times.Schedule) -> Timed | None:
        app, environment, job = key
        try:
            due = times.following(schedule, self._clock.now())
        except Exception:
            # A time zone that this host does not have ends nobody else's schedule.
            LOG.exception("the schedule %s of %s can't be kept to", schedule, job, extra={"app": app})
            return None
        if due is None:
            return None
        line = Timed(app=app, environment=environment, job=job, schedule=schedule, due=due)
        try:
            await self._timetable.put(line)
        except NotFound:
            return None  # the app was deleted meanwhile
        return line

    async def _keep_to_safely(
        self, line: Timed, declared: Declared, unfinished: Sequence[Run], *, closed: bool
    ) -> None:
        try:
            await self._keep_to(line, declared, unfinished, closed=closed)
        except Exception:
            # One job's trouble ends nobody's schedule. It is tried again, as its time has not been taken.
            LOG.exception("the time of %s could not be kept to; it is tried again", line.job, extra={"app": line.app})

    async def _keep_to(self, line: Timed, declared: Declared, unfinished: Sequence[Run], *, closed: bool) -> None:
        now = self._clock.now()
        going = [run for run in unfinished if key_of(run) == (line.app, line.environment, line.job)]
        verdict = judging.judge(declared.job, line.schedule, line.due, now, running=bool(going), closed=closed)
        if isinstance(verdict, judging.Wait):
            if verdict.stop:
                await self._stop(going, by=str(line.schedule), why=REPLACED)
            return
        wanted = make_runs(line, declared, verdict, now=now)
        if await self._ledger.take(line, times.following(line.schedule, now), wanted):
            self._wake_runner()

    async def _stop_what_was_taken_down(self, places: Sequence[DesiredEnvironment], unfinished: Sequence[Run]) -> None:
        down = {desired.key for desired in places if not desired.services}
        await self._stop([run for run in unfinished if (run.app, run.environment) in down], by="", why=DOWN)

    async def _stop(self, going: Sequence[Run], *, by: str, why: str) -> None:
        for run in going:
            if run.status is RunStatus.STOPPING:
                continue
            try:
                await self._ledger.stop(run.app, run.number, by=by, why=why)
            except (Conflict, NotFound):
                continue  # it has ended by itself in the meantime
            self._wake_runner()

    async def _listen(self, announced: AsyncIterator[Event]) -> None:
        async for event in announced:
            if event.kind.startswith(("deployment.", "notices.")):
                self.wake()


def key_of(run: Run) -> Key:
    """Which job it is a run of."""
    return run.app, run.environment, run.job


def make_runs(line: Timed, declared: Declared, verdict: judging.Start | judging.Miss, *, now: float) -> Sequence[Run]:
    """The runs that are kept with a time: the one that is started, and one that stands for those that were missed."""

    def make(due: float) -> Run:
        release = declared.current.release
        spec = specify(declared.job, release.image, release.description.volumes)
        by = str(line.schedule)
        return make_run(line.app, line.environment, line.job, declared.current, spec, by=by, at=now, due=due)

    def missed(due: float) -> Run:
        return replace(make(due), status=RunStatus.MISSED, ended_at=now, cause=judging.sentence(verdict))

    match verdict:
        case judging.Miss(at=at):
            return [missed(at)]
        case judging.Start(at=at, missed=0):
            return [make(at)]
        case judging.Start(at=at, last=last):
            return [missed(last), make(at)]
