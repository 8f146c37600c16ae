"""Scaling activities as the API shows them, and the bounds that a service is held to."""

from pydantic import BaseModel, Field

from fairway.domain import scaling_activity, scaling_bounds
from fairway.domain.desired import DesiredService


class Activity(BaseModel):
    """One change of a service's count, or one that a limit stood against (`reason` then, and `from` is `to`)."""

    id: int
    at: float
    environment: str
    service: str
    before: int = Field(serialization_alias="from")
    after: int = Field(serialization_alias="to")
    cause: str
    by: scaling_activity.By
    status: scaling_activity.Status
    reason: scaling_activity.NotScaledReason | None
    ended_at: float | None

    @classmethod
    def of(cls, kept: scaling_activity.Activity) -> "Activity":
        """The shape of an activity."""
        return cls(
            id=kept.id,
            at=kept.at,
            environment=kept.environment,
            service=kept.service,
            before=kept.before,
            after=kept.after,
            cause=kept.cause,
            by=kept.by,
            status=kept.status,
            reason=kept.reason,
            ended_at=kept.ended_at,
        )


class Activities(BaseModel):
    """Newest first."""

    activities: list[Activity]


class Bounds(BaseModel):
    """At least `min`, at most `max` tasks, at this time."""

    min: int
    max: int

    @classmethod
    def of(cls, service: DesiredService, now: float) -> "Bounds | None":
        """Those that are in force; None for a service that is not scaled."""
        if service.scaling is None:
            return None
        bounds = scaling_bounds.in_force(service.scaling, now)
        return cls(min=bounds.minimum, max=bounds.maximum)


class Changed(BaseModel):
    """From and to, and what scaling holds it to."""

    before: int = Field(serialization_alias="from")
    after: int = Field(serialization_alias="to")
    scaling: Bounds | None = None


class Scaled(BaseModel):
    """By service."""

    services: dict[str, Changed]
