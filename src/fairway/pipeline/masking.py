"""What an action answered or raised, without the secrets of its app: it is kept, told and shown from here on."""

from dataclasses import replace

from fairway.domain.deployment import Cause
from fairway.errors import FairwayError, UsageError, WorkFailed
from fairway.pipeline.work import Done, Failed
from fairway.ports.masks import Mask


def mask_answer(answer: Done | Failed, mask: Mask) -> Done | Failed:
    """The same, but for its texts. What it hands on is not touched: an image's digest is no text, and values are
    sealed."""
    if isinstance(answer, Done):
        return replace(answer, summary=mask(answer.summary))
    return replace(answer, summary=mask(answer.summary), cause=mask_cause(answer.cause, mask))


def mask_cause(cause: Cause, mask: Mask) -> Cause:
    """The same, but for its texts."""
    return replace(
        cause,
        sentence=mask(cause.sentence),
        seen=mask(cause.seen),
        fix=mask(cause.fix),
        log=tuple(map(mask, cause.log)),
        more=tuple(map(mask, cause.more)),
    )


def mask_error(error: FairwayError, mask: Mask) -> None:
    """Take them out of the error itself: the durable executor keeps what a step raises."""
    error.what, error.why, error.hint = mask(error.what), mask(error.why), mask(error.hint)
    error.args = (error.what,)
    if isinstance(error, WorkFailed):
        error.log = tuple(map(mask, error.log))
    if isinstance(error, UsageError):
        error.findings = tuple(
            replace(each, message=mask(each.message), hint=mask(each.hint)) for each in error.findings
        )
