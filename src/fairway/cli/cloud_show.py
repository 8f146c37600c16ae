"""What the room `provision` tells, as lines: each resource as it comes to rest, and on a terminal what is under way.

The same lines come out where nobody can rewrite one, without the last.
"""

from fairway.cli import output
from fairway.domain.aws.stack import StackEvent
from fairway.provision.telling import Begun, Ended, Going, Moved, Noted, Told
from fairway.wire import words

NAMED = 3
"""Resources that the live line names."""


class Show:
    """Shows what it is told; `kept` is what was told of stacks that are through, and noted, for a JSON document."""

    def __init__(self) -> None:
        self.live = output.Live()
        self.kept: list[dict[str, object]] = []

    def __enter__(self) -> "Show":
        return self

    def __exit__(self, *_: object) -> None:
        """Take the live line away, however the work ended."""
        self.live.clear()

    def __call__(self, told: Told) -> None:
        """Show one thing."""
        if isinstance(told, Going):
            self.live.show(going_line(told))
            return
        self.live.clear()
        match told:
            case Begun():
                output.say(f"{told.doing.capitalize()} {told.stack}")
            case Moved():
                output.say_lines(moved_lines(told))
            case Ended():
                self.kept.append({"stack": told.stack, "how": told.how, "seconds": round(told.seconds, 1)})
                output.say_lines([ended_line(told)])
            case Noted():
                self.kept.append({"about": told.about, "note": told.text})
                output.say(f"{'Note':<7}{output.clean(told.about)}: {output.clean(told.text)}")


def moved_lines(told: Moved) -> list[str]:
    """`  ✓  Vpc  AWS::EC2::VPC  12 s`; a failure has its reason below."""
    event = told.event
    line = f"  {mark(event)}  {event.logical:<32} {short(event.type):<36} {verb(event)}{words.duration(told.seconds)}"
    if event.failed and event.reason:
        return [line, f"     {output.clean(event.reason)}"]
    return [line]


def mark(event: StackEvent) -> str:
    """✓ for what came out as it should, ✗ for what failed, - for what is gone, left or given up with another."""
    if event.failed:
        return "✗"
    return "-" if event.status.startswith("DELETE_") or event.status.endswith("_FAILED") else "✓"


def verb(event: StackEvent) -> str:
    """What happened, where it is not what the heading says."""
    if event.status == "DELETE_SKIPPED":
        return "kept, "
    if event.status.endswith("_FAILED") and not event.failed:
        return "given up, "
    return "deleted, " if event.status == "DELETE_COMPLETE" else ""


def short(kind: str) -> str:
    """`EC2::VPC`."""
    return kind.removeprefix("AWS::")


def ended_line(told: Ended) -> str:
    """`✓ fairway-shop-network made in 2 min 5 s`."""
    if told.how == "unchanged":
        return f"✓ {told.stack} is as it should be"
    return f"✓ {told.stack} {told.how} in {words.duration(told.seconds)}"


def going_line(told: Going) -> str:
    """`  … 12 done, under way: NatGateway 1 min 3 s, EipA 4.0 s`."""
    busy = [f"{logical} {words.duration(told.at - since)}" for logical, since in told.count.busy[:NAMED]]
    more = len(told.count.busy) - len(busy)
    tail = ", ".join(busy) + (f" and {more} more" if more > 0 else "")
    return f"  …  {told.count.done} done, under way: {tail or 'the stack itself'}"
