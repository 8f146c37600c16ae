"""`fairway approve` and `fairway reject`: the answer that an execution waits for."""

import click

from fairway.cli import durations, here, options, output
from fairway.cli.commands import deploy

number = click.argument("number", type=int, metavar="EXECUTION")
comment = click.option("--comment", "-m", default="", help="Why; it is kept with the execution.")


@click.command("approve")
@number
@comment
@options.app
@options.no_wait
@options.timeout()
@options.as_json
def approve(number: int, comment: str, application: str | None, no_wait: bool, timeout: str, as_json: bool) -> None:
    """Approve what an execution waits for, and watch it go on. fairway show says what it would change."""
    patience = durations.seconds("--timeout", timeout)
    place = here.find(application)
    execution = place.client.post(place.path("executions", number, "approval"), {"approved": True, "comment": comment})
    deploy.finish(place, execution, no_wait=no_wait, timeout=patience, as_json=as_json)


@click.command("reject")
@number
@comment
@options.app
@options.as_json
def reject(number: int, comment: str, application: str | None, as_json: bool) -> None:
    """Reject what an execution waits for: it fails there, and what was deployed before goes on serving."""
    place = here.find(application)
    body = {"approved": False, "comment": comment}
    execution = place.client.post(place.path("executions", number, "approval"), body)
    if not output.answer_json(as_json, execution):
        output.say(f"Execution {number} is rejected; what was deployed before goes on serving")
