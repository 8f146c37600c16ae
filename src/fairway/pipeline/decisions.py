"""What is to be done when somebody wants an execution stopped or tried again, and when it must not be: pure.

In comes the execution as it is at that moment; out go moves, or a Conflict that says in plain words why not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fairway.domain import progression
from fairway.domain.app import Mode, OnFailure
from fairway.domain.execution import (
    INSIDE,
    ActionExecution,
    ActionStatus,
    Execution,
    ExecutionStatus,
    Stage,
    StageStatus,
)
from fairway.domain.moves import GoBack, Keep, Move, MoveAction, MoveExecution, carry_out
from fairway.errors import Conflict

RETRIABLE = frozenset({StageStatus.FAILED, StageStatus.STOPPED})
WHY_NOT = {
    ExecutionStatus.QUEUED: "it has not begun",
    ExecutionStatus.IN_PROGRESS: "it is still under way",
    ExecutionStatus.STOPPING: "it is still being stopped",
    ExecutionStatus.SUCCEEDED: "all of its stages succeeded",
    ExecutionStatus.SUPERSEDED: "a newer execution took its place; that one has its commit's changes too",
    ExecutionStatus.STOPPED: "it was stopped while it waited in front of a stage, so nothing of it has failed",
    ExecutionStatus.FAILED: "none of its stages has failed",
}


def enter(execution: Execution, name: str) -> Sequence[Move]:
    """Enter the stage, unless it has happened or the execution has ended meanwhile."""
    stage = execution.stage(name)
    waits = execution.status in (ExecutionStatus.QUEUED, ExecutionStatus.IN_PROGRESS)
    if not waits or stage is None or stage.status is not StageStatus.PENDING:
        return []
    return progression.enter(execution, stage)


def stop(execution: Execution, *, wait: bool, keep: Keep) -> Sequence[Move]:
    """See `Executor.stop`."""
    if execution.finished:
        raise Conflict(
            f"execution {execution.number} of {execution.app} has already ended", why=f"it is {execution.status}"
        )
    if execution.status is ExecutionStatus.STOPPING:
        if wait:
            raise Conflict(
                f"execution {execution.number} of {execution.app} is already being stopped",
                why="what runs of it comes to its end first",
                hint=f"fairway stop {execution.number} gives that up",
            )
        return [keep]
    stage = execution.place
    return [*progression.stop(execution, stage if stage and stage.status in INSIDE else None), keep]


def abandon(execution: Execution) -> Sequence[Move]:
    """Nothing of an execution that is being stopped runs any more."""
    stage = execution.place
    if execution.status is not ExecutionStatus.STOPPING or stage is None:
        return []
    running = [each.action.name for each in stage.actions if each.status is ActionStatus.IN_PROGRESS]
    return [*progression.abandon(stage, running), *progression.stopped(stage)]


def retried_stage(execution: Execution, others: Sequence[Execution], entered: Mapping[str, int]) -> Stage:
    """The stage that a retry begins again. `entered`: the highest number that was ever in each stage.

    Raises Conflict under CodePipeline's conditions (its user guide, "Retry a failed stage").
    """
    what = f"execution {execution.number} of {execution.app} can't be tried again"
    stage = execution.place
    if execution.status not in (ExecutionStatus.FAILED, ExecutionStatus.STOPPED):
        raise Conflict(what, why=WHY_NOT[execution.status])
    if stage is None or stage.status not in RETRIABLE:
        raise Conflict(what, why=WHY_NOT[execution.status], hint="fairway deploy starts a new execution")
    if execution.mode is Mode.PARALLEL:
        return stage
    if (newer := entered.get(stage.name, 0)) > execution.number:
        raise Conflict(
            what,
            why=f"execution {newer} has been in {stage.name} since; trying this one again would take it back",
            hint="fairway deploy starts a new execution, fairway rollback returns to an earlier release",
        )
    if holder := next((each for each in others if holds(each, stage.name) and each.number != execution.number), None):
        raise Conflict(what, why=f"execution {holder.number} is in {stage.name}", hint="wait until it has ended there")
    return stage


def holds(execution: Execution, stage: str) -> bool:
    """Whether the execution is in the stage."""
    return any(each.name == stage and each.status in INSIDE for each in execution.stages)


def follow(
    execution: Execution,
    moves: Sequence[Move],
    stage: str,
    *,
    back: GoBack | str | None = None,
    same_run: bool = False,
) -> Sequence[Move]:
    """The moves of an action's end, the action's own first, with all that follows from them in the same change.

    `back` is the way back if the stage fails by that, or why there is none; the action's summary then says so. For
    `same_run` see `progression.conclude`.
    """
    after = carry_out(execution, moves, at=0.0)
    if after is None:
        return moves
    then = progression.conclude(after, stage, same_run=same_run)
    fails = MoveExecution(expected=ExecutionStatus.IN_PROGRESS, to=ExecutionStatus.FAILED) in then
    found = after.stage(stage)
    words = []
    if found is not None and found.on_failure is OnFailure.RETRY:
        words += [f"attempt {each.attempt}" for each in found.actions if is_end(moves[0], each) and each.attempt > 1]
    if back is None or not fails:
        return [*say(moves, words), *then]
    if isinstance(back, str):
        return [*say(moves, [*words, f"{stage} keeps the new release: {back}"]), *then]
    return [*say(moves, [*words, f"{stage} goes back to release {back.rollback.release}"]), *then, back]


def is_end(move: Move, action: ActionExecution) -> bool:
    """Whether the move is that of the action."""
    return isinstance(move, MoveAction) and move.action == action.action.name


def say(moves: Sequence[Move], words: Sequence[str]) -> Sequence[Move]:
    """The moves, with words more in the summary of the first, an action's."""
    first, *others = moves
    if not words or not isinstance(first, MoveAction):
        return moves
    return [replace(first, summary="; ".join(part for part in (first.summary, *words) if part)), *others]
