"""The pipeline as the API shows it: the definition, and which executions are where in it."""

from pydantic import BaseModel

from fairway.domain import pipeline
from fairway.domain.app import Mode, OnFailure
from fairway.domain.execution import Execution
from fairway.domain.waiting import Waiting
from fairway.ports.schedules import Planned
from fairway.wire.executions import Waits
from fairway.wire.transitions import Transition


class Action(BaseModel):
    """One action of a stage; those of one `order` run beside each other."""

    name: str
    kind: str
    order: int

    @classmethod
    def of(cls, action: pipeline.Action) -> "Action":
        """The shape of an action."""
        return cls(name=action.name, kind=type(action).__name__.lower(), order=action.order)


class Present(BaseModel):
    """An execution in a stage, since when (seconds since the epoch), or in front of it; and what it waits for."""

    number: int
    commit: str
    subject: str
    pull_request: int | None
    since: float | None
    waits: Waits | None

    @classmethod
    def of(cls, run: Execution, waits: Waiting | None) -> "Present":
        """The shape of it."""
        place = run.place
        return cls(
            number=run.number,
            commit=run.revision.commit,
            subject=run.revision.subject,
            pull_request=run.revision.pull_request,
            since=place.started_at if place else None,
            waits=Waits.of(waits),
        )


class Stage(BaseModel):
    """One stage: its actions, what happens by itself when it fails, why it is closed if it is, who is in it, and who
    waits in front of it, oldest first."""

    name: str
    actions: list[Action]
    on_failure: OnFailure
    disabled: Transition | None
    inside: list[Present]
    waiting: list[Present]


class Schedule(BaseModel):
    """When the head of the branch is deployed; `due` is the next time, in seconds since the epoch."""

    cron: str
    zone: str
    branch: str
    due: float

    @classmethod
    def of(cls, planned: Planned | None) -> "Schedule | None":
        """The shape of a schedule, None for none."""
        if planned is None:
            return None
        return cls(cron=planned.schedule.cron, zone=planned.schedule.zone, branch=planned.branch, due=planned.due)


class Pipeline(BaseModel):
    """The definition, as `execution`, the newest one, goes by it; null and no stages while there is none. `version`
    counts the definitions of the app by their content."""

    app: str
    version: int | None
    mode: Mode | None
    execution: int | None
    schedule: Schedule | None
    stages: list[Stage]
