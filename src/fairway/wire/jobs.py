"""Runs of jobs as the API shows them."""

from typing import Any

from pydantic import BaseModel

from fairway.domain import run as domain
from fairway.domain.job import Concurrency


class RunRequest(BaseModel):
    """What shall be run now: a declared `job`, or a `command`. `timeout` (of a command) is in seconds; null `service`:
    the limits of web. `while_closed`: it begins though the environment is closed for a migration."""

    environment: str
    job: str | None = None
    command: list[str] = []
    service: str | None = None
    timeout: float = 3600.0
    while_closed: bool = False


class Attempt(BaseModel):
    """One that has ended; `code` is null when no process ran, or how it ended isn't known."""

    number: int
    started_at: float
    ended_at: float
    code: int | None
    cause: str


class Run(BaseModel):
    """One run. `job` is "" for a command that was given by hand; `due` is the time that it was started for. `cause`
    says why it ended as it did, "" when it succeeded; `next_attempt_at` is set while another attempt is waited for."""

    app: str
    number: int
    environment: str
    job: str
    release: int
    command: list[str]
    status: domain.RunStatus
    by: str
    created_at: float
    due: float | None
    started_at: float | None
    ended_at: float | None
    seconds: float | None
    code: int | None
    cause: str
    attempt: int
    most_attempts: int
    next_attempt_at: float | None
    attempts: list[Attempt]
    timeout: float
    container: str

    @classmethod
    def of(cls, run: domain.Run) -> "Run":
        """The shape of a run. `seconds` is from its first start to its end."""
        over = run.ended_at is not None and run.started_at is not None
        waits = run.status is domain.RunStatus.PENDING and run.attempt > 1
        return cls(
            app=run.app,
            number=run.number,
            environment=run.environment,
            job=run.job,
            release=run.release,
            command=list(run.spec.command),
            status=run.status,
            by=run.by,
            created_at=run.created_at,
            due=run.due,
            started_at=run.started_at,
            ended_at=run.ended_at,
            seconds=(run.ended_at or 0.0) - (run.started_at or 0.0) if over else None,
            code=run.code,
            cause=run.cause,
            attempt=run.attempt,
            most_attempts=run.spec.retries + 1,
            next_attempt_at=run.not_before if waits else None,
            attempts=[
                Attempt(
                    number=each.number,
                    started_at=each.started_at,
                    ended_at=each.ended_at,
                    code=each.code,
                    cause=each.cause,
                )
                for each in run.attempts
            ],
            timeout=run.spec.timeout,
            container=run.container,
        )


class Runs(BaseModel):
    """Newest first."""

    runs: list[Run]


class Job(BaseModel):
    """A declared job. `next` is when it is due, null without a schedule; `last` the last run that has ended."""

    name: str
    environment: str
    release: int
    command: list[str]
    schedule: str | None
    timezone: str | None
    concurrency: Concurrency
    next: float | None
    running: list[Run]
    last: Run | None


class Jobs(BaseModel):
    """By environment, in the order of fairway.toml."""

    jobs: list[Job]


class Line(BaseModel):
    """One that an attempt printed, on either of its outputs."""

    attempt: int
    text: str


class Lines(BaseModel):
    """In the order in which they were printed."""

    lines: list[Line]


def describe(run: domain.Run) -> dict[str, Any]:
    """The shape as JSON's own values, for a stream."""
    return Run.of(run).model_dump(mode="json")
