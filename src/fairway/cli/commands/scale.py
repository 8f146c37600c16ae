"""`fairway scale web=4`: how many tasks a service has. `fairway scale --history`: what has changed it, and why."""

import time
from typing import Any

import click

from fairway.cli import here, options, output
from fairway.cli.here import Place
from fairway.errors import UsageError
from fairway.wire import words

HEADINGS = ("when", "service", "tasks", "status", "cause")


@click.command("scale")
@click.argument("services", nargs=-1, metavar="[SERVICE=TASKS...]")
@options.app
@options.environment
@click.option("--history", is_flag=True, help="Show what has changed it, newest first: of a service, or of all.")
@options.limit
@options.as_json
def scale(
    services: tuple[str, ...],
    application: str | None,
    environment: str | None,
    history: bool,
    limit: int,
    as_json: bool,
) -> None:
    """Set how many tasks a service has, until the next deployment or rollback: then fairway.toml rules again.

    It is recorded at once; fairway ps shows the tasks come and go. A service with a scaling in fairway.toml goes on
    being scaled from there, and can be set to what its min and max allow.
    """
    if not services and not history:
        raise UsageError("no service was named", hint="fairway scale web=4, or fairway scale --history")
    place = here.find(application)
    if history:
        show(place, place.environment(environment), services, limit=limit, as_json=as_json)
        return
    wanted = dict(read(text) for text in services)
    body = {"environment": place.environment(environment), "services": wanted}
    document = place.client.post(place.path("scale"), body)
    if output.answer_json(as_json, document):
        return
    changes = document["services"]
    for name, change in changes.items():
        held = f"  {words.bounds(change['scaling'])}" if change.get("scaling") else ""
        output.say(f"{name}  {change['from']} → {change['to']}{held}")
    for line in until(changes):
        output.say(line)
    output.say("Next    fairway ps")


def until(changes: dict[str, dict[str, Any]]) -> list[str]:
    """How long it holds."""
    scaled = [name for name, change in changes.items() if change.get("scaling")]
    lines = []
    if len(scaled) < len(changes):
        lines.append(f"{'Until':<8}the next deployment; replicas in fairway.toml lasts")
    if scaled:
        lines.append(f"{'Until':<8}scaling changes {' and '.join(scaled)}: fairway scale --history")
    return lines


def show(place: Place, environment: str, services: tuple[str, ...], *, limit: int, as_json: bool) -> None:
    """The history of an environment, or of one of its services."""
    if len(services) > 1 or any("=" in name for name in services):
        raise UsageError("the history is that of one service, or of all", hint="fairway scale --history web")
    query = {"environment": environment, "service": services[0] if services else None, "limit": limit}
    document = place.client.get(place.path("scaling"), query)
    if output.answer_json(as_json, document):
        return
    now = time.time()
    rows = [row(each, now) for each in document["activities"]]
    output.put_table(HEADINGS, rows, empty=f"nothing has changed how many tasks {environment} has")


def row(activity: dict[str, Any], now: float) -> list[str]:
    """One activity as cells."""
    before, after = activity["from"], activity["to"]
    return [
        words.age(now - activity["at"]),
        activity["service"],
        f"{before} → {after}" if before != after else str(after),
        status(activity),
        output.clean(activity["cause"]),
    ]


def status(activity: dict[str, Any]) -> str:
    """`successful`; of what was not changed AWS's code for why."""
    word: str = activity["status"].lower().replace("_", " ")
    return f"{word}: {activity['reason']}" if activity.get("reason") else word


def read(text: str) -> tuple[str, int]:
    """`web=4` → ("web", 4). Raises UsageError."""
    name, equals, count = text.partition("=")
    if name and equals and count.isascii() and count.isdigit() and int(count) <= 1000:
        return name, int(count)
    raise UsageError(
        f"{text} says no service and number", why="the number is from 0 to 1000", hint="fairway scale web=4"
    )
