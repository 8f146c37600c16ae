"""`fairway releases`: what an environment ran, newest first, and so what a rollback can go back to."""

import time

import click

from fairway.cli import here, options, output
from fairway.wire import words


@click.command("releases")
@options.app
@options.environment
@options.limit
@options.as_json
def releases(application: str | None, environment: str | None, limit: int, as_json: bool) -> None:
    """List an environment's releases, newest first."""
    place = here.find(application)
    name = place.environment(environment)
    document = place.client.get(place.path("releases"), {"environment": name, "limit": limit})
    if output.answer_json(as_json, document):
        return
    now = time.time()
    rows = [
        [
            str(item["number"]),
            "current" if item["current"] else "",
            words.commit(item["commit"]),
            words.age(now - item["created_at"]),
            str(item["configuration"]),
            f"rollback to release {item['rollback_of']}" if item["rollback_of"] else output.clean(item["subject"]),
        ]
        for item in document["releases"]
    ]
    headings = ("release", "", "commit", "created", "variables", "subject")
    output.put_table(headings, rows, empty=f"{name} has no releases yet")
