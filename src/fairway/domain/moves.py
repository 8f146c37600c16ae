"""What can change about an execution, as values: several moves make one change, which happens whole or not at all.

So there is no state in between to recover from: the end of a stage's last action, of the stage and of the execution are
one write. The stores carry the moves out; `carry_out` is what they do, for the one in memory and for whoever wants to
know what would come of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fairway.domain import transitions
from fairway.domain.deployment import Cause
from fairway.domain.execution import (
    ACTION_TRANSITIONS,
    ENDED,
    EXECUTION_TRANSITIONS,
    INSIDE,
    STAGE_TRANSITIONS,
    ActionExecution,
    ActionStatus,
    Execution,
    ExecutionStatus,
    Revision,
    Stage,
    StageStatus,
    make_stages,
)
from fairway.domain.pipeline import StageDefinition
from fairway.domain.rollback import Rollback


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveExecution:
    """The execution goes from one status to another."""

    expected: ExecutionStatus
    to: ExecutionStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveStage:
    """One of its stages does."""

    stage: str
    expected: StageStatus
    to: StageStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveAction:
    """One of a stage's actions does. To PENDING it is the next attempt, and what is known of the last one goes."""

    stage: str
    action: str
    expected: ActionStatus
    to: ActionStatus
    summary: str = ""
    cause: Cause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRun:
    """A durable workflow more is begun for the stage, after `expected` ones."""

    stage: str
    expected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """What a stage hands to later ones (JSON values), merged into what is there."""

    outputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redefine:
    """The stages that have not begun are replaced by these; one that has keeps its place and is not doubled."""

    stages: tuple[StageDefinition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoBack:
    """With the same write an execution of its own begins, QUEUED, which takes the environment that the stage is named
    for to an earlier release; `revision` is that one's."""

    stage: str
    rollback: Rollback
    revision: Revision


Move = MoveExecution | MoveStage | MoveAction | CountRun | Keep | Redefine | GoBack


def check(move: Move) -> None:
    """Raise ValueError for a move that no table has."""
    match move:
        case MoveExecution(expected=expected, to=to):
            transitions.check(EXECUTION_TRANSITIONS, expected, to)
        case MoveStage(expected=before, to=after):
            transitions.check(STAGE_TRANSITIONS, before, after)
        case MoveAction(expected=was, to=becomes):
            transitions.check(ACTION_TRANSITIONS, was, becomes)


def carry_out(execution: Execution, moves: Iterable[Move], *, at: float) -> Execution | None:
    """The execution after the moves, in their order; None when one of them expects something else than there is.

    Raises ValueError for a move that no table has.
    """
    moved: Execution | None = replace(execution, version=execution.version + 1)
    for move in moves:
        check(move)
        moved = None if moved is None else carry_out_one(moved, move, at)
    return moved


def carry_out_one(execution: Execution, move: Move, at: float) -> Execution | None:
    """The execution after one move. What is kept for later stages is not part of it, and the number of a new definition
    is the store's to give."""
    match move:
        case MoveExecution():
            return move_execution(execution, move, at)
        case MoveStage() | MoveAction() | CountRun():
            stage = execution.stage(move.stage)
            moved = None if stage is None else move_within(stage, move, at)
            if moved is None:
                return None
            stages = tuple(moved if each.name == moved.name else each for each in execution.stages)
            return replace(execution, stages=stages)
        case Redefine(stages=definitions):
            begun = tuple(stage for stage in execution.stages if stage.status is not StageStatus.PENDING)
            names = {stage.name for stage in begun}
            fresh = make_stages(each for each in definitions if each.name not in names)
            return replace(execution, stages=begun + fresh)
        case Keep() | GoBack():
            return execution


def move_execution(execution: Execution, move: MoveExecution, at: float) -> Execution | None:
    """Its start is that of its first stage; a retry takes the end back."""
    if execution.status is not move.expected:
        return None
    started = at if move.expected is ExecutionStatus.QUEUED and move.to is ExecutionStatus.IN_PROGRESS else None
    return replace(
        execution,
        status=move.to,
        started_at=execution.started_at if started is None else started,
        ended_at=at if move.to in ENDED else None,
    )


def move_within(stage: Stage, move: MoveStage | MoveAction | CountRun, at: float) -> Stage | None:
    """The stage after a move of its own or of one of its actions."""
    match move:
        case MoveStage(expected=expected, to=to):
            if stage.status is not expected:
                return None
            started = at if expected is StageStatus.PENDING else stage.started_at
            return replace(stage, status=to, started_at=started, ended_at=None if to in INSIDE else at)
        case CountRun(expected=run):
            return replace(stage, run=run + 1) if stage.run == run else None
        case MoveAction():
            action = stage.action(move.action)
            if action is None or action.status is not move.expected:
                return None
            moved = move_action(action, move, at)
            return replace(stage, actions=tuple(moved if each is action else each for each in stage.actions))


def move_action(action: ActionExecution, move: MoveAction, at: float) -> ActionExecution:
    """The action after its move."""
    match move.to:
        case ActionStatus.PENDING:
            return ActionExecution(action=action.action, attempt=action.attempt + 1)
        case ActionStatus.IN_PROGRESS:
            return replace(action, status=move.to, started_at=at)
        case _:
            return replace(action, status=move.to, ended_at=at, summary=move.summary, cause=move.cause)
