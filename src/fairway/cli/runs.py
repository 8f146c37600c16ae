"""A run of a job as a terminal shows it: its lines as they come, its end, and the exit status that stands for it."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import click

from fairway.cli import output, report
from fairway.cli.here import Place
from fairway.client import stream
from fairway.errors import Unreachable
from fairway.wire import progress, words

Json = dict[str, Any]
INTERRUPTED = 130
MARKS = {"SUCCEEDED": "✓", "STOPPED": "■", "MISSED": "■", "FAILED": "✗", "TIMED_OUT": "✗"}


def insisting(said: bool) -> Json:
    """What --while-closed adds to the order."""
    return {"while_closed": True} if said else {}


def begin(place: Place, body: Mapping[str, Any], *, detach: bool, as_json: bool) -> None:
    """Begin the run that the body asks for, see it through unless `detach`, and end the process as it ends."""
    run = place.client.post(place.path("runs"), body)
    number = run["number"]
    if detach:
        if not output.answer_json(as_json, run):
            output.say(f"Run {number} has begun")
            output.say_lines(
                progress.labelled("More", [f"fairway jobs logs {number} -f    fairway jobs stop {number}"])
            )
        return
    run = see_through(place, run, output.say if as_json else output.put)
    status = finish(run)
    output.answer_json(as_json, run)
    raise click.exceptions.Exit(status)


def see_through(place: Place, run: Json, put: Callable[[str], None]) -> Json:
    """Give its lines to `put` until it has ended, and return it. Ctrl-C stops it, and a second time leaves it. Over a
    broken connection it goes on; raises Unreachable, and says how to look at it, when the server stays away."""
    number, seen = run["number"], 0
    stopping = False
    while True:
        try:
            for message in messages(place, number, seen):
                if message["type"] == "line":
                    seen += 1
                    put(output.clean(message["text"]))
                elif message["type"] in ("run", "end"):
                    tell(run, message["run"])
                    run = message["run"]
            return run
        except KeyboardInterrupt:
            if stopping:
                output.say(f"\nNot watching any more; run {number} goes on, and is being stopped.")
                output.say_lines(progress.labelled("More", [f"fairway jobs show {number}"]))
                raise click.exceptions.Exit(INTERRUPTED) from None
            stopping = True
            output.say(
                f"\nStopping run {number}; it is killed after ten seconds. Ctrl-C again stops only the watching."
            )
            place.client.post(place.path("runs", number, "stop"))


def messages(place: Place, number: int, seen: int) -> Iterator[Json]:
    """The stream's messages to its end, without the lines that were seen."""
    while True:
        try:
            for message in stream.events(place.client, place.path("runs", number, "stream"), query={"skip": seen}):
                seen += message["type"] == "line"
                yield message
            return
        except stream.BrokenOff:
            output.say(f"The connection broke off; run {number} goes on. Waiting for the server to come back")
            try:
                report.wait_for_server(place.client, time.monotonic() + report.PATIENCE)
            except Unreachable as error:
                raise Unreachable(
                    error.what, why=f"run {number} goes on without it", hint=f"fairway jobs logs {number} -f"
                ) from error


def tell(before: Json, now: Json) -> None:
    """Say that an attempt failed and another one follows."""
    if now["attempt"] > before["attempt"]:
        wait = max(0.0, (now["next_attempt_at"] or 0.0) - time.time())
        follows = f"attempt {now['attempt']} of {now['most_attempts']}"
        output.say(f"attempt {before['attempt']} failed: {now['cause']}; {follows} follows in {words.duration(wait)}")


def finish(run: Json) -> int:
    """Say how it ended, unless it ended well; the exit status that stands for it."""
    if run["status"] != "SUCCEEDED":
        output.say_lines([line(run)])
    return exit_status(run)


def exit_status(run: Json) -> int:
    """The command's own, as `docker run` gives it; 1 when there is none, or it would say that all is well."""
    if run["status"] == "SUCCEEDED":
        return 0
    return int(run["code"]) or 1 if run["code"] is not None else 1


def line(run: Json) -> str:
    """`run 12  ✗  4.0 s  failed: exit code 3`."""
    taken = words.duration(run["seconds"]) if run["seconds"] is not None else ""
    because = f": {output.clean(run['cause'])}" if run["cause"] else ""
    if run["status"] == "STOPPED":
        because = f" {output.clean(run['cause']).removeprefix('stopped ')}"
    parts = [f"run {run['number']}", MARKS.get(run["status"], "…"), taken, f"{status(run)}{because}"]
    return "  ".join(part for part in parts if part)


def status(run: Json) -> str:
    """`timed out`; one whose next attempt is waited for says so."""
    if run["next_attempt_at"] is not None:
        return f"waits for attempt {run['attempt']} of {run['most_attempts']}"
    return str(run["status"]).lower().replace("_", " ")


def job_line(job: Json, now: float) -> str:
    """How a declared job does: `next 03:00, last succeeded in 4.0 s`."""
    parts = []
    if job["running"]:
        latest = job["running"][0]
        parts.append(f"run {latest['number']} {status(latest)} for {words.duration(now - latest['created_at'])}")
    parts.append(f"next {when(job['next'], now)}" if job["next"] is not None else "by hand only")
    parts.append(last(job["last"]))
    return ", ".join(part for part in parts if part)


def last(run: Json | None) -> str:
    """How the last run that has ended went, with the command that shows more when it did not go well."""
    if run is None:
        return "has not run yet"
    if run["status"] == "SUCCEEDED":
        return f"last succeeded in {words.duration(run['seconds'] or 0.0)}"
    return f"last {status(run)}   fairway jobs show {run['number']}"


def when(at: float, now: float) -> str:
    """A time to come, in this host's zone: `03:00`, after a day `Mon 03:00`, after a week `2026-12-24 03:00`."""
    time_ = datetime.fromtimestamp(at)
    if at - now < words.DAY:
        return time_.strftime("%H:%M")
    return time_.strftime("%a %H:%M" if at - now < 7 * words.DAY else "%Y-%m-%d %H:%M")
