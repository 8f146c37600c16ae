"""What an action answered, or raised, as the moves that write it down."""

from fairway.domain.execution import ActionStatus, Execution
from fairway.domain.moves import Keep, Move, MoveAction, Redefine
from fairway.pipeline import causes
from fairway.pipeline.work import Done, Failed


def record(stage: str, action: str, answer: Done | Failed) -> list[Move]:
    """The end of the action, and what it hands on."""
    to = ActionStatus.SUCCEEDED if isinstance(answer, Done) else ActionStatus.FAILED
    cause = answer.cause if isinstance(answer, Failed) else None
    moves: list[Move] = [
        MoveAction(
            stage=stage,
            action=action,
            expected=ActionStatus.IN_PROGRESS,
            to=to,
            summary=answer.summary,
            cause=cause,
        )
    ]
    if answer.outputs:
        moves.append(Keep(outputs=answer.outputs))
    if isinstance(answer, Done) and answer.stages is not None:
        moves.append(Redefine(stages=answer.stages))
    for name in answer.passes if isinstance(answer, Done) else ():
        moves += pass_by_itself(stage, name)
    return moves


def pass_by_itself(stage: str, approval: str) -> list[Move]:
    """An approval that nobody needs to give: it begins and has succeeded with the same write."""
    begun, over = ActionStatus.IN_PROGRESS, ActionStatus.SUCCEEDED
    return [
        MoveAction(stage=stage, action=approval, expected=ActionStatus.PENDING, to=begun),
        MoveAction(stage=stage, action=approval, expected=begun, to=over, summary="nothing to agree to"),
    ]


def make_failed(error: Exception, execution: Execution, stage: str) -> Failed:
    """What an action answers that raised."""
    cause = causes.from_error(error, stage=stage, number=execution.number)
    return Failed(summary=cause.sentence, cause=cause)
