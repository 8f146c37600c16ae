"""A stack's events as a story: where the last operation begins, whether it is over, and what made it fail.

CloudFormation tells many failures for one: when a resource fails it cancels the others and then says that the stack
failed. The cause is the first that failed by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fairway.domain.aws.stack import StackEvent

STACK = "AWS::CloudFormation::Stack"
BEGINNINGS = frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS"})
UNFINISHED = frozenset({"UPDATE_FAILED", "CREATE_FAILED"})
"""What a stack is only on its way to a rollback; where the rollback is off it ends there, which its status says."""


def of_itself(event: StackEvent, name: str) -> bool:
    """Whether the event is the stack's own, not a resource's."""
    return event.type == STACK and event.logical == name


def last_operation(events: Sequence[StackEvent], name: str) -> Sequence[StackEvent]:
    """The events since the stack's last operation began, oldest first; all when its beginning is not among them."""
    begun = [index for index, event in enumerate(events) if of_itself(event, name) and event.status in BEGINNINGS]
    return events[begun[-1] :] if begun else events


def ended(events: Sequence[StackEvent], name: str) -> bool:
    """Whether the stack itself has come to rest in these events."""
    own = [event for event in events if of_itself(event, name)]
    return bool(own) and not own[-1].status.endswith("_IN_PROGRESS") and own[-1].status not in UNFINISHED


def first_failure(events: Sequence[StackEvent], name: str) -> StackEvent | None:
    """The event that tells the cause: the first resource that failed by itself, else the stack's own failure."""
    failed = [event for event in events if event.failed]
    return next((event for event in failed if not of_itself(event, name)), failed[0] if failed else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How far an operation has come: resources that are done, and those that are under way, by logical id, with the
    moment (seconds since the epoch) at which each was begun."""

    done: int = 0
    busy: tuple[tuple[str, float], ...] = ()


def count(events: Sequence[StackEvent], name: str) -> Count:
    """What the events of one operation say of its resources."""
    begun: dict[str, float] = {}
    last: dict[str, StackEvent] = {}
    for event in events:
        if of_itself(event, name):
            continue
        begun.setdefault(event.logical, event.at)
        last[event.logical] = event
    busy = [(logical, begun[logical]) for logical, event in last.items() if event.status.endswith("_IN_PROGRESS")]
    return Count(done=len(last) - len(busy), busy=tuple(busy))
