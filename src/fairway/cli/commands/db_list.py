"""`fairway db list` and `fairway db show`: the databases that Fairway runs, and how they are."""

import time
from typing import Any

import click

from fairway.cli import here, hosted, options, output
from fairway.errors import NotFound


@click.command("list")
@options.app
@click.option("--environment", "-e", help="Only this environment. Default: all.")
@options.as_json
def list_(application: str | None, environment: str | None, as_json: bool) -> None:
    """List the databases that Fairway runs for the app, with their size, sessions, last backup and last drill."""
    place = here.find(application)
    document = place.client.get(place.path("databases"), {"environment": environment})
    if output.answer_json(as_json, document):
        return
    now = time.time()
    rows = [hosted.row(each, now) for each in document["databases"]]
    empty = '[databases.main] engine = "postgres" in fairway.toml makes one; others are variables: fairway env set'
    output.put_table(hosted.HEADINGS, rows, empty=f"Fairway runs no database of {place.app}: {empty}")


@click.command("show")
@click.argument("name", required=False)
@options.app
@options.environment
@options.as_json
def show(name: str | None, application: str | None, environment: str | None, as_json: bool) -> None:
    """Show one database: how it is and why, its version, limits, times of backups and drills."""
    place = here.find(application)
    chosen = place.environment(environment)
    document = place.client.get(place.path("databases"), {"environment": chosen})
    found: list[dict[str, Any]] = [each for each in document["databases"] if name in (None, each["name"])]
    if not found:
        raise NotFound(
            f"{chosen} of {place.app} has no database{f' {name}' if name else ''} that Fairway runs",
            hint="fairway db list",
        )
    if output.answer_json(as_json, {"databases": found}):
        return
    now = time.time()
    for each in found:
        for line in hosted.lines(each, now):
            output.put(line)
