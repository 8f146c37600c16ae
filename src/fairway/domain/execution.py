"""A pipeline execution, its stages and their actions: CodePipeline's statuses, as tables of transitions.

The store changes a status only by compare-and-set along these tables. What has ended never moves by itself; a retry,
which somebody asks for, is the only way back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from fairway.domain.app import Mode, OnFailure
from fairway.domain.deployment import Cause
from fairway.domain.ids import AppName, ExecutionNumber
from fairway.domain.pipeline import REHEARSE, Action, Approval, Duty, StageDefinition
from fairway.domain.rollback import Rollback


class Kind(StrEnum):
    """STANDARD goes through the pipeline with a commit, ROLLBACK takes one environment back (CodePipeline's types).
    PULL_REQUEST is ours: it builds and tests the head of a pull request, and deploys nothing."""

    STANDARD = "STANDARD"
    ROLLBACK = "ROLLBACK"
    PULL_REQUEST = "PULL_REQUEST"


class ExecutionStatus(StrEnum):
    """`QUEUED` is ours: CodePipeline shows an execution that waits in front of the first stage as InProgress.

    One that waits in front of a later stage is IN_PROGRESS, as there. CodePipeline's Cancelled is missing: it is for
    executions whose definition was replaced, and ours keep the one that they began with.
    """

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
            {
                ExecutionStatus.SUCCEEDED,
                ExecutionStatus.FAILED,
                ExecutionStatus.SUPERSEDED,
                ExecutionStatus.STOPPING,
                ExecutionStatus.STOPPED,
            }
        ),
        ExecutionStatus.STOPPING: frozenset({ExecutionStatus.STOPPED}),
        ExecutionStatus.STOPPED: frozenset({ExecutionStatus.IN_PROGRESS}),
        ExecutionStatus.SUCCEEDED: frozenset(),
        ExecutionStatus.SUPERSEDED: frozenset(),
        ExecutionStatus.FAILED: frozenset({ExecutionStatus.IN_PROGRESS}),
    }
)
"""STOPPED and FAILED lead back to IN_PROGRESS by a retry, and by nothing else."""

ENDED = frozenset(
    {ExecutionStatus.STOPPED, ExecutionStatus.SUCCEEDED, ExecutionStatus.SUPERSEDED, ExecutionStatus.FAILED}
)
"""Nothing happens any more by itself."""


class StageStatus(StrEnum):
    """`PENDING` is ours: it has not begun."""

    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


STAGE_TRANSITIONS: Mapping[StageStatus, frozenset[StageStatus]] = MappingProxyType(
    {
        StageStatus.PENDING: frozenset({StageStatus.IN_PROGRESS}),
        StageStatus.IN_PROGRESS: frozenset({StageStatus.SUCCEEDED, StageStatus.FAILED, StageStatus.STOPPING}),
        StageStatus.STOPPING: frozenset({StageStatus.STOPPED}),
        StageStatus.STOPPED: frozenset({StageStatus.IN_PROGRESS}),
        StageStatus.SUCCEEDED: frozenset(),
        StageStatus.FAILED: frozenset({StageStatus.IN_PROGRESS}),
    }
)
INSIDE = frozenset({StageStatus.IN_PROGRESS, StageStatus.STOPPING})
"""The execution is in the stage, and holds it."""


class ActionStatus(StrEnum):
    """`PENDING` is ours: it has not begun."""

    PENDING = "PENDING"
    IN_PROGRESS = "IN_PROGRESS"
    ABANDONED = "ABANDONED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


ACTION_TRANSITIONS: Mapping[ActionStatus, frozenset[ActionStatus]] = MappingProxyType(
    {
        ActionStatus.PENDING: frozenset({ActionStatus.IN_PROGRESS}),
        ActionStatus.IN_PROGRESS: frozenset({ActionStatus.SUCCEEDED, ActionStatus.FAILED, ActionStatus.ABANDONED}),
        ActionStatus.ABANDONED: frozenset({ActionStatus.PENDING}),
        ActionStatus.SUCCEEDED: frozenset({ActionStatus.PENDING}),
        ActionStatus.FAILED: frozenset({ActionStatus.PENDING}),
    }
)
"""An action that has ended leads back to PENDING by a retry of its stage, as its next attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What started an execution: `kind` is "push", "command", "resume", "schedule" or "rollback"; "webhook", "poll"
    or "fetch" for what was found at a forge. `by` is a token's name, a user, or the schedule."""

    kind: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """The commit that an execution works on, and the branch or the tag whose push named it ("": another one).
    `pull_request` is the number of the one whose head it is; it then has neither branch nor tag."""

    commit: str
    subject: str
    branch: str
    author: str = ""
    tag: str = ""
    pull_request: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionExecution:
    """One action of an execution. `summary` says what it did in one line ("212 tests passed; image 84 MB", "approved by
    ada: looks good"). `attempt` counts from 1; a retry makes the next one of it."""

    action: Action
    status: ActionStatus = ActionStatus.PENDING
    attempt: int = 1
    started_at: float | None = None
    ended_at: float | None = None
    summary: str = ""
    cause: Cause | None = None

    @property
    def deadline(self) -> float | None:
        """When an approval that waits has waited too long; None for everything else."""
        if (
            isinstance(self.action, Approval)
            and self.status is ActionStatus.IN_PROGRESS
            and self.started_at is not None
        ):
            return self.started_at + self.action.timeout
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of an execution. `run` counts the durable workflows that were begun for it."""

    name: str
    actions: tuple[ActionExecution, ...] = ()
    status: StageStatus = StageStatus.PENDING
    started_at: float | None = None
    ended_at: float | None = None
    run: int = 0
    on_failure: OnFailure = OnFailure.NONE

    @property
    def summary(self) -> str:
        """What its actions did, in one line."""
        return "; ".join(each.summary for each in self.actions if each.summary)

    @property
    def cause(self) -> Cause | None:
        """Why it failed, None when it has not."""
        return next((each.cause for each in self.actions if each.cause is not None), None)

    @property
    def deployed(self) -> bool:
        """Whether what it is there for has been done."""
        return any(
            isinstance(each.action, Duty) and each.action.name != REHEARSE and each.status is ActionStatus.SUCCEEDED
            for each in self.actions
        )

    @property
    def waiting(self) -> ActionExecution | None:
        """The approval that somebody has to give now."""
        return next((each for each in self.actions if each.deadline is not None), None)

    def action(self, name: str) -> ActionExecution | None:
        """The action of that name, or None."""
        return next((each for each in self.actions if each.action.name == name), None)


def make_stages(definitions: Iterable[StageDefinition]) -> tuple[Stage, ...]:
    """Stages that have not begun."""
    return tuple(
        Stage(
            name=each.name,
            actions=tuple(ActionExecution(action=action) for action in each.actions),
            on_failure=each.on_failure,
        )
        for each in definitions
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One run of an app's pipeline. `override` is the text of a fairway.toml sent along for a commit that has none.
    `definition` is the version of the pipeline's definition that it goes by: each content has its number in an app; 0
    for a rollback, and for a commit whose fairway.toml is broken. `version` counts its changes: a change is made to the
    version that was read, or not at all. `rollback` is what one of the kind ROLLBACK goes back to; the revision is then
    that release's."""

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
    mode: Mode = Mode.SUPERSEDED
    definition: int = 0
    version: int = 0
    rollback: Rollback | None = None

    @property
    def kind(self) -> Kind:
        """Whether it brings a commit, goes back, or only tries a pull request."""
        if self.revision.pull_request is not None and self.rollback is None:
            return Kind.PULL_REQUEST
        return Kind.STANDARD if self.rollback is None else Kind.ROLLBACK

    def shares_stages(self, other: "Execution") -> bool:
        """Whether the two take stages from each other: those of pull requests go beside the pipeline."""
        return (self.kind is Kind.PULL_REQUEST) == (other.kind is Kind.PULL_REQUEST)

    @property
    def finished(self) -> bool:
        """Whether nothing happens any more by itself."""
        return self.status in ENDED

    @property
    def place(self) -> Stage | None:
        """The stage that it is in, waits for, or ended in; None when it has been through all of them."""
        return next((stage for stage in self.stages if stage.status is not StageStatus.SUCCEEDED), None)

    def stage(self, name: str) -> Stage | None:
        """The stage of that name, or None."""
        return next((stage for stage in self.stages if stage.name == name), None)
