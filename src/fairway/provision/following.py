"""A stack is followed until it comes to rest, with each resource told as it does.

The events are what is gone by, not the status: after a change set was executed the status can say for a moment what it
said before, while the stack's own first event is either there or not. An operation that somebody else began is followed
just the same, from its own beginning.
"""

from collections.abc import Sequence

from fairway.domain.aws import history
from fairway.domain.aws.stack import SeenStack, StackEvent
from fairway.errors import Conflict
from fairway.provision.parts import Parts
from fairway.provision.telling import Going, Moved

EVERY = 5.0
"""Seconds between two looks: two calls each, far below what CloudFormation throttles at."""
PROMPT = 1.0
"""Seconds between the first looks, while what takes no time comes to its end."""
PROMPTLY = 10.0


async def follow(
    parts: Parts, stack: SeenStack, until: float, *, after: str = ""
) -> tuple[SeenStack | None, Sequence[StackEvent]]:
    """The stack when it has come to rest (None: it is deleted), and the events of what it came through.

    It is told of by its id, which holds when another of its name has taken its place.

    `after` is the last event before it; "": from the beginning of the operation that is under way. `until` is seconds
    since the epoch. Raises Conflict when it still moves by then, and what the port raises.
    """
    name, begun = stack.name, parts.clock.now()
    events: list[StackEvent] = []
    told = 0
    while True:
        fresh = await parts.stacks.events(stack.id, events[-1].id if events else after)
        events += fresh if events or after else history.last_operation(fresh, name)
        told = tell(parts, name, events, told)
        if history.ended(events, name):
            seen = await parts.stacks.find(name)
            if seen is None or not seen.moving:
                return seen, events
        elif (seen := await parts.stacks.find(name)) is None:
            return None, events
        if parts.clock.now() >= until:
            raise late(name, seen)
        parts.tell(Going(stack=name, count=history.count(events, name), at=parts.clock.now()))
        await parts.clock.sleep(PROMPT if parts.clock.now() - begun < PROMPTLY else EVERY)


def tell(parts: Parts, name: str, events: Sequence[StackEvent], told: int) -> int:
    """Tell what came to rest in the events behind the first `told`; how many there are now."""
    begun: dict[str, float] = {}
    for index, event in enumerate(events):
        begun.setdefault(event.logical, event.at)
        rests = not event.status.endswith("_IN_PROGRESS")
        if not rests:
            continue
        # What is begun again (a rollback deletes what was made) is timed from there.
        since = begun.pop(event.logical)
        if index >= told and not history.of_itself(event, name):
            parts.tell(Moved(stack=name, event=event, seconds=max(0.0, event.at - since)))
    return len(events)


async def last_event(parts: Parts, stack: SeenStack) -> str:
    """The id of the newest event of a stack, "" when there is none."""
    events = await parts.stacks.events(stack.id)
    return events[-1].id if events else ""


def late(name: str, seen: SeenStack | None) -> Conflict:
    """The error for a stack that moves longer than one is willing to wait."""
    return Conflict(
        f"{name} is not at rest yet",
        why=f"CloudFormation says {seen.status if seen else 'nothing'} of it, and goes on without Fairway",
        hint="the same command later goes on; --timeout 2h waits longer",
    )
