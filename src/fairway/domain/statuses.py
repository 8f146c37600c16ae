"""What a forge is told of a commit: how the execution that deploys it stands, in one word and one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fairway.domain.execution import Execution, ExecutionStatus, Kind, StageStatus

CONTEXT = "fairway"
LONGEST = 140
"""Characters that GitHub takes as a description; the others take more."""


class State(StrEnum):
    """STOPPED: nothing came of it, and the commit is not to blame."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"
    STOPPED = "stopped"


STATES = {
    ExecutionStatus.SUCCEEDED: State.SUCCESS,
    ExecutionStatus.FAILED: State.FAILURE,
    ExecutionStatus.STOPPED: State.STOPPED,
    ExecutionStatus.SUPERSEDED: State.STOPPED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitStatus:
    """`commit` is a full id, `context` what the forge lists it under, `url` leads to the server."""

    commit: str
    state: State
    context: str
    description: str
    url: str


def newest(executions: Sequence[Execution]) -> Sequence[Execution]:
    """The newest execution of each commit in each context, the oldest of these first: it shows one word there, and an
    execution that was overtaken by another one of the same commit must not have the last."""
    latest: dict[tuple[str, str], Execution] = {}
    for execution in executions:
        latest.setdefault((execution.revision.commit, context(execution)), execution)
    return list(reversed(latest.values()))


def of(execution: Execution, url: str) -> CommitStatus:
    """What there is to say of the execution now."""
    return CommitStatus(
        commit=execution.revision.commit,
        state=STATES.get(execution.status, State.PENDING),
        context=context(execution),
        description=describe(execution)[:LONGEST],
        url=url,
    )


def context(execution: Execution) -> str:
    """`fairway/shop`, or `fairway/shop/pull-request`: that a pull request was built says nothing of a deployment, and
    its head may be a branch's too."""
    beside = "/pull-request" if execution.kind is Kind.PULL_REQUEST else ""
    return f"{CONTEXT}/{execution.app}{beside}"


def describe(execution: Execution) -> str:
    """`execution 42: build failed; fairway show 42`."""
    number = execution.number
    match execution.status:
        case ExecutionStatus.SUCCEEDED:
            places = [stage.name for stage in execution.stages if stage.name not in ("source", "build", "package")]
            packaged = "built" if execution.kind is Kind.PULL_REQUEST else "built and packaged"
            words = f"deployed to {', '.join(places)}" if places else packaged
        case ExecutionStatus.FAILED:
            failed = next((stage.name for stage in execution.stages if stage.status is StageStatus.FAILED), "it")
            words = f"{failed} failed"
        case ExecutionStatus.STOPPED | ExecutionStatus.STOPPING:
            words = "stopped by somebody"
        case ExecutionStatus.SUPERSEDED:
            words = "superseded by a newer one"
        case ExecutionStatus.QUEUED:
            words = "waits for its turn"
        case ExecutionStatus.IN_PROGRESS:
            waits = any(stage.waiting for stage in execution.stages)
            words = "waits for approval" if waits else "under way"
    return f"execution {number}: {words}; fairway show {number}"
