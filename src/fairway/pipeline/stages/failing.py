"""What the failure of an action of one's own is answered with."""

from collections.abc import Sequence

from fairway.domain.deployment import Cause
from fairway.domain.execution import ActionStatus
from fairway.pipeline.work import Failed, Work


def again(work: Work) -> str:
    """How to run it again, and what holds meanwhile."""
    stage = work.execution.stage(work.stage)
    deploy = stage.action("deploy") if stage is not None else None
    stays = deploy is not None and deploy.status is ActionStatus.SUCCEEDED
    deployed = f"; what was deployed to {work.stage} stays" if stays else ""
    return f"fairway retry {work.execution.number} runs it again{deployed}"


def failed(work: Work, sentence: str, log: Sequence[str], *, seen: str = "", fix: str = "") -> Failed:
    """The action has failed."""
    show = f"fairway show {work.execution.number}"
    cause = Cause(sentence=sentence, seen=seen, fix=fix, log=tuple(log), more=(show, f"{show} --log {work.stage}"))
    return Failed(summary=sentence, cause=cause)
