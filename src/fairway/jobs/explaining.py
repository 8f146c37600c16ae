"""How a run ended, in a sentence, and what is told of its changes."""

from fairway.domain.events import Event
from fairway.domain.run import NOT_FOUND, Run, RunSpec, RunStatus
from fairway.errors import FairwayError
from fairway.ports.jobs import JobEnd
from fairway.wire import words

GONE = "its container was removed by somebody else, so how it ended isn't known"
ELSEWHERE = "the server that ran it has lost its lease, so how it ended isn't known"


def status_of(end: JobEnd) -> RunStatus:
    """The status that an attempt ends in."""
    if end.timed_out:
        return RunStatus.TIMED_OUT
    return RunStatus.SUCCEEDED if end.code == 0 else RunStatus.FAILED


def explain(spec: RunSpec, end: JobEnd) -> str:
    """Why it failed, "" when it did not."""
    if end.timed_out:
        return f"it took longer than {words.duration(spec.timeout)} and was ended"
    if end.oom_killed:
        return f"it needed more than its {words.size(spec.memory)} of memory and was killed"
    if end.code == NOT_FOUND:
        return "its command names a program that is not in the image (exit code 127)"
    return f"exit code {end.code}" if end.code else ""


def refused(error: FairwayError) -> str:
    """Why it could not be started."""
    return f"{error.what}: {error.why}" if error.why else error.what


def late(run: Run, *, closed: bool) -> str:
    """Why its time was missed."""
    because = "; the environment was closed for a migration" if closed else ""
    return f"it could not begin within {words.duration(run.spec.deadline)} of its time{because}"


def event(run: Run, at: float) -> Event | None:
    """What is told of a run that has come to its present status; nothing of one whose container is being made."""
    kind, text = _words(run)
    if not kind:
        return None
    name = f"run {run.number} of {run.job}" if run.job else f"run {run.number}"
    return Event(
        at=at, kind=f"run.{kind}", text=f"{name} {text}", app=run.app, environment=run.environment, service=run.job
    )


def _words(run: Run) -> tuple[str, str]:
    because = f": {run.cause}" if run.cause else ""
    match run.status:
        case RunStatus.RUNNING:
            again = f", attempt {run.attempt} of {run.spec.retries + 1}" if run.attempt > 1 else ""
            return "started", f"has started with release {run.release}{again}"
        case RunStatus.PENDING if run.attempts:
            return "retried", f"has failed{because}; attempt {run.attempt} of {run.spec.retries + 1} follows"
        case RunStatus.SUCCEEDED:
            return "succeeded", f"has succeeded in {words.duration((run.ended_at or 0) - (run.started_at or 0))}"
        case RunStatus.FAILED:
            return "failed", f"has failed{because}"
        case RunStatus.TIMED_OUT:
            return "timed_out", f"has run out of time{because}"
        case RunStatus.STOPPED:
            return "stopped", f"was {run.cause}"
        case RunStatus.MISSED:
            return "missed", f"was missed{because}"
    return "", ""
