"""`fairway migrate`: what is pending in an environment's database, tried now, and what became of earlier ones."""

import time
from typing import Any

import click

from fairway.cli import durations, here, options, output, report
from fairway.cli.here import Place
from fairway.client import problems
from fairway.errors import UsageError, WorkFailed
from fairway.wire import guardlines, guardreport, words

Json = dict[str, Any]


@click.command("migrate")
@options.app
@options.environment
@click.option("--plan", "wanted", flag_value="plan", help="What is pending, and what is wrong with it. The default.")
@click.option("--rehearse", "wanted", flag_value="rehearse", help="Try it now, on a copy; the database stays as it is.")
@click.option("--history", "wanted", flag_value="history", help="The passages through the guard, newest first.")
@click.option("--report", "number", type=click.IntRange(min=1), metavar="N", help="The report of passage N.")
@click.option(
    "--execution", type=click.IntRange(min=1), metavar="N", help="What execution N has built. Default: the newest one."
)
@options.limit
@options.timeout("6h")
@options.as_json
def migrate(
    environment: str | None,
    application: str | None,
    wanted: str | None,
    number: int | None,
    execution: int | None,
    limit: int,
    timeout: str,
    as_json: bool,
) -> None:
    """Show what a deployment would change in an environment's database, or try that on a copy of it.

    What is tried is what an execution has built: a commit that staging has, or that waits for an approval.
    """
    place = here.find(application)
    if number is not None:
        if wanted is not None:
            raise UsageError(f"--report and --{wanted} are two questions", hint=f"fairway migrate --report {number}")
        show_report(place, number, as_json=as_json)
    elif wanted == "history":
        show_history(place, environment, limit, as_json=as_json)
    elif wanted == "rehearse":
        patience = durations.seconds("--timeout", timeout)
        rehearse(place, place.environment(environment), execution, timeout=patience, as_json=as_json)
    else:
        show_plan(place, place.environment(environment), execution, as_json=as_json)


def show_report(place: Place, number: int, *, as_json: bool) -> None:
    """The report of one passage."""
    passage = place.client.get(place.path("passages", number))
    if not output.answer_json(as_json, passage):
        for line in guardreport.render(passage):
            output.put(line)


def show_history(place: Place, environment: str | None, limit: int, *, as_json: bool) -> None:
    """The passages of an environment, or of all."""
    document = place.client.get(place.path("passages"), {"environment": environment, "limit": limit})
    if output.answer_json(as_json, document):
        return
    rows = [
        (
            str(each["number"]),
            each["environment"],
            each["status"],
            words.age(time.time() - each["created_at"]),
            words.clean(each["summary"]),
        )
        for each in document["passages"]
    ]
    output.put_table(("passage", "environment", "status", "began", ""), rows, empty="no passages yet")


def show_plan(place: Place, environment: str, execution: int | None, *, as_json: bool) -> None:
    """What is pending, and the findings by the files alone."""
    query = {"environment": environment, "execution": execution}
    document = place.client.get(place.path("plan"), query)
    if output.answer_json(as_json, document):
        return
    output.put(f"{document['app']}  {document['environment']}  execution {document['execution']}")
    output.put(f"  {guardlines.pending(document['plan'])}")
    for part in guardreport.findings(document["judged"]):
        for line in part:
            output.put(f"  {words.clean(line)}")
    if document["plan"]["pending"] or not document["plan"]["known"]:
        output.say(f"  Next    fairway migrate -e {environment} --rehearse")


def rehearse(place: Place, environment: str, execution: int | None, *, timeout: float, as_json: bool) -> None:
    """Begin it, show what it says, and its end. Raises WorkFailed when it did not hold."""
    begun = place.client.post(place.path("passages"), {"environment": environment, "execution": execution})
    number, name = begun["number"], f"the rehearsal for {environment}"
    more = f"fairway migrate --report {number}"
    ended: Json | None = None
    with report.interruptible(name, more):
        path = place.path("passages", number, "stream")
        for message in report.messages(place.client, path, timeout=timeout, name=name, more=more):
            if message["type"] == "problem":
                raise problems.make(message["problem"])
            if message["type"] == "line":
                output.say(words.clean(message["text"]))
            if message["type"] == "end":
                ended = message["passage"]
    assert ended is not None, "a stream ends with its end"
    if not output.answer_json(as_json, ended):
        for line in guardlines.short(ended):
            output.put(words.clean(line))
    if ended["status"] not in ("REHEARSED", "SKIPPED"):
        raise WorkFailed(ended["summary"] or f"{name} is {ended['status']}", hint=more)
