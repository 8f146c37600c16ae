"""Long work on a database as a command sees it through: begun, followed, told; it goes on when the command ends."""

import time
from collections.abc import Mapping
from typing import Any

from fairway.cli import bars, kept, output, report
from fairway.cli.here import Place
from fairway.client import problems
from fairway.errors import NotFound, WorkFailed
from fairway.wire import words

Json = dict[str, Any]


def begin(
    place: Place, path: str, body: Mapping[str, Any] | None, *, no_wait: bool, timeout: float, as_json: bool
) -> Json | None:
    """Begin it and see it to its end; what came of it, None when that is not waited for. Raises what it failed with."""
    errand = place.client.post(path, body)
    if no_wait:
        if not output.answer_json(as_json, {"errand": errand, "backup": None}):
            output.say(f"The {errand['kind']} of {errand['environment']} goes on on the server")
            output.say(f"  More    fairway db follow {errand['number']}")
        return None
    return follow(place, errand, timeout=timeout, as_json=as_json)


def follow(place: Place, errand: Json, *, timeout: float, as_json: bool) -> Json:
    """Show it until it has ended, and print it as JSON when that is wanted. Raises what it failed with; WorkFailed when
    `timeout` seconds are over."""
    number, name = errand["number"], f"the {errand['kind']} of {errand['environment']}"
    more = f"fairway db follow {number}"
    path = place.path("errands", number, "stream")
    problem: Json | None = None
    ended: Json = {}
    with report.interruptible(name, more), report.Ticker() as ticker:
        steps = bars.Steps(live=ticker.live.on)
        ticker.set(lambda _: steps.step.line(time.monotonic()) if steps.step else "")
        try:
            for message in report.messages(place.client, path, timeout=timeout, name=name, more=more):
                if message["type"] == "problem":
                    problem = message["problem"]
                    break
                if "errand" in message:
                    shown = message["errand"]
                    require_same(errand, shown)
                    ticker.above(steps.take(shown["doing"], shown["done"], shown["total"], time.monotonic()))
                if message["type"] == "end":
                    ticker.above(steps.end(time.monotonic()))
                    ended = message
        except NotFound as error:
            # The connection broke off, and the server that came back knows nothing of it.
            raise WorkFailed(
                f"{name} did not come to its end", why="the server was started again since", hint="fairway db backups"
            ) from error
    if problem is not None:
        raise problems.make(problem)
    document = {"errand": ended["errand"], "backup": ended["backup"]}
    output.answer_json(as_json, document)
    return document


def require_same(errand: Json, shown: Json) -> None:
    """Raises NotFound for another one of the same number: a server that was started again counts from 1."""
    if (errand["kind"], errand["begun_at"]) != (shown["kind"], shown["begun_at"]):
        raise NotFound(f"there is no work {errand['number']} under way any more")


def tell(document: Json) -> None:
    """Say what came of it."""
    errand, backup = document["errand"], document["backup"]
    number = errand["backup"]
    match errand["kind"]:
        case "backup":
            output.say(f"{output.paint('✓', 'good')} {kept.line(backup)}")
            output.say(f"  Next    fairway db restore {number}    fairway db drill {number}")
        case "restore":
            output.say(f"✓ {errand['variable']} of {errand['environment']} has what backup {number} holds")
            if errand["before"] is not None:
                output.say(f"  Back    fairway db restore {errand['before']} --into {errand['environment']}")
        case _:
            what = "is what was backed up" if errand["kind"] == "verify" else "was restored in a drill"
            output.say(f"✓ backup {number} {what}; recovery took {words.duration(errand['seconds'] or 0.0)}")
