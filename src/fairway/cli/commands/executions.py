"""`fairway executions`: the pipeline's executions, newest first."""

import time
from typing import Any

import click

from fairway.cli import here, options, output
from fairway.wire import words


@click.command("executions")
@options.app
@options.limit
@click.option("--status", help="Only those with this status, such as FAILED.")
@options.as_json
def executions(application: str | None, limit: int, status: str | None, as_json: bool) -> None:
    """List the pipeline's executions, newest first."""
    place = here.find(application)
    query = {"limit": limit, "status": status.upper() if status else None}
    document = place.client.get(place.path("executions"), query)
    if output.answer_json(as_json, document):
        return
    now = time.time()
    rows = [
        [
            str(item["number"]),
            item["status"].lower().replace("_", " "),
            words.commit(item["commit"]),
            words.age(now - item["created_at"]),
            words.duration((item["ended_at"] or now) - item["started_at"]) if item["started_at"] else "",
            describe(item),
        ]
        for item in document["executions"]
    ]
    output.put_table(
        ("execution", "status", "commit", "created", "took", "subject"),
        rows,
        empty=f"{place.app} has no executions yet; a push starts one",
    )


def describe(item: dict[str, Any]) -> str:
    """The commit's subject; for a rollback what it goes back to."""
    if item.get("rollback"):
        return f"{item['stages'][0]['name']} back to release {item['rollback']['release']}"
    return output.clean(item["subject"])
