"""`fairway stop EXECUTION`: the stage that runs is stopped, and what was deployed before goes on serving."""

import click

from fairway.cli import here, options, output


@click.command("stop")
@click.argument("number", type=int, metavar="EXECUTION")
@options.app
@options.as_json
def stop(number: int, application: str | None, as_json: bool) -> None:
    """Stop an execution. What was deployed before goes on serving."""
    place = here.find(application)
    execution = place.client.post(place.path("executions", number, "stop"))
    if not output.answer_json(as_json, execution):
        output.say(f"Execution {number} is {execution['status'].lower()}")
