"""Whether an environment on AWS is closed, as a parameter of its services' stack says it: pure.

    OPEN → CLOSING   whoever asks gets a page; scaling and schedules rest, so that nothing starts a task any more
    CLOSING → CLOSED the services have no task
    CLOSED → OPENING they have their tasks again, and only then the page goes
    OPENING → OPEN   counts are scaling's again

A stack goes from one to the next as a whole, or back. So the parameter is the truth, and nothing else is remembered.
"""

from collections.abc import Mapping
from enum import StrEnum

PARAMETER = "Door"
"""Of the services' stack; one without it can't be closed."""


class Door(StrEnum):
    """See above."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    OPENING = "opening"


STEPS: Mapping[Door, tuple[Door, ...]] = {
    Door.OPEN: (Door.CLOSING, Door.CLOSED),
    Door.CLOSING: (Door.CLOSED,),
    Door.CLOSED: (),
    Door.OPENING: (Door.CLOSING, Door.CLOSED),
}
"""How it is closed, from each."""
SHUT = frozenset({Door.CLOSING, Door.CLOSED})


def read(parameters: Mapping[str, str]) -> Door | None:
    """The door of a stack with these parameters; None of one that has none."""
    value = parameters.get(PARAMETER, "")
    return Door(value) if value in set(Door) else None


def is_shut(parameters: Mapping[str, str]) -> bool:
    """Whether whoever asks gets the page."""
    return read(parameters) in SHUT


def opened(door: Door | None, *, same: bool) -> Door:
    """What a deployment makes of it; `same`: it brings the release that the stack has. One that finds it CLOSING has
    tasks under it still, whose counts are as they should be. OPENING stays for a deployment that is run again, as
    nothing is to change for it."""
    if door is Door.CLOSED or (door is Door.OPENING and same):
        return Door.OPENING
    return Door.OPEN
