"""Executions as the API shows them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, StringConstraints

from fairway.domain import deployment, execution, rollback, waiting
from fairway.domain.app import Mode
from fairway.domain.progression import RetryMode
from fairway.wire.closing import Closed

NOTHING: Mapping[str, float] = MappingProxyType({})
"""Nothing is known of how long stages take."""


class Cause(BaseModel):
    """Why something failed: the cause in one sentence, what showed it, what to do, the log's last lines, commands."""

    sentence: str
    seen: str
    fix: str
    log: list[str]
    more: list[str]

    @classmethod
    def of(cls, cause: deployment.Cause | None) -> "Cause | None":
        """The shape of a cause, None for none."""
        if cause is None:
            return None
        return cls(sentence=cause.sentence, seen=cause.seen, fix=cause.fix, log=list(cause.log), more=list(cause.more))


class Trigger(BaseModel):
    """What started it: "push", "command", "resume", "schedule" or "rollback"; "webhook", "poll" or "fetch" for what
    was found at a forge; and who, or which schedule."""

    kind: str
    by: str


class Action(BaseModel):
    """One action of a stage; times are seconds since the epoch. `kind` is "approval", "duty", "command" or "request";
    `deadline` is when an approval that waits is over."""

    name: str
    kind: str
    status: execution.ActionStatus
    attempt: int
    started_at: float | None
    ended_at: float | None
    summary: str
    cause: Cause | None
    deadline: float | None

    @classmethod
    def of(cls, action: execution.ActionExecution) -> "Action":
        """The shape of an action."""
        return cls(
            name=action.action.name,
            kind=type(action.action).__name__.lower(),
            status=action.status,
            attempt=action.attempt,
            started_at=action.started_at,
            ended_at=action.ended_at,
            summary=action.summary,
            cause=Cause.of(action.cause),
            deadline=action.deadline,
        )


class Stage(BaseModel):
    """One stage; times are seconds since the epoch. `usual` is how many seconds it takes as a rule, null where that is
    not known or was not asked for (in lists). `cause` is that of the first action that failed."""

    name: str
    status: execution.StageStatus
    started_at: float | None
    ended_at: float | None
    summary: str
    cause: Cause | None
    actions: list[Action]
    usual: float | None

    @classmethod
    def of(cls, stage: execution.Stage, usual: float | None = None) -> "Stage":
        """The shape of a stage."""
        return cls(
            name=stage.name,
            status=stage.status,
            started_at=stage.started_at,
            ended_at=stage.ended_at,
            summary=stage.summary,
            cause=Cause.of(stage.cause),
            actions=[Action.of(action) for action in stage.actions],
            usual=usual,
        )


class Waits(BaseModel):
    """What an execution waits for; `person`: nothing happens until somebody does something, `command` is what."""

    stage: str
    cause: str
    person: bool
    command: str
    until: float | None

    @classmethod
    def of(cls, found: waiting.Waiting | None) -> "Waits | None":
        """The shape of it, None when it does not wait."""
        if found is None:
            return None
        return cls(stage=found.stage, cause=found.cause, person=found.person, command=found.command, until=found.until)


class Rollback(BaseModel):
    """Where an execution of the kind ROLLBACK goes back to: a release, which execution `target` brought there; `after`
    is the execution whose failure asks for it, `takes_back` the passage whose migrations are taken back before."""

    release: int
    target: int
    after: int | None
    takes_back: int | None

    @classmethod
    def of(cls, found: rollback.Rollback | None) -> "Rollback | None":
        """The shape of it, None for an execution that brings a commit."""
        if found is None:
            return None
        return cls(release=found.release, target=found.target, after=found.after, takes_back=found.takes_back)


class Execution(BaseModel):
    """One run of an app's pipeline; `branch` or `tag` is what was pushed, "" when it was neither.
    `pull_request` is the number of the one whose head is tried, null for all that may deploy.
    `definition` is the version of the pipeline's definition that it goes by. `closed` is the environment that one which
    was stopped has left closed, null where there is none or nobody looked."""

    app: str
    number: int
    kind: execution.Kind
    status: execution.ExecutionStatus
    trigger: Trigger
    commit: str
    subject: str
    branch: str
    author: str
    tag: str
    pull_request: int | None
    created_at: float
    started_at: float | None
    ended_at: float | None
    stages: list[Stage]
    mode: Mode
    definition: int
    waits: Waits | None
    rollback: Rollback | None
    closed: Closed | None = None

    @classmethod
    def of(
        cls, run: execution.Execution, waits: waiting.Waiting | None = None, usual: Mapping[str, float] = NOTHING
    ) -> "Execution":
        """The shape of an execution, of what it waits for, and of how long each of its stages usually takes."""
        return cls(
            app=run.app,
            number=run.number,
            kind=run.kind,
            status=run.status,
            trigger=Trigger(kind=run.trigger.kind, by=run.trigger.by),
            commit=run.revision.commit,
            subject=run.revision.subject,
            branch=run.revision.branch,
            author=run.revision.author,
            tag=run.revision.tag,
            pull_request=run.revision.pull_request,
            created_at=run.created_at,
            started_at=run.started_at,
            ended_at=run.ended_at,
            stages=[Stage.of(stage, usual.get(stage.name)) for stage in run.stages],
            mode=run.mode,
            definition=run.definition,
            waits=Waits.of(waits),
            rollback=Rollback.of(run.rollback),
        )


class Executions(BaseModel):
    """Newest first. `before` asks for those that follow, null when these are the last ones."""

    executions: list[Execution]
    before: int | None


class Artifact(BaseModel):
    """A file that an action left; `name` is its `STAGE/ACTION/PATH`, `size` in bytes."""

    name: str
    stage: str
    action: str
    path: str
    size: int


class Artifacts(BaseModel):
    """By stage, action and path."""

    artifacts: list[Artifact]


class StartRequest(BaseModel):
    """`ref` is a branch, tag or commit that was pushed, null the head of `source.branch`; `manifest` a fairway.toml's
    text, used when the commit has none."""

    ref: str | None = None
    manifest: str | None = None


class StopRequest(BaseModel):
    """`wait`: what runs comes to its end first, and nothing further begins. `leave_closed`: it is given up though its
    environment is closed for a migration, and stays so."""

    wait: bool = False
    leave_closed: bool = False
    reason: Annotated[str, StringConstraints(max_length=200)] = ""


class AnswerRequest(BaseModel):
    """Somebody's answer to the approval that an execution waits for."""

    approved: bool
    comment: Annotated[str, StringConstraints(max_length=512)] = ""


class RetryRequest(BaseModel):
    """Which actions of the failed stage are begun again."""

    mode: RetryMode = RetryMode.FAILED_ACTIONS


def describe(
    run: execution.Execution, waits: waiting.Waiting | None = None, usual: Mapping[str, float] = NOTHING
) -> dict[str, Any]:
    """The JSON object of an execution."""
    return Execution.of(run, waits, usual).model_dump(mode="json")
