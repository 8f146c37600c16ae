"""Transitions as the API shows them."""

from typing import Annotated

from pydantic import BaseModel, StringConstraints

from fairway.domain import pipeline


class Transition(BaseModel):
    """A stage that nobody may enter: since when (seconds since the epoch), by whom, and why."""

    stage: str
    reason: str
    by: str
    at: float

    @classmethod
    def of(cls, transition: pipeline.DisabledTransition) -> "Transition":
        """The shape of a disabled transition."""
        return cls(stage=transition.stage, reason=transition.reason, by=transition.by, at=transition.at)


class Transitions(BaseModel):
    """By the stages' names."""

    transitions: list[Transition]


class DisableRequest(BaseModel):
    """Why; 1 to 300 characters (CodePipeline's limit)."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
