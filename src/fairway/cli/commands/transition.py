"""`fairway transition`: hold executions back in front of a stage, and let them in again."""

import time

import click

from fairway.cli import here, options, output
from fairway.wire import words


@click.group("transition", invoke_without_command=False)
def transition() -> None:
    """Hold executions back in front of a stage, and let them in again."""


@transition.command("list")
@options.app
@options.as_json
def list_(application: str | None, as_json: bool) -> None:
    """List the stages that nobody may enter."""
    place = here.find(application)
    document = place.client.get(place.path("transitions"))
    if output.answer_json(as_json, document):
        return
    now = time.time()
    rows = [
        [each["stage"], words.age(now - each["at"]), each["by"], output.clean(each["reason"])]
        for each in document["transitions"]
    ]
    output.put_table(("stage", "disabled", "by", "reason"), rows, empty="every stage lets executions in")


@transition.command("disable")
@click.argument("stage")
@click.option("--reason", "-m", required=True, help="Why; everybody who waits is told.")
@options.app
@options.as_json
def disable(stage: str, reason: str, application: str | None, as_json: bool) -> None:
    """Let no execution enter STAGE until it is enabled again. What is in it goes on; the newest that comes waits."""
    place = here.find(application)
    document = place.client.put(place.path("transitions", stage), {"reason": reason})
    if not output.answer_json(as_json, document):
        output.say(f"No execution enters {stage} any more")
        output.say(f"  Next    fairway transition enable {stage}")


@transition.command("enable")
@click.argument("stage")
@options.app
@options.as_json
def enable(stage: str, application: str | None, as_json: bool) -> None:
    """Let executions enter STAGE again; the one that waits does so at once."""
    place = here.find(application)
    place.client.delete(place.path("transitions", stage))
    if not output.answer_json(as_json, {"stage": stage, "enabled": True}):
        output.say(f"Executions enter {stage} again")
