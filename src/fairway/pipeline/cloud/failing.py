"""What a stage inside CodeBuild fails with, as it is told."""

from fairway.domain.deployment import Cause
from fairway.errors import FairwayError, UsageError, WorkFailed
from fairway.pipeline import causes


class StageFailed(WorkFailed):
    """A failure whose whole cause is known."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.sentence, why=cause.seen, hint=cause.fix, log=cause.log)
        self.cause = cause


def explain(error: FairwayError) -> Cause:
    """The cause of what a stage raised, as a server's stage tells it."""
    if isinstance(error, StageFailed):
        return error.cause
    log = error.log if isinstance(error, WorkFailed) else ()
    if isinstance(error, UsageError):
        log = tuple(map(causes.describe_finding, error.findings))
    return Cause(sentence=error.what, seen=error.why, fix=error.hint, log=log)
