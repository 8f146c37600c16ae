"""Executions as the API shows them."""

from typing import Any

from pydantic import BaseModel

from fairway.domain import deployment, execution


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
    """What started it: "push", "command" or "resume", and who."""

    kind: str
    by: str


class Stage(BaseModel):
    """One stage; times are seconds since the epoch."""

    name: str
    status: execution.StageStatus
    started_at: float | None
    ended_at: float | None
    summary: str
    cause: Cause | None

    @classmethod
    def of(cls, stage: execution.Stage) -> "Stage":
        """The shape of a stage."""
        return cls(
            name=stage.name,
            status=stage.status,
            started_at=stage.started_at,
            ended_at=stage.ended_at,
            summary=stage.summary,
            cause=Cause.of(stage.cause),
        )


class Execution(BaseModel):
    """One run of an app's pipeline."""

    app: str
    number: int
    status: execution.ExecutionStatus
    trigger: Trigger
    commit: str
    subject: str
    branch: str
    author: str
    created_at: float
    started_at: float | None
    ended_at: float | None
    stages: list[Stage]

    @classmethod
    def of(cls, run: execution.Execution) -> "Execution":
        """The shape of an execution."""
        return cls(
            app=run.app,
            number=run.number,
            status=run.status,
            trigger=Trigger(kind=run.trigger.kind, by=run.trigger.by),
            commit=run.revision.commit,
            subject=run.revision.subject,
            branch=run.revision.branch,
            author=run.revision.author,
            created_at=run.created_at,
            started_at=run.started_at,
            ended_at=run.ended_at,
            stages=[Stage.of(stage) for stage in run.stages],
        )


class Executions(BaseModel):
    """Newest first."""

    executions: list[Execution]


class StartRequest(BaseModel):
    """`ref` is a branch, tag or commit that was pushed, null the head of `source.branch`; `manifest` a fairway.toml's
    text, used when the commit has none."""

    ref: str | None = None
    manifest: str | None = None


def describe(run: execution.Execution) -> dict[str, Any]:
    """The JSON object of an execution."""
    return Execution.of(run).model_dump(mode="json")
