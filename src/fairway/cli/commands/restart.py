"""`fairway restart`: the same release in new tasks, which get the variables as they are now."""

import click

from fairway.cli import durations, here, options, output, report
from fairway.errors import WorkFailed


@click.command("restart")
@click.argument("service", required=False)
@options.app
@options.environment
@options.no_wait
@options.timeout()
@options.yes
@options.as_json
def restart(
    service: str | None,
    application: str | None,
    environment: str | None,
    no_wait: bool,
    timeout: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Replace the tasks of SERVICE, or all, without a gap. The new ones get the variables as they are now."""
    patience = durations.seconds("--timeout", timeout)
    place = here.find(application)
    body = {"environment": place.environment(environment), "service": service}
    deployment = place.client.post(place.path("restart"), body)
    finish(place, deployment, no_wait=no_wait, timeout=patience, as_json=as_json)


def finish(place: here.Place, deployment: report.Json, *, no_wait: bool, timeout: float, as_json: bool) -> None:
    """Watch the deployment unless `no_wait`, print it, and end with 1 when it failed."""
    if no_wait:
        output.say(f"Deployment {deployment['id']} has begun; fairway status shows it")
    else:
        deployment = report.watch_deployment(place.client, deployment, timeout=timeout)
    output.answer_json(as_json, deployment)
    if deployment["state"] == "FAILED":
        raise click.exceptions.Exit(WorkFailed.exit_status)
