"""`fairway logs`: what the tasks print, the past and on request what follows."""

import json
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from fairway.cli import durations, here, options, output, report
from fairway.client import stream
from fairway.errors import Unreachable, UsageError

LAST = 100
"""Lines that are shown when nobody says how many, or from when on."""


@click.command("logs")
@click.argument("service", required=False)
@options.app
@options.environment
@click.option("--follow", "-f", is_flag=True, help="Go on with what is printed from now on, by new tasks too.")
@click.option("--release", type=int, help="Only tasks of this release.")
@click.option("--task", help="Only this task, gone or not: its id or the beginning of it.")
@click.option(
    "--tail",
    "-n",
    metavar="NUMBER",
    type=click.IntRange(min=0, max=10_000),
    help=f"The last so many lines of all tasks together. Default: {LAST}, all with --since.",
)
@click.option("--since", help="Only from then on: a duration ago (10m) or an ISO time.")
@click.option("--until", help="Only up to then: a duration ago (10m) or an ISO time.")
@click.option("--grep", metavar="TEXT", default="", help="Only lines with this text in them; it is no pattern.")
@click.option("--ignore-case", "-i", is_flag=True, help="With --grep: upper and lower case are the same.")
@options.as_json
def logs(
    service: str | None,
    application: str | None,
    environment: str | None,
    follow: bool,
    release: int | None,
    task: str | None,
    tail: int | None,
    since: str | None,
    until: str | None,
    grep: str,
    ignore_case: bool,
    as_json: bool,
) -> None:
    """Show what the tasks print, those of SERVICE or all.

    Tasks that are gone are among them, as long as their lines are kept. With --json it is one document; with --follow
    too, one for each line.
    """
    if follow and until is not None:
        raise UsageError("--follow shows what comes, and --until is over", hint="leave one of them out")
    if ignore_case and not grep:
        raise UsageError("--ignore-case says how --grep compares", hint="name the text too: --grep TEXT")
    place, now = here.find(application), time.time()
    query = {
        "environment": place.environment(environment),
        "service": service,
        "task": task,
        "release": release,
        "tail": LAST if tail is None and since is None else tail,
        "since": None if since is None else read_time("--since", since, now),
        "until": None if until is None else read_time("--until", until, now),
        "grep": grep or None,
        "ignore_case": True if ignore_case else None,
        "follow": True if follow else None,
    }
    lines = read(place, query, follow=follow)
    if as_json:
        put_json(lines, follow=follow)
        return
    shown = False
    for line in lines:
        output.put(render(line))
        shown = True
    if not shown and not follow:
        output.say(nothing(since, until, grep))


def put_json(lines: Iterator[dict[str, Any]], *, follow: bool) -> None:
    """One document, or with `follow` one on each line as it comes, since there is no end to wait for."""
    if not follow:
        output.put_json({"lines": list(lines)})
        return
    for line in lines:
        output.put(json.dumps(line, ensure_ascii=False))


def nothing(since: str | None, until: str | None, grep: str) -> str:
    """Why no line is shown."""
    if grep:
        return f'no line that is kept has "{grep}" in it' + (" in that time" if since or until else "")
    if until is not None:
        return "nothing was printed in that time"
    return "nothing was printed yet" if since is None else f"nothing was printed since {since}"


def read(place: here.Place, query: dict[str, Any], *, follow: bool) -> Iterator[dict[str, Any]]:
    """The lines. Following goes on over a restart of the server, and ends with Ctrl-C."""
    path = place.path("logs")
    try:
        while True:
            try:
                for message in stream.events(place.client, path, query=query, until="" if not follow else "end"):
                    if message.get("type") == "line":
                        # After a broken connection what has been shown is not shown again.
                        query["after"] = message.get("stamp")
                        yield message
                return
            except stream.BrokenOff:
                if not follow:
                    raise Unreachable(
                        "the log broke off", why="the server stopped, or the connection was lost", hint="the same again"
                    ) from None
                query["tail"] = None if query.get("after") else query["tail"]
                report.wait_for_server(place.client, time.monotonic() + report.PATIENCE)
    except KeyboardInterrupt:
        raise click.exceptions.Exit(0) from None


def render(line: dict[str, Any]) -> str:
    """`web.3fa9 │ Server ready`. What Fairway has to say of the log itself is no line of the task's: `web.3fa9 ┆ …`."""
    notice = line.get("stream") == "fairway"
    name = f"{line['service']}.{line['task'][:4]}"
    text = output.clean(line["text"])
    return (
        f"{output.paint(f'{name} ' + ('┆' if notice else '│'), 'dim')} {output.paint(text, 'dim') if notice else text}"
    )


def read_time(option: str, text: str, now: float) -> float:
    """A time in seconds since the epoch: `10m` ago, or an ISO date and time (local when it names no zone). Raises
    UsageError for one before 1970, and for what is no time."""
    try:
        seconds = datetime.fromisoformat(text).timestamp()
    except ValueError:
        seconds = now - ago(option, text)
    if seconds < 0:
        raise UsageError(f"{option} {text} is before there was anything", hint=f"for example: {option} 10m")
    return seconds


def ago(option: str, text: str) -> float:
    """The seconds of a duration. Raises UsageError that names both forms of a time."""
    try:
        return durations.seconds(option, text)
    except UsageError:
        raise UsageError(
            f"{option} {text} is neither a duration nor an ISO time",
            hint="for example: 10m, 2026-11-30 or 2026-11-30T08:15",
        ) from None
