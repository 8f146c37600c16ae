"""`fairway top`: requests, latencies and use of every service and task, live; or a service's past."""

import sys
import time
from collections.abc import Sequence
from typing import Any

import click

from fairway.cli import durations, figures, here, options, output, redraw
from fairway.errors import UsageError

OVER = "10s"


@click.command("top")
@click.argument("service", required=False)
@options.app
@click.option("--environment", "-e", help="Only this environment. Default: all.")
@click.option("--over", metavar="DURATION", default=OVER, help=f"Figures of so long until now. Default: {OVER}.")
@click.option("--since", metavar="DURATION", help="Instead the past of SERVICE, for so long until now (1h, 7d).")
@click.option("--once", is_flag=True, help="One table, not redrawn.")
@options.timeout("1d")
@options.as_json
def top(
    service: str | None,
    application: str | None,
    environment: str | None,
    over: str,
    since: str | None,
    once: bool,
    timeout: str,
    as_json: bool,
) -> None:
    """Show what SERVICE, or every service, and its tasks do and use.

    On a terminal it is redrawn each second until Ctrl-C; piped, or with --once, it is one table.
    """
    patience = durations.seconds("--timeout", timeout)
    place = here.find(application)
    if since is not None:
        if service is None:
            raise UsageError("--since wants a service", hint=f"fairway top web --since {since}")
        show_past(place, service, environment, durations.seconds("--since", since), as_json=as_json)
        return
    query = {"environment": environment, "service": service, "over": durations.seconds("--over", over)}

    def look() -> Any:
        return place.client.get(place.path("top"), query)

    if as_json or once or not output.on_terminal(sys.stdout):
        document = look()
        if not output.answer_json(as_json, document):
            rows = make_rows(document)
            output.put_table(HEADINGS, rows, empty=f"{place.app} has no services; a push starts some")
        return
    redraw.watch(
        place.client,
        look,
        lambda document, now, width: lines(place.app, document),
        name=place.app,
        more="fairway top",
        timeout=patience,
    )


HEADINGS = ("environment", "service", "task", *figures.HEADINGS)


def lines(app: str, document: dict[str, Any]) -> Sequence[str]:
    """The screen: when and of how long it is, then the table."""
    at = time.strftime("%H:%M:%S", time.localtime(document["at"]))
    head, *body = output.table(HEADINGS, make_rows(document))
    return [f"{output.paint(app, 'bold')}   {at}   the last {document['over']:g} s", output.paint(head, "dim"), *body]


def make_rows(document: dict[str, Any]) -> list[list[str]]:
    """A row for each service, and one for each of its tasks."""
    rows = []
    for each in document["services"]:
        tasks = each["tasks"]
        rows.append([each["environment"], each["service"], str(len(tasks)), *figures.cells(each["figures"])])
        rows += [["", "", task["id"][:12], *figures.cells(task["figures"])] for task in tasks]
    return rows


def show_past(place: here.Place, service: str, environment: str | None, seconds: float, *, as_json: bool) -> None:
    """A row for each step of the past."""
    query: dict[str, str | float] = {
        "environment": place.environment(environment),
        "service": service,
        "since": time.time() - seconds,
    }
    document = place.client.get(place.path("samples"), query)
    if output.answer_json(as_json, document):
        return
    form = "%H:%M:%S" if seconds <= 86400 else "%m-%d %H:%M"
    rows = [
        [time.strftime(form, time.localtime(each["at"])), f"{each['tasks']:g}", *figures.cells(each)]
        for each in document["samples"]
    ]
    empty = f"nothing of {service} was measured in this time"
    output.put_table(("until", "tasks", *figures.HEADINGS), rows, empty=empty)
