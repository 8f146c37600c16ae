"""What the failure of an action of one's own is answered with."""

from collections.abc import Sequence

from fairway.domain.app import OnFailure
from fairway.domain.deployment import Cause
from fairway.pipeline.work import Failed, Work


def again(work: Work) -> str:
    """How to run it again, and what holds meanwhile."""
    stage = work.execution.stage(work.stage)
    deployed = ""
    if stage is not None and stage.deployed:
        if stage.on_failure is OnFailure.ROLLBACK:
            # What went back by itself can't be tried again.
            return "push a commit that mends it"
        deployed = f"; what was deployed to {work.stage} stays"
    return f"fairway retry {work.execution.number} runs it again{deployed}"


def failed(work: Work, sentence: str, log: Sequence[str], *, seen: str = "", fix: str = "") -> Failed:
    """The action has failed."""
    show = f"fairway show {work.execution.number}"
    cause = Cause(sentence=sentence, seen=seen, fix=fix, log=tuple(log), more=(show, f"{show} --log {work.stage}"))
    return Failed(summary=sentence, cause=cause)
