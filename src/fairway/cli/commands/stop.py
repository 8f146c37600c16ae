"""`fairway stop EXECUTION`: the stage that runs is stopped, and what was deployed before goes on serving."""

import time

import click

from fairway.cli import here, options, output
from fairway.errors import UsageError
from fairway.wire import progress


@click.command("stop")
@click.argument("number", type=int, metavar="[EXECUTION]", required=False)
@click.option("--deployment", type=click.IntRange(1), help="Give up this deployment instead, which a restart made.")
@click.option("--wait", is_flag=True, help="Let what runs come to its end; nothing further begins.")
@click.option("--leave-closed", is_flag=True, help="Though its environment is closed for a migration, and stays so.")
@click.option("--reason", "-m", default="", help="Why; it is kept with the execution.")
@options.app
@options.as_json
def stop(
    number: int | None,
    deployment: int | None,
    wait: bool,
    leave_closed: bool,
    reason: str,
    application: str | None,
    as_json: bool,
) -> None:
    """Stop an execution: what runs is given up, and what was deployed before goes on serving. Where that can't serve,
    since its environment is closed for a migration, it is refused but for --wait and --leave-closed.

    A deployment that fairway restart made has no execution: --deployment gives it up, and the tasks of before stay.
    """
    if (number is None) == (deployment is None):
        raise UsageError(
            "stop one execution, or one deployment", hint="fairway stop 42, or fairway stop --deployment 7"
        )
    place = here.find(application)
    if deployment is not None:
        stop_deployment(place, deployment, reason, wait=wait, as_json=as_json)
        return
    body = {"wait": wait, "reason": reason, **({"leave_closed": True} if leave_closed else {})}
    execution = place.client.post(place.path("executions", str(number), "stop"), body)
    if not output.answer_json(as_json, execution):
        output.say(f"Execution {number} is {execution['status'].lower()}")
        if closed := execution.get("closed"):
            output.say_lines(["", *(f"  {line}" for line in progress.closed(closed, now=time.time()))])


def stop_deployment(place: here.Place, id: int, reason: str, *, wait: bool, as_json: bool) -> None:
    """Give up a deployment. Raises UsageError with --wait: a deployment has no parts that could come to an end."""
    if wait:
        raise UsageError("--wait goes with an execution only", why="a deployment is one whole", hint="leave --wait out")
    document = place.client.post(place.path("deployments", str(id), "stop"), {"reason": reason})
    if not output.answer_json(as_json, document):
        output.say(
            f"Deployment {id} to {document['environment']} is given up; what was desired before is desired again"
        )
