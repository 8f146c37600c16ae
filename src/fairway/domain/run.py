"""A run of a job: one command, from the moment at which it was wanted to its end, over all its attempts.

    PENDING    wanted; no container of this attempt was asked for yet
    STARTING   its container is being made: after a crash nobody knows whether it was, but for the engine
    RUNNING    its container was seen to have started; should it be gone, it is not started again
    STOPPING   somebody wants it to end

A run is a record of its own, not a part of the release: what it was started from stands in it, so that it can be gone
on with when the release that it came from has been deleted.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from fairway.domain import retry
from fairway.domain.ids import AppName, EnvironmentName, JobId, JobName, ReleaseNumber, RunNumber
from fairway.domain.image import Image
from fairway.domain.volume import Volume

FIRST_DELAY, LONGEST_DELAY = 10.0, 360.0
"""Seconds before the second attempt, doubled before each further one up to six minutes, as Kubernetes does it."""
DAY = 86400.0
NOT_FOUND = 127
"""The exit code of a shell, and of Docker's init, for a program that is not there."""


class RunStatus(StrEnum):
    PENDING = "PENDING"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    STOPPING = "STOPPING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    STOPPED = "STOPPED"
    MISSED = "MISSED"


TRANSITIONS: Mapping[RunStatus, frozenset[RunStatus]] = MappingProxyType(
    {
        RunStatus.PENDING: frozenset({RunStatus.STARTING, RunStatus.STOPPED, RunStatus.MISSED}),
        RunStatus.STARTING: frozenset(
            {RunStatus.RUNNING, RunStatus.PENDING, RunStatus.STOPPING, RunStatus.FAILED, RunStatus.MISSED}
        ),
        RunStatus.RUNNING: frozenset(
            {
                RunStatus.PENDING,
                RunStatus.STOPPING,
                RunStatus.SUCCEEDED,
                RunStatus.FAILED,
                RunStatus.TIMED_OUT,
            }
        ),
        RunStatus.STOPPING: frozenset({RunStatus.STOPPED}),
        RunStatus.SUCCEEDED: frozenset(),
        RunStatus.FAILED: frozenset(),
        RunStatus.TIMED_OUT: frozenset(),
        RunStatus.STOPPED: frozenset(),
        RunStatus.MISSED: frozenset(),
    }
)
"""PENDING comes again when an attempt failed and another one follows. A time that was missed begins as MISSED."""

UNFINISHED = frozenset(status for status, targets in TRANSITIONS.items() if targets)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """What a run is started from, but for the variables' values. The first word of `command` is the program. `timeout`
    is of one attempt, in seconds; `retries` how many more attempts there may be; `deadline` is how many seconds after
    its time it may still begin; `alone`: it begins when no earlier run of the same job is left. `volumes` are those of
    its environment."""

    image: Image
    command: tuple[str, ...]
    cpu: float
    memory: int
    timeout: float
    retries: int = 0
    deadline: float = 3600.0
    alone: bool = False
    volumes: tuple[Volume, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One that has ended. `code` is None when no process ever ran, or how it ended isn't known."""

    number: int
    started_at: float
    ended_at: float
    code: int | None
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`job` is the declared job, "" for a command that was given by hand. `by` is who asked, or the schedule; `due` the
    time that it was started for, None for one that somebody asked for.

    `configuration` is the version of the variables. `server` is the instance whose engine has its container.
    `not_before` is when its next attempt may begin, `began_at` when the present one was seen to have started.
    `stopped_by` is who asked for its end, and `why` for what reason. `while_closed`: it begins in a closed environment
    too, since who asked for it said so.
    `cause` says in a sentence why it ended as it did, "" for one that succeeded. `version` counts its changes.
    """

    app: AppName
    number: RunNumber
    environment: EnvironmentName
    job: JobName
    release: ReleaseNumber
    configuration: int
    spec: RunSpec
    status: RunStatus
    by: str
    created_at: float
    due: float | None = None
    attempt: int = 1
    attempts: tuple[Attempt, ...] = ()
    not_before: float = 0.0
    began_at: float | None = None
    server: str = ""
    started_at: float | None = None
    ended_at: float | None = None
    code: int | None = None
    cause: str = ""
    stopped_by: str = ""
    why: str = ""
    version: int = 0
    while_closed: bool = False

    @property
    def finished(self) -> bool:
        """Whether it never changes again."""
        return self.status not in UNFINISHED

    @property
    def name(self) -> str:
        """What a person calls it, and its container."""
        return self.job or "exec"

    @property
    def container(self) -> JobId:
        """What the present attempt's container is known by, to this server and to one that comes after it. The time is
        in it, because the numbers of an app that is deleted and made again begin at 1 again."""
        text = f"{self.app}/{self.number}/{self.created_at:.6f}/{self.attempt}"
        return JobId(hashlib.sha256(text.encode()).hexdigest()[:12])


def advance(run: Run, to: RunStatus, **changes: object) -> Run:
    """The run in its next status. Raises ValueError for a move that the table does not have."""
    if to not in TRANSITIONS[run.status]:
        raise ValueError(f"a run that is {run.status} can't become {to}")
    return replace(run, status=to, **changes)  # type: ignore[arg-type]


def start(run: Run, *, server: str) -> Run:
    """Its container is about to be made."""
    return advance(run, RunStatus.STARTING, server=server)


def started(run: Run, *, at: float) -> Run:
    """Its container was seen to have started."""
    return advance(run, RunStatus.RUNNING, started_at=run.started_at or at, began_at=at)


def stop(run: Run, *, by: str, why: str, at: float) -> Run:
    """Somebody wants it to end. One that never began has ended with that."""
    if run.status is RunStatus.PENDING:
        return advance(run, RunStatus.STOPPED, ended_at=at, cause=stop_sentence(by, why), stopped_by=by, why=why)
    return advance(run, RunStatus.STOPPING, stopped_by=by, why=why)


def late(run: Run, *, now: float) -> bool:
    """Whether the time that it was started for is too long ago for it to begin. Only the first attempt can be late."""
    return run.due is not None and run.attempt == 1 and now - run.due > run.spec.deadline


def end(run: Run, *, status: RunStatus, at: float, code: int | None, cause: str) -> Run:
    """An attempt has ended, in that status. A failed one is followed by another while there are retries left; one that
    ran out of time is not (AWS Batch's rule: it would most likely do so again)."""
    attempts = (*run.attempts, _attempt(run, at, code, cause))
    if status is RunStatus.FAILED and run.attempt <= run.spec.retries:
        wait = retry.delay(run.attempt, first=FIRST_DELAY, limit=LONGEST_DELAY)
        changes = {"attempt": run.attempt + 1, "attempts": attempts, "not_before": at + wait, "cause": cause}
        return advance(run, RunStatus.PENDING, began_at=None, **changes)
    return advance(run, status, attempts=attempts, ended_at=at, code=code, cause=cause)


def stopped(run: Run, *, at: float, code: int | None) -> Run:
    """One whose end was wanted has ended; `code` is None when no process of it was left."""
    cause = stop_sentence(run.stopped_by, run.why, code)
    attempts = (*run.attempts, _attempt(run, at, code, cause))
    return advance(run, RunStatus.STOPPED, attempts=attempts, ended_at=at, code=code, cause=cause)


def lost(run: Run, *, at: float, cause: str) -> Run:
    """How it ended can't be known, so it is not tried again: it may have done its work."""
    if run.status is RunStatus.STOPPING:
        return stopped(run, at=at, code=None)
    attempts = (*run.attempts, _attempt(run, at, None, cause))
    return advance(run, RunStatus.FAILED, attempts=attempts, ended_at=at, cause=cause)


def missed(run: Run, *, at: float, cause: str) -> Run:
    """Its time was too long ago before it could begin."""
    return advance(run, RunStatus.MISSED, ended_at=at, cause=cause)


def _attempt(run: Run, at: float, code: int | None, cause: str) -> Attempt:
    began = at if run.began_at is None else run.began_at
    return Attempt(number=run.attempt, started_at=began, ended_at=at, code=code, cause=cause)


def stop_sentence(by: str, why: str, code: int | None = None) -> str:
    """`stopped by ada: the environment was taken down; exit code 143`."""
    sentence = f"stopped by {by}" if by else "stopped"
    sentence += f": {why}" if why else ""
    return sentence if code is None else f"{sentence}; exit code {code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Of each job of an environment the newest `keep` ended runs are kept, if they are no older than `age` seconds; the
    newest one is kept whatever its age."""

    keep: int = 100
    age: float = 30 * DAY


def runs_to_go(runs: Sequence[Run], *, now: float, policy: Policy) -> Sequence[RunNumber]:
    """Which of an app's runs may go, with their logs. None that has not ended."""
    places: dict[tuple[str, str], int] = {}
    going: list[RunNumber] = []
    for run in sorted((each for each in runs if each.finished), key=lambda each: -each.number):
        place = places[run.environment, run.job] = places.get((run.environment, run.job), -1) + 1
        old = now - (run.ended_at or run.created_at) > policy.age
        if place >= policy.keep or (old and place > 0):
            going.append(run.number)
    return sorted(going)
