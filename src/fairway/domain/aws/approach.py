"""What a stack's state allows: the first thing to decide before one is made, changed or deleted.

The statuses are CloudFormation's. A stack whose creation failed can only be deleted; one whose rollback failed can't be
touched before the rollback has been gone on with; one that moves belongs to whoever moves it.
"""

from collections.abc import Sequence
from enum import StrEnum

from fairway.domain.aws import states
from fairway.domain.aws.stack import APP_TAG, STATEFUL, SeenStack, StackEvent
from fairway.errors import Conflict


class Approach(StrEnum):
    """What to do next with a stack that is to be as it is wanted."""

    MAKE = "make"
    CHANGE = "change"
    WAIT = "wait"
    REMAKE = "remake"
    RECOVER = "recover"
    STUCK = "stuck"


def decide(seen: SeenStack | None) -> Approach:
    """The next thing to do with a stack as it is seen, None: there is none."""
    if seen is None or seen.status == states.PROPOSED:
        return Approach.MAKE
    if seen.moving:
        return Approach.WAIT
    if seen.status in states.NEVER_MADE:
        return Approach.REMAKE
    if seen.status == states.STUCK:
        return Approach.RECOVER
    if seen.status == states.DELETE_FAILED:
        return Approach.STUCK
    return Approach.CHANGE


def exists(seen: SeenStack | None) -> bool:
    """Whether there is a stack with something in it that can be changed."""
    return decide(seen) in (Approach.CHANGE, Approach.WAIT, Approach.RECOVER)


def require_own(seen: SeenStack, app: str) -> None:
    """Raise Conflict for a stack that has not this app's tag: its name is taken by something that is not Fairway's."""
    if seen.tags.get(APP_TAG) == app or (seen.status == states.PROPOSED and APP_TAG not in seen.tags):
        return
    owner = seen.tags.get(APP_TAG)
    raise Conflict(
        f"the name {seen.name} is taken",
        why=f"a stack of that name belongs to the app {owner}" if owner else "a stack of that name is not Fairway's",
        hint="another app = in fairway.toml gives other names; Fairway changes no stack without its tag " + APP_TAG,
    )


def kept(events: Sequence[StackEvent]) -> tuple[StackEvent, ...]:
    """The resources with data that a deletion or a rollback left behind, which the stack forgets when it is deleted:
    those whose last word is DELETE_SKIPPED."""
    last = {event.logical: event for event in events if event.status != "DELETE_IN_PROGRESS"}
    return tuple(each for each in last.values() if each.status == "DELETE_SKIPPED" and each.type in STATEFUL)
