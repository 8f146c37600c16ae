"""`fairway retry EXECUTION`: the stage that it failed in is tried again, without a new build."""

import click

from fairway.cli import durations, here, options
from fairway.cli.commands import deploy


@click.command("retry")
@click.argument("number", type=int, metavar="EXECUTION")
@click.option(
    "--all", "everything", is_flag=True, help="Every action of the stage, its approval too; not only those that failed."
)
@options.app
@options.no_wait
@options.timeout()
@options.as_json
def retry(number: int, everything: bool, application: str | None, no_wait: bool, timeout: str, as_json: bool) -> None:
    """Try the stage again that an execution failed or was stopped in, and watch it go on.

    It takes the latest variables. It is refused once a later execution has been in that stage.
    """
    patience = durations.seconds("--timeout", timeout)
    place = here.find(application)
    mode = "ALL_ACTIONS" if everything else "FAILED_ACTIONS"
    execution = place.client.post(place.path("executions", number, "retry"), {"mode": mode})
    deploy.finish(place, execution, no_wait=no_wait, timeout=patience, as_json=as_json)
