"""What is told of an execution while it goes on: an Event for each change, so that nobody has to poll."""

from collections.abc import Sequence

from fairway.domain.events import Event
from fairway.domain.execution import INSIDE, ActionStatus, Execution, ExecutionStatus, StageStatus
from fairway.domain.moves import GoBack, Move, MoveAction, MoveExecution, MoveStage
from fairway.domain.pipeline import Approval
from fairway.ports.clock import Clock
from fairway.ports.notify import Notices

EXECUTION_WORDS = {
    ExecutionStatus.QUEUED: ("queued", "waits"),
    ExecutionStatus.IN_PROGRESS: ("started", "started"),
    ExecutionStatus.STOPPING: ("stopping", "is being stopped"),
    ExecutionStatus.STOPPED: ("stopped", "was stopped"),
    ExecutionStatus.SUCCEEDED: ("succeeded", "succeeded"),
    ExecutionStatus.SUPERSEDED: ("superseded", "was superseded by a newer one"),
    ExecutionStatus.FAILED: ("failed", "failed"),
}
STAGE_WORDS = {
    StageStatus.IN_PROGRESS: "started",
    StageStatus.STOPPING: "stopping",
    StageStatus.SUCCEEDED: "succeeded",
    StageStatus.FAILED: "failed",
    StageStatus.STOPPED: "stopped",
}
AGAIN = frozenset({ExecutionStatus.FAILED, ExecutionStatus.STOPPED})


class Announcer:
    """Publishes the changes of executions."""

    def __init__(self, clock: Clock, notices: Notices) -> None:
        self._clock = clock
        self._notices = notices

    def queued(self, execution: Execution) -> None:
        """It was created."""
        self._execution(execution, ExecutionStatus.QUEUED)

    def tell(self, execution: Execution, moves: Sequence[Move]) -> None:
        """`stage.succeeded`, "build succeeded: image 84 MB"; `execution` is as it is after the moves."""
        ends = [move for move in moves if isinstance(move, MoveAction) and move.to is ActionStatus.FAILED]
        failed = {move.action: move.summary for move in ends}
        for move in moves:
            match move:
                case MoveExecution(expected=expected) if expected in AGAIN:
                    self._publish(execution, "execution.retried", f"execution {execution.number} is tried again")
                case MoveExecution(to=to):
                    self._execution(execution, to)
                case MoveStage(stage=stage, to=status):
                    self._stage(execution, stage, status)
                case MoveAction(stage=stage, action=name, to=ActionStatus.IN_PROGRESS):
                    self._waits(execution, stage, name)
                case MoveAction(stage=stage, action=name, to=ActionStatus.PENDING) if name in failed:
                    words = f"{name} of {stage} is tried again, as it failed: {failed[name]}"
                    self._publish(execution, "action.retried", words)
                case GoBack(stage=stage, rollback=rollback):
                    words = f"{stage} goes back to release {rollback.release}, as execution {execution.number} failed"
                    self._publish(execution, "execution.rollback", words)

    def _execution(self, execution: Execution, status: ExecutionStatus) -> None:
        kind, words = EXECUTION_WORDS[status]
        self._publish(execution, f"execution.{kind}", f"execution {execution.number} {words}")

    def _stage(self, execution: Execution, name: str, status: StageStatus) -> None:
        stage = execution.stage(name)
        summary = stage.summary if stage is not None and status not in INSIDE else ""
        words = f"{name} {STAGE_WORDS[status]}"
        self._publish(execution, f"stage.{STAGE_WORDS[status]}", f"{words}: {summary}" if summary else words)

    def _waits(self, execution: Execution, stage: str, name: str) -> None:
        found = execution.stage(stage)
        action = found.action(name) if found is not None else None
        if action is not None and isinstance(action.action, Approval):
            self._publish(
                execution, "approval.requested", f"execution {execution.number} waits for approval of {stage}"
            )

    def _publish(self, execution: Execution, kind: str, text: str) -> None:
        event = Event(at=self._clock.now(), kind=kind, text=text, app=execution.app, execution=execution.number)
        self._notices.publish(event)
