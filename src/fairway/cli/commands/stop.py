"""`fairway stop EXECUTION`: the stage that runs is stopped, and what was deployed before goes on serving."""

import click

from fairway.cli import here, options, output


@click.command("stop")
@click.argument("number", type=int, metavar="EXECUTION")
@click.option("--wait", is_flag=True, help="Let what runs come to its end; nothing further begins.")
@click.option("--reason", "-m", default="", help="Why; it is kept with the execution.")
@options.app
@options.as_json
def stop(number: int, wait: bool, reason: str, application: str | None, as_json: bool) -> None:
    """Stop an execution: what runs is given up, and what was deployed before goes on serving."""
    place = here.find(application)
    execution = place.client.post(place.path("executions", number, "stop"), {"wait": wait, "reason": reason})
    if not output.answer_json(as_json, execution):
        output.say(f"Execution {number} is {execution['status'].lower()}")
