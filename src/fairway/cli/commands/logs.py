"""`fairway logs`: what the tasks print, the past and on request what follows."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from fairway.cli import durations, here, options, output, report
from fairway.client import stream
from fairway.errors import Unreachable, UsageError


@click.command("logs")
@click.argument("service", required=False)
@options.app
@options.environment
@click.option("--follow", "-f", is_flag=True, help="Go on with what is printed from now on.")
@click.option("--release", type=int, help="Only tasks of this release.")
@click.option("--task", help="Only this task.")
@click.option(
    "--tail", "-n", metavar="NUMBER", type=click.IntRange(min=0), default=100, help="So many lines of each task's past."
)
@click.option("--since", help="Only from then on: a duration ago (10m) or an ISO time.")
@options.as_json
def logs(
    service: str | None,
    application: str | None,
    environment: str | None,
    follow: bool,
    release: int | None,
    task: str | None,
    tail: int,
    since: str | None,
    as_json: bool,
) -> None:
    """Show what the tasks print, those of SERVICE or all."""
    if follow and as_json:
        raise UsageError("--follow has no end, and --json prints one document", hint="leave one of them out")
    place = here.find(application)
    query = {
        "environment": place.environment(environment),
        "service": service,
        "task": task,
        "release": release,
        "tail": tail,
        "since": None if since is None else read_since(since, time.time()),
        "follow": True if follow else None,
    }
    lines = read(place, query, follow=follow)
    if as_json:
        output.put_json({"lines": list(lines)})
        return
    shown = False
    for line in lines:
        output.put(render(line))
        shown = True
    if not shown and not follow:
        output.say("nothing was printed yet" if since is None else f"nothing was printed since {since}")


def read(place: here.Place, query: dict[str, Any], *, follow: bool) -> Iterator[dict[str, Any]]:
    """The lines. Following goes on over a restart of the server, and ends with Ctrl-C."""
    path = place.path("logs")
    try:
        while True:
            try:
                for message in stream.events(place.client, path, query=query, until="" if not follow else "end"):
                    if message.get("type") == "line":
                        # After a broken connection what has been shown is not shown again.
                        query["since"] = message.get("at") or query["since"]
                        yield message
                return
            except stream.BrokenOff:
                if not follow:
                    raise Unreachable(
                        "the log broke off", why="the server stopped, or the connection was lost", hint="the same again"
                    ) from None
                query["tail"] = None
                report.wait_for_server(place.client, time.monotonic() + report.PATIENCE)
    except KeyboardInterrupt:
        raise click.exceptions.Exit(0) from None


def render(line: dict[str, Any]) -> str:
    """`web.3fa9 │ Server ready`."""
    name = f"{line['service']}.{line['task'][:4]}"
    return f"{output.paint(f'{name} │', 'dim')} {output.clean(line['text'])}"


def read_since(text: str, now: float) -> float:
    """A time in seconds since the epoch: `10m` ago, or an ISO date and time (local when it names no zone)."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return now - durations.seconds("--since", text)
