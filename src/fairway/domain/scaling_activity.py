"""A scaling activity: one change of a service's count, or one that was not made, with its cause. The history is made of
them, and so is what must be known of the past: the cool-down that runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from fairway.domain.ids import AppName, EnvironmentName, ServiceName


class Status(StrEnum):
    """Application Auto Scaling's statuses, and NOT_SCALED for what it lists as "not scaled activities".

    OVERRIDDEN: a later change came before this one was done. UNFULFILLED: the tasks did not come (or go) in time.
    """

    IN_PROGRESS = "IN_PROGRESS"
    SUCCESSFUL = "SUCCESSFUL"
    OVERRIDDEN = "OVERRIDDEN"
    UNFULFILLED = "UNFULFILLED"
    NOT_SCALED = "NOT_SCALED"


TRANSITIONS: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        Status.IN_PROGRESS: frozenset({Status.SUCCESSFUL, Status.OVERRIDDEN, Status.UNFULFILLED}),
        Status.SUCCESSFUL: frozenset(),
        Status.OVERRIDDEN: frozenset(),
        Status.UNFULFILLED: frozenset(),
        Status.NOT_SCALED: frozenset(),
    }
)


class By(StrEnum):
    """What made the change. BOUNDS: the count was outside of the minimum and maximum that hold."""

    POLICY = "POLICY"
    BOUNDS = "BOUNDS"
    PERSON = "PERSON"


class NotScaledReason(StrEnum):
    """Application Auto Scaling's codes; HostIsFull is Fairway's own, for what one host can hold."""

    MAX = "AlreadyAtMaxCapacity"
    MIN = "AlreadyAtMinCapacity"
    FLAPPING = "AutoScalingAnticipatedFlapping"
    HOST = "HostIsFull"


PATIENCE = 600.0
"""Seconds that the tasks of a change have to come or go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """From `before` to `after` tasks at `at`. Of one that was not made, both are the count that stayed.

    `cooldown` seconds follow a policy's change; `base` is the count that the first change of a row of scale-outs began
    with, each within the cool-down of the one before. `id` is the store's.
    """

    app: AppName
    environment: EnvironmentName
    service: ServiceName
    at: float
    before: int
    after: int
    cause: str
    by: By
    status: Status = Status.IN_PROGRESS
    reason: NotScaledReason | None = None
    ended_at: float | None = None
    cooldown: float = 0.0
    base: int = 0
    id: int = 0

    @property
    def out(self) -> bool:
        """Whether it was a scale-out."""
        return self.after > self.before

    def cools(self, now: float) -> bool:
        """Whether its cool-down runs at `now`."""
        return self.by is By.POLICY and self.before != self.after and now < self.at + self.cooldown


def follow(activity: Activity, *, running: int, healthy: int, now: float) -> Status:
    """The status at `now` of a change, by the tasks that are there. A scale-out is done when so many are healthy, a
    scale-in when no more run."""
    if activity.status is not Status.IN_PROGRESS:
        return activity.status
    if healthy >= activity.after if activity.out else running <= activity.after:
        return Status.SUCCESSFUL
    return Status.UNFULFILLED if now - activity.at >= PATIENCE else Status.IN_PROGRESS
