"""What goes on with a stack, as lines of a stage's log."""

from fairway.ports.builder import LogSink
from fairway.provision.telling import Begun, Ended, Going, Moved, Noted, Told
from fairway.wire import words


def log(told: Told, sink: LogSink) -> None:
    """Write what is worth a line: a resource that came to rest, a stack's turn. How far it is, is for terminals."""
    match told:
        case Moved(event=event, seconds=seconds):
            because = f": {event.reason}" if event.reason else ""
            took = words.duration(seconds)
            sink(f"stack   {event.logical} ({event.type}) {event.status.lower()} after {took}{because}")
        case Begun(stack=stack, doing=doing):
            sink(f"stack   {doing} {stack}")
        case Ended(stack=stack, how=how, seconds=seconds):
            sink(f"stack   {stack} is {how} after {words.duration(seconds)}")
        case Noted(text=text):
            sink(f"stack   {text}")
        case Going():
            pass
