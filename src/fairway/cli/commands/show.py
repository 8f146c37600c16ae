"""`fairway show`: one execution, its failure, or what its stages printed, also while they print it."""

import sys
import time
from collections.abc import Sequence

import click

from fairway.cli import changes, durations, here, left, options, output, report, stagelogs
from fairway.cli import contract as contracts
from fairway.client.api import Query
from fairway.errors import NotFound, UsageError, WorkFailed
from fairway.wire import progress, words


@click.command("show")
@click.argument("number", type=click.IntRange(min=1), required=False, metavar="EXECUTION")
@options.app
@click.option(
    "--log",
    is_flag=False,
    flag_value=stagelogs.EVERY,
    metavar="[STAGE]",
    help="Print that stage's log, or all of them.",
)
@click.option("--follow", "-f", is_flag=True, help="With --log: go on with what is printed, until it has ended.")
@click.option("--artifacts", is_flag=True, help="List the files that its actions left.")
@click.option("--artifact", metavar="NAME", help="Print that file: STAGE/ACTION/PATH, as --artifacts lists it.")
@click.option("--contract", is_flag=True, help="List the variables that its code reads.")
@click.option("--watch", "-w", is_flag=True, help="Watch it to its end; a failed one ends with 1.")
@options.timeout()
@options.as_json
def show(
    number: int | None,
    application: str | None,
    log: str | None,
    follow: bool,
    artifacts: bool,
    artifact: str | None,
    contract: bool,
    watch: bool,
    timeout: str,
    as_json: bool,
) -> None:
    """Show an execution: its stages, the report of its failure, what its stages printed, what its actions left,
    or what its code needs. Without a number, the latest."""
    patience = durations.seconds("--timeout", timeout)
    if follow and (log is None or as_json):
        raise UsageError("--follow goes with --log, and not with --json", hint="fairway show --log --follow")
    if number is None and log is not None and log.isdecimal():
        # `fairway show --log 42`: no stage's name begins with a digit.
        number, log = int(log), stagelogs.EVERY
    place = here.find(application)
    number = number if number is not None else latest(place)
    if artifact is not None:
        left.print_one(place, number, artifact, as_json=as_json)
        return
    if artifacts:
        left.print_all(place, number, as_json=as_json)
        return
    if contract:
        document = place.client.get(place.path("executions", number, "contract"))
        if not output.answer_json(as_json, document):
            contracts.show(document)
        return
    execution = place.client.get(place.path("executions", number))
    if follow and log is not None:
        stagelogs.follow(place, execution, log, timeout=patience)
        return
    if log is not None:
        stagelogs.show(place, execution, log, as_json=as_json)
        return
    if watch and not progress.is_finished(execution):
        execution = report.watch_execution(place.client, execution, timeout=patience, patient=True)
    elif not as_json:
        log_lines = stagelogs.last_lines(place, execution)
        for line in [*lines(execution, now=time.time(), log=log_lines), *asked_for(place, execution)]:
            output.put(output.decorate(line, sys.stdout))
    output.answer_json(as_json, execution)
    if watch and execution["status"] != "SUCCEEDED":
        raise click.exceptions.Exit(WorkFailed.exit_status)


def latest(place: here.Place) -> int:
    """The number of the newest execution. Raises NotFound when there is none."""
    query: Query = {"limit": 1}
    found = place.client.get(place.path("executions"), query)["executions"]
    if not found:
        raise NotFound(f"{place.app} has no executions yet", hint="git push fairway master")
    return int(found[0]["number"])


def lines(execution: report.Json, *, now: float, log: Sequence[str] = ()) -> list[str]:
    """The execution as it is read: head, who started it and when, stages, verdict."""
    trigger = execution["trigger"]
    by = f"{'' if trigger['kind'] == 'schedule' else ' by'} {trigger['by']}" if trigger.get("by") else ""
    when = words.age(now - execution["created_at"])
    status = execution["status"].lower().replace("_", " ")
    version = f", pipeline version {execution['definition']}" if execution.get("definition") else ""
    return [
        progress.head(execution),
        f"  {status}; started {when} by a {trigger['kind']}{by}{origin(execution)}{version}",
        *(progress.stage_line(execution, stage, now=now) for stage in execution["stages"]),
        *progress.verdict(execution, log=log),
        *waiting_lines(execution, now=now),
    ]


def origin(execution: report.Json) -> str:
    """`, branch master`, or `, to what execution 41 brought there`; "" for a commit that was named by its id."""
    if execution.get("rollback"):
        after = execution["rollback"].get("after")
        why = f", as execution {after} failed" if after else ""
        return f", to what execution {execution['rollback']['target']} brought there{why}"
    found = ((kind, execution.get(kind)) for kind in ("branch", "tag"))
    return next((f", {kind} {output.clean(name)}" for kind, name in found if name), "")


def waiting_lines(execution: report.Json, *, now: float) -> list[str]:
    """What it waits for, until when, and what to type."""
    waits = execution.get("waits")
    if not waits:
        return []
    until = f", for {words.duration(waits['until'] - now)} at most" if waits["until"] else ""
    next_ = list(progress.labelled("Next", [waits["command"]])) if waits["command"] else []
    return ["", *progress.labelled("Waits", [f"for {waits['cause']}{until}"]), *next_]


def asked_for(place: here.Place, execution: report.Json) -> list[str]:
    """What an approval that it waits for would let through."""
    waits = execution.get("waits")
    if not waits or not waits["until"]:
        return []
    return changes.lines(place.client.get(place.path("executions", execution["number"], "changes", waits["stage"])))
