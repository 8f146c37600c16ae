"""A change of variables as a command carries it out: sent, told, and watched while it reaches the tasks."""

from dataclasses import dataclass
from typing import Any

import click

from fairway.cli import here, output, report
from fairway.errors import WorkFailed
from fairway.wire import words


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """Whether the tasks that run are replaced, whether that is waited for, and how many seconds at most."""

    restart: bool
    wait: bool
    timeout: float


def change(
    place: here.Place, environment: str | None, service: str | None, body: dict[str, Any], how: How, *, as_json: bool
) -> None:
    """Send a change and see it through. Ends with 1 when the tasks did not take it."""
    name = place.environment(environment)
    place.require_environment(name)
    if service:
        place.require_service(name, service)
    sent = {**body, "service": service or "", "restart": how.restart}
    finish(place, name, place.client.patch(place.path("environments", name, "variables"), sent), how, as_json=as_json)


def finish(place: here.Place, environment: str, document: report.Json, how: How, *, as_json: bool) -> None:
    """Say what a change did and watch its deployment, if it has one; print it. Ends with 1 when that failed, or could
    not begin."""
    tell(environment, document, asked=how.restart)
    deployment = document.get("deployment")
    if deployment and how.wait:
        deployment = document["deployment"] = report.watch_deployment(place.client, deployment, timeout=how.timeout)
    elif deployment:
        output.say(f"Deployment {deployment['id']} has begun; fairway status shows it")
    output.answer_json(as_json, document)
    if document.get("trouble"):
        raise NotRolled(document)
    if deployment and deployment["state"] == "FAILED":
        before = document["version"] - 1
        output.say(f"The tasks have the variables of before; version {document['version']} stays the latest:")
        undo = f"fairway env rollback {before}" if before else "fairway env unset NAME"
        output.say(f"  {undo}   takes it back, or set what was wrong")
        raise click.exceptions.Exit(WorkFailed.exit_status)


class NotRolled(WorkFailed):
    """The variables are changed, and the tasks could not be replaced."""

    def __init__(self, document: report.Json) -> None:
        super().__init__(
            f"version {document['version']} is kept, but the tasks have not got it",
            why=document["trouble"],
            hint=document.get("hint") or "fairway restart",
        )


def tell(environment: str, document: report.Json, *, asked: bool) -> None:
    """Say what has changed, and what that does not do. `asked`: the tasks that run were to be replaced."""
    changed = document["changed"]
    if not changed:
        output.say(f"Nothing changed; {environment} is at version {document['version']}")
        return
    count = words.count(len(changed), "variable")
    output.say(f"{count} of {environment} changed, now version {document['version']}: {', '.join(changed)}")
    if given := [each for each in changed if each == "PORT" or each.startswith("FAIRWAY_")]:
        output.say(f"{'Note':<8}Fairway gives the tasks {', '.join(given)} itself, and its value wins")
    if not document.get("deployment") and not document.get("trouble"):
        # Where a restart was asked for and none was begun, no task runs that would be another one for it.
        output.say(
            "Next    fairway up, or a push: no task runs that it is for"
            if asked
            else "Next    fairway restart   (or the next deployment)"
        )
