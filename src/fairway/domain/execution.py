"""A pipeline execution and its stages: CodePipeline's statuses, as tables of transitions.

The store changes a status only by compare-and-set along these tables; a terminal status never moves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from fairway.domain.deployment import Cause
from fairway.domain.ids import AppName, ExecutionNumber


class ExecutionStatus(StrEnum):
    """`QUEUED` is ours: CodePipeline shows an execution that waits in front of a stage as InProgress."""

    QUEUED = "QUEUED"
    IN_PROGRESS = "IN_PROGRESS"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    SUCCEEDED = "SUCCEEDED"
    SUPERSEDED = "SUPERSEDED"
    FAILED = "FAILED"


EXECUTION_TRANSITIONS: Mapping[ExecutionStatus, frozenset[ExecutionStatus]] = MappingProxyType(
    {
        ExecutionStatus.QUEUED: frozenset(
            {ExecutionStatus.IN_PROGRESS, ExecutionStatus.SUPERSEDED, ExecutionStatus.STOPPED}
        ),
        ExecutionStatus.IN_PROGRESS: frozenset(
            {ExecutionStatus.SUCCEEDED, ExecutionStatus.FAILED, ExecutionStatus.STOPPING, ExecutionStatus.STOPPED}
        ),
        ExecutionStatus.STOPPING: frozenset({ExecutionStatus.STOPPED}),
        ExecutionStatus.STOPPED: frozenset(),
        ExecutionStatus.SUCCEEDED: frozenset(),
        ExecutionStatus.SUPERSEDED: frozenset(),
        ExecutionStatus.FAILED: frozenset(),
    }
)


class StageStatus(StrEnum):
    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    STOPPED = "STOPPED"


STAGE_TRANSITIONS: Mapping[StageStatus, frozenset[StageStatus]] = MappingProxyType(
    {
        StageStatus.PENDING: frozenset({StageStatus.IN_PROGRESS, StageStatus.STOPPED}),
        StageStatus.IN_PROGRESS: frozenset({StageStatus.SUCCEEDED, StageStatus.FAILED, StageStatus.STOPPED}),
        StageStatus.SUCCEEDED: frozenset(),
        StageStatus.FAILED: frozenset(),
        StageStatus.STOPPED: frozenset(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What started an execution: `kind` is "push", "command" or "resume"; `by` a token's name or a user."""

    kind: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """The commit that an execution works on."""

    commit: str
    subject: str
    branch: str
    author: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of an execution. `summary` says what it did in one line ("212 tests passed; image 84 MB")."""

    name: str
    status: StageStatus = StageStatus.PENDING
    started_at: float | None = None
    ended_at: float | None = None
    summary: str = ""
    cause: Cause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One run of an app's pipeline. `override` is the text of a fairway.toml sent along for a commit that has none."""

    app: AppName
    number: ExecutionNumber
    revision: Revision
    trigger: Trigger
    status: ExecutionStatus
    stages: tuple[Stage, ...]
    created_at: float
    started_at: float | None = None
    ended_at: float | None = None
    override: str | None = None

    @property
    def finished(self) -> bool:
        """Whether the status is a terminal one."""
        return not EXECUTION_TRANSITIONS[self.status]

    def stage(self, name: str) -> Stage | None:
        """The stage of that name, or None."""
        return next((stage for stage in self.stages if stage.name == name), None)
