"""`fairway executions`: the pipeline's executions, newest first, all or those that are asked for."""

import shlex
import time
from collections.abc import Mapping
from typing import Any

import click

from fairway.cli import here, options, output
from fairway.wire import words

Json = dict[str, Any]


@click.command("executions")
@options.app
@options.limit
@click.option("--status", help="Only those with this status, such as FAILED.")
@click.option("--branch", help="Only those of this branch.")
@click.option("--commit", help="Only those of a commit whose id begins so.")
@click.option(
    "--pull-request", type=click.IntRange(min=1), metavar="NUMBER", help="Only those of this pull request's heads."
)
@click.option("--environment", "-e", help="Only those that have got to this environment.")
@click.option("--before", metavar="NUMBER", type=click.IntRange(min=1), help="Only those with a lower number.")
@options.as_json
def executions(
    application: str | None,
    limit: int,
    status: str | None,
    branch: str | None,
    commit: str | None,
    pull_request: int | None,
    environment: str | None,
    before: int | None,
    as_json: bool,
) -> None:
    """List the pipeline's executions, newest first."""
    place = here.find(application)
    asked = {
        "status": status and status.upper(),
        "branch": branch,
        "commit": commit,
        "pull_request": None if pull_request is None else str(pull_request),
        "environment": environment,
    }
    document = place.client.get(place.path("executions"), {**asked, "before": before, "limit": limit})
    if output.answer_json(as_json, document):
        return
    now = time.time()
    output.put_table(
        ("execution", "status", "commit", "from", "created", "took", "subject"),
        [row(item, now=now) for item in document["executions"]],
        empty=f"{place.app} has no such executions"
        if any(asked.values()) or before
        else f"{place.app} has no executions yet; a push starts one",
    )
    if document["before"]:
        output.say(f"Older ones: {following({'app': application, **asked}, limit=limit, before=document['before'])}")


def row(item: Json, *, now: float) -> list[str]:
    """One execution's cells."""
    return [
        str(item["number"]),
        item["status"].lower().replace("_", " "),
        words.commit(item["commit"]),
        output.clean(origin(item)),
        words.age(now - item["created_at"]),
        words.duration((item["ended_at"] or now) - item["started_at"]) if item["started_at"] else "",
        describe(item),
    ]


def origin(item: Json) -> str:
    """The branch, `tag v1` or `pull request 7`; "" for a commit that was named by its id."""
    if item.get("pull_request"):
        return f"pull request {item['pull_request']}"
    return f"tag {item['tag']}" if item.get("tag") else str(item["branch"])


def describe(item: Json) -> str:
    """The commit's subject; for a rollback what it goes back to."""
    if item.get("rollback"):
        return f"{item['stages'][0]['name']} back to release {item['rollback']['release']}"
    return output.clean(item["subject"])


def following(asked: Mapping[str, str | None], *, limit: int, before: int) -> str:
    """The command that shows the next page: the same one, before the last of this page."""
    given = [f"--{name.replace('_', '-')} {shlex.quote(value)}" for name, value in asked.items() if value]
    size = [f"--limit {limit}"] if limit != options.LIMIT else []
    return " ".join(["fairway executions", *given, *size, f"--before {before}"])
