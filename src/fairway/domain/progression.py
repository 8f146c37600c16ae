"""How an execution goes on from where it is: pure functions that answer with the moves that come next.

Each is asked when something has happened (a stage is free, an action has ended, somebody wants it stopped or tried
again), and its moves belong into the same write as that which happened.
"""

from collections.abc import Iterable
from enum import StrEnum

from fairway.domain.app import OnFailure
from fairway.domain.execution import ActionStatus, Execution, ExecutionStatus, Stage, StageStatus
from fairway.domain.moves import CountRun, Move, MoveAction, MoveExecution, MoveStage
from fairway.domain.pipeline import Approval

BAD = frozenset({ActionStatus.FAILED, ActionStatus.ABANDONED})


class RetryMode(StrEnum):
    """Which actions of a failed stage are begun again (CodePipeline's retry modes)."""

    FAILED_ACTIONS = "FAILED_ACTIONS"
    ALL_ACTIONS = "ALL_ACTIONS"


def enter(execution: Execution, stage: Stage) -> list[Move]:
    """The stage is free, and the execution enters it: its first actions begin."""
    first: list[Move] = []
    if execution.status is ExecutionStatus.QUEUED:
        first.append(MoveExecution(expected=ExecutionStatus.QUEUED, to=ExecutionStatus.IN_PROGRESS))
    begin = MoveStage(stage=stage.name, expected=StageStatus.PENDING, to=StageStatus.IN_PROGRESS)
    return [*first, begin, CountRun(stage=stage.name, expected=stage.run), *begin_next(stage)]


def begin_next(stage: Stage) -> list[Move]:
    """The actions of the lowest order that has not succeeded begin; none when there is none left."""
    left = [each for each in stage.actions if each.status is ActionStatus.PENDING]
    order = min((each.action.order for each in left), default=0)
    return [
        MoveAction(
            stage=stage.name,
            action=each.action.name,
            expected=ActionStatus.PENDING,
            to=ActionStatus.IN_PROGRESS,
        )
        for each in left
        if each.action.order == order
    ]


def conclude(execution: Execution, name: str, *, same_run: bool = False) -> list[Move]:
    """One of the stage's actions has ended: the next ones begin, or the stage ends, and perhaps the execution.

    An action that failed does not stop those beside it; the stage fails when they have ended too, unless they are tried
    again by themselves. An execution that is being stopped ends as STOPPED, even if its action succeeded. What begins
    is another run of the stage, as the steps that a durable workflow has kept are those of its own actions; with
    `same_run` it has kept none, and goes on with them.
    """
    stage = execution.stage(name)
    if stage is None or any(each.status is ActionStatus.IN_PROGRESS for each in stage.actions):
        return []
    if execution.status is ExecutionStatus.STOPPING:
        return stopped(stage)
    count = [] if same_run else [CountRun(stage=stage.name, expected=stage.run)]
    if any(each.status in BAD for each in stage.actions):
        again = try_again(stage)
        return [*again, *count] if again else end(stage, StageStatus.FAILED, ExecutionStatus.FAILED)
    if begin := begin_next(stage):
        return [*begin, *count]
    last = execution.stages[-1].name == name
    return end(stage, StageStatus.SUCCEEDED, ExecutionStatus.SUCCEEDED if last else None)


def try_again(stage: Stage) -> list[Move]:
    """The failed actions begin once more, where the stage says so and they have been tried only once. An answer is
    never asked for again: somebody who says no means it."""
    failed = [each for each in stage.actions if each.status in BAD]
    final = any(isinstance(each.action, Approval) or each.attempt > 1 for each in failed)
    if stage.on_failure is not OnFailure.RETRY or final:
        return []
    moves: list[Move] = []
    for each in failed:
        name = each.action.name
        moves.append(MoveAction(stage=stage.name, action=name, expected=each.status, to=ActionStatus.PENDING))
        begin = MoveAction(stage=stage.name, action=name, expected=ActionStatus.PENDING, to=ActionStatus.IN_PROGRESS)
        moves.append(begin)
    return moves


def end(stage: Stage, to: StageStatus, execution: ExecutionStatus | None) -> list[Move]:
    """The stage ends, and the execution with it when a status is given."""
    moves: list[Move] = [MoveStage(stage=stage.name, expected=StageStatus.IN_PROGRESS, to=to)]
    if execution is not None:
        moves.append(MoveExecution(expected=ExecutionStatus.IN_PROGRESS, to=execution))
    return moves


def stop(execution: Execution, stage: Stage | None) -> list[Move]:
    """It is to be stopped in the stage that it is in: nothing more begins. A waiting approval is given up at once; one
    that waits in front of a stage (`stage` None) has stopped already."""
    if stage is None:
        return [MoveExecution(expected=execution.status, to=ExecutionStatus.STOPPED)]
    moves: list[Move] = [
        MoveExecution(expected=ExecutionStatus.IN_PROGRESS, to=ExecutionStatus.STOPPING),
        MoveStage(stage=stage.name, expected=StageStatus.IN_PROGRESS, to=StageStatus.STOPPING),
    ]
    running = [each for each in stage.actions if each.status is ActionStatus.IN_PROGRESS]
    waiting = [each.action.name for each in running if isinstance(each.action, Approval)]
    moves += abandon(stage, waiting)
    return moves if len(waiting) < len(running) else [*moves, *stopped(stage)]


def abandon(stage: Stage, actions: Iterable[str]) -> list[Move]:
    """These actions, which are in progress, are given up."""
    return [
        MoveAction(stage=stage.name, action=name, expected=ActionStatus.IN_PROGRESS, to=ActionStatus.ABANDONED)
        for name in actions
    ]


def stopped(stage: Stage) -> list[Move]:
    """Nothing of it runs any more."""
    return [
        MoveStage(stage=stage.name, expected=StageStatus.STOPPING, to=StageStatus.STOPPED),
        MoveExecution(expected=ExecutionStatus.STOPPING, to=ExecutionStatus.STOPPED),
    ]


def retry(execution: Execution, stage: Stage, mode: RetryMode) -> list[Move]:
    """The stage that it ended in is tried again: the failed actions and those that never began, or all of them."""
    again = [
        each
        for each in stage.actions
        if each.status in BAD or (mode is RetryMode.ALL_ACTIONS and each.status is ActionStatus.SUCCEEDED)
    ]
    renewed = {each.action.name for each in again}
    pending = [each for each in stage.actions if each.status is ActionStatus.PENDING]
    order = min(each.action.order for each in [*again, *pending])
    moves: list[Move] = [
        MoveExecution(expected=execution.status, to=ExecutionStatus.IN_PROGRESS),
        MoveStage(stage=stage.name, expected=stage.status, to=StageStatus.IN_PROGRESS),
        CountRun(stage=stage.name, expected=stage.run),
    ]
    for each in stage.actions:
        name = each.action.name
        if name in renewed:
            moves.append(MoveAction(stage=stage.name, action=name, expected=each.status, to=ActionStatus.PENDING))
        if (name in renewed or each in pending) and each.action.order == order:
            begin = MoveAction(
                stage=stage.name, action=name, expected=ActionStatus.PENDING, to=ActionStatus.IN_PROGRESS
            )
            moves.append(begin)
    return moves
