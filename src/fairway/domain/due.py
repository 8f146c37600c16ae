"""What becomes of a time of a schedule that has come.

Pure, and the same however often it is asked: what was decided counts once it is kept. Of several times that passed only
the last one is run, as Kubernetes' CronJob does it; the others are missed, and said to be.
"""

from dataclasses import dataclass

from fairway.domain import schedule as times
from fairway.domain.job import Concurrency, Job
from fairway.domain.schedule import Schedule

MOST = 100
"""Times that passed are counted up to this; a schedule of every minute has 10,080 in a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Run the job for this time; so many times before it were missed, the last one at `last`."""

    at: float
    missed: int = 0
    last: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """So many times are missed, this one the last of them; `running`: since a run went on that wanted no other one,
    `closed`: since the environment was closed."""

    at: float
    times: int
    running: bool
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Nothing yet: a run goes on, or the environment is closed. `stop`: the run is to be stopped."""

    stop: bool


def judge(
    job: Job, schedule: Schedule, due: float, now: float, *, running: bool, closed: bool = False
) -> Start | Miss | Wait:
    """What is to be done at `now` about the time `due`, which is not later. `running`: a run of the job goes on.
    `closed`: a migration goes on that the job's release can't run beside, so that nothing begins and nothing ends.

    Concrete example: every full hour, a deadline of half an hour. Looked at 3:20 with 1:00 due: 3:00 is run, 1:00 and
    2:00 are missed. Looked at 3:40: all three are missed, and 4:00 is due next.
    """
    last = max(due, times.latest(schedule, now) or due)
    if now - last > job.deadline:
        return Miss(at=last, times=count(schedule, due, last) + 1, running=running, closed=closed)
    if closed:
        return Wait(stop=False)
    if running and job.concurrency is not Concurrency.ALLOW:
        return Wait(stop=job.concurrency is Concurrency.REPLACE)
    before = count(schedule, due, last)
    return Start(at=last, missed=before, last=(times.latest(schedule, last - 1.0) or due) if before else 0.0)


def count(schedule: Schedule, first: float, end: float) -> int:
    """How many times there are from `first` on that are before `end`, counted up to MOST."""
    found = 0
    at: float | None = first
    while at is not None and at < end and found < MOST:
        found += 1
        at = times.following(schedule, at)
    return found


def sentence(verdict: Start | Miss) -> str:
    """Why times were missed, "" when none were."""
    match verdict:
        case Start(missed=0):
            return ""
        case Start(missed=missed):
            return f"a later time was run in its place{_among(missed)}"
        case Miss(times=missed, closed=True):
            return f"the environment was closed for a migration{_among(missed)}"
        case Miss(times=missed, running=True):
            return f"a run before it still went on{_among(missed)}"
        case Miss(times=missed):
            return f"no server ran then, or its engine did not answer{_among(missed)}"


def _among(missed: int) -> str:
    if missed == 1:
        return ""
    many = f"{missed} times" if missed < MOST else f"{MOST} times or more"
    return f"; it is the last of {many} that were missed"
