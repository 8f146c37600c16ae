"""What an execution waits for, in words: an approval, a stage that is held back, or one that another execution is in,
or an environment to which something else is being deployed.

Pure. Whoever watches it needs to know one thing more: whether it goes on by itself, or somebody has to do something.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from fairway.domain.deployment import Deployment
from fairway.domain.execution import INSIDE, ActionStatus, Execution, Kind, StageStatus
from fairway.domain.pipeline import DisabledTransition, Duty


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`person`: nothing happens until somebody does something, and `command` is what they type. `until` is when the
    time for an approval is over, None for everything else."""

    stage: str
    cause: str
    person: bool
    command: str = ""
    until: float | None = None


def find_turn(execution: Execution, other: Deployment | None) -> Waiting | None:
    """What an execution waits for whose deployment has its turn after `other`, the one that is under way in the
    environment; None when it deploys, or does something else."""
    stage = execution.place
    if stage is None or other is None or other.key.startswith(f"execution/{execution.number}/"):
        return None
    if not any(isinstance(each.action, Duty) and each.status is ActionStatus.IN_PROGRESS for each in stage.actions):
        return None
    return Waiting(
        stage=stage.name, cause=f"{stage.name}, where release {other.release} is just being deployed", person=False
    )


def find(execution: Execution, others: Iterable[Execution], disabled: Iterable[DisabledTransition]) -> Waiting | None:
    """What it waits for; None when it does not wait. `others` are the app's unfinished executions."""
    stage = execution.place
    if execution.finished or stage is None:
        return None
    if stage.waiting is not None:
        return Waiting(
            stage=stage.name,
            cause=f"approval of {stage.name}",
            person=True,
            command=f"fairway approve {execution.number}",
            until=stage.waiting.deadline,
        )
    if stage.status is not StageStatus.PENDING:
        return None
    for transition in disabled:
        if transition.stage == stage.name and execution.kind is Kind.STANDARD:
            by = f" by {transition.by}" if transition.by else ""
            cause = f"{stage.name}, which is held back{by}: {transition.reason}"
            return Waiting(
                stage=stage.name, cause=cause, person=True, command=f"fairway transition enable {stage.name}"
            )
    for other in others:
        held = other.stage(stage.name)
        if held is None or held.status not in INSIDE or not other.shares_stages(execution):
            continue
        if other.number != execution.number:
            cause = f"{stage.name}, which execution {other.number} is in"
            if held.waiting is None:
                return Waiting(stage=stage.name, cause=cause, person=False)
            cause += ", waiting for its approval"
            return Waiting(stage=stage.name, cause=cause, person=True, command=f"fairway approve {other.number}")
    return Waiting(stage=stage.name, cause=stage.name, person=False)
