"""Why an environment is closed and what opens it, as lines of text, from the API's JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from fairway.wire import words

Json = Mapping[str, Any]


def lines(closed: Json, *, now: float | None = None) -> Sequence[str]:
    """`closed 12 min ago for passage 7 of execution 42; nothing that goes on opens it`, then a line for each way out.
    While its execution goes on, one line says that."""
    known = now is not None and closed.get("since") is not None
    when = f" {words.age(now - closed['since'])}" if known else ""
    passage = f" for passage {closed['passage']}" if closed.get("passage") else " for a migration"
    execution = f" of execution {closed['execution']}" if closed.get("execution") else ""
    head = f"closed{when}{passage}{execution}"
    if not closed["settled"]:
        return [f"{head}, which goes on"]
    waits = f"; passage {closed['passage']} still migrates, wait for its end" if closed["migrates"] else ""
    width = max((len(each["command"]) for each in closed["ways"]), default=0)
    ways = [f"  {each['command']:<{width}}   {each['does']}" for each in closed["ways"]]
    return [f"{head}; nothing that goes on opens it{waits}", *ways]
