"""What is told of an execution while it goes on: an Event for each change, so that nobody has to poll."""

from fairway.domain.events import Event
from fairway.domain.execution import Execution, ExecutionStatus, StageStatus
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
    StageStatus.SUCCEEDED: "succeeded",
    StageStatus.FAILED: "failed",
    StageStatus.STOPPED: "stopped",
}


class Announcer:
    """Publishes the changes of executions."""

    def __init__(self, clock: Clock, notices: Notices) -> None:
        self._clock = clock
        self._notices = notices

    def execution(self, execution: Execution, status: ExecutionStatus) -> None:
        """`execution.failed`, "execution 42 failed"."""
        kind, words = EXECUTION_WORDS[status]
        self._publish(execution, f"execution.{kind}", f"execution {execution.number} {words}")

    def stage(self, execution: Execution, stage: str, status: StageStatus, summary: str = "") -> None:
        """`stage.succeeded`, "build succeeded: image 84 MB"."""
        words = f"{stage} {STAGE_WORDS[status]}"
        self._publish(execution, f"stage.{STAGE_WORDS[status]}", f"{words}: {summary}" if summary else words)

    def _publish(self, execution: Execution, kind: str, text: str) -> None:
        event = Event(at=self._clock.now(), kind=kind, text=text, app=execution.app, execution=execution.number)
        self._notices.publish(event)
