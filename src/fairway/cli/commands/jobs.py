"""`fairway jobs`: the commands that run once, to their end: which ran, how they ended, what they printed."""

import shlex
import time
from datetime import datetime

import click

from fairway.cli import here, options, output, runs
from fairway.client.api import Query
from fairway.errors import UsageError
from fairway.wire import words

RUN = click.argument("number", type=click.IntRange(min=1), metavar="RUN")


@click.group("jobs", invoke_without_command=True)
@options.app
@click.option("--environment", "-e", help="Only this environment. Default: all.")
@options.limit
@options.as_json
@click.pass_context
def jobs(context: click.Context, application: str | None, environment: str | None, limit: int, as_json: bool) -> None:
    """List the jobs of fairway.toml, when each runs next, and the latest runs; those of commands given by hand (fairway
    exec --new) too."""
    if context.invoked_subcommand is not None:
        return
    place = here.find(application)
    query: Query = {"environment": environment, "limit": limit}
    document = {
        **place.client.get(place.path("jobs"), {"environment": environment}),
        **place.client.get(place.path("runs"), query),
    }
    if output.answer_json(as_json, document):
        return
    put_jobs(document["jobs"], time.time())
    put_runs(document["runs"], time.time())


@jobs.command("show")
@RUN
@options.app
@options.as_json
def show(number: int, application: str | None, as_json: bool) -> None:
    """Show a run: what it ran, each attempt, and why it ended as it did."""
    place = here.find(application)
    run = place.client.get(place.path("runs", number))
    if output.answer_json(as_json, run):
        return
    for text in describe(run, time.time()):
        output.put(text)


@jobs.command("logs")
@RUN
@options.app
@click.option("--follow", "-f", is_flag=True, help="Go on with what is printed, until it has ended.")
@click.option(
    "--tail", "-n", metavar="NUMBER", type=click.IntRange(min=0), default=1000, help="So many lines of each attempt."
)
@options.as_json
def logs(number: int, application: str | None, follow: bool, tail: int, as_json: bool) -> None:
    """Show what a run prints, or has printed: its container may be gone."""
    if follow and as_json:
        raise UsageError("--follow has no end, and --json prints one document", hint="leave one of them out")
    place = here.find(application)
    if follow:
        try:
            for message in runs.messages(place, number, 0):
                if message["type"] == "line":
                    output.put(output.clean(message["text"]))
        except KeyboardInterrupt:
            raise click.exceptions.Exit(0) from None
        return
    document = place.client.get(place.path("runs", number, "lines"), {"tail": tail})
    if output.answer_json(as_json, document):
        return
    for each in document["lines"]:
        output.put(output.clean(each["text"]))
    if not document["lines"]:
        output.say(f"run {number} has printed nothing, or its log is not kept any more")


@jobs.command("stop")
@RUN
@options.app
@options.as_json
def stop(number: int, application: str | None, as_json: bool) -> None:
    """Ask a run to end, and kill it when it has not after ten seconds."""
    place = here.find(application)
    run = place.client.post(place.path("runs", number, "stop"))
    if not output.answer_json(as_json, run):
        done = run["status"] == "STOPPED"
        output.say(f"Run {number} {'is stopped' if done else 'is being stopped'}")
        output.say(f"  More    fairway jobs show {number}")


@jobs.command("run")
@click.argument("name", metavar="NAME")
@options.app
@options.environment
@click.option("--detach", "-d", is_flag=True, help="Don't wait for its end.")
@click.option("--while-closed", is_flag=True, help="Though the environment is closed for a migration.")
@options.as_json
def run_(
    name: str, application: str | None, environment: str | None, detach: bool, while_closed: bool, as_json: bool
) -> None:
    """Run the job NAME now, in the release that is deployed; its times stay as they are. Its exit status is passed on.
    Ctrl-C stops it."""
    place = here.find(application)
    body = {"environment": place.environment(environment), "job": name}
    runs.begin(place, body | runs.insisting(while_closed), detach=detach, as_json=as_json)


def put_jobs(found: list[runs.Json], now: float) -> None:
    """The table of declared jobs, and an empty line; nothing where there are none."""
    rows = [
        [
            job["name"],
            job["environment"],
            "" if job["schedule"] is None else f"{job['schedule']} {job['timezone']}",
            runs.job_line(job, now),
        ]
        for job in found
    ]
    if rows:
        output.put_table(("job", "environment", "schedule", ""), rows, empty="")
        output.put("")


def put_runs(found: list[runs.Json], now: float) -> None:
    """The table of runs."""
    rows = [
        [
            str(run["number"]),
            run["environment"],
            run["job"] or short(run["command"]),
            runs.status(run),
            words.age(now - (run["started_at"] or run["created_at"])),
            "" if run["seconds"] is None else words.duration(run["seconds"]),
            output.clean(run["by"]),
            output.clean(run["cause"]),
        ]
        for run in found
    ]
    headings = ("run", "environment", "job", "status", "begun", "took", "by", "cause")
    output.put_table(headings, rows, empty="nothing has run yet: fairway exec --new -- COMMAND")


def describe(run: runs.Json, now: float) -> list[str]:
    """A run as it is read."""
    begun = run["started_at"] or run["created_at"]
    rows = [
        ("command", output.clean(shlex.join(run["command"]))),
        ("release", f"{run['release']} of {run['environment']}"),
        ("begun", f"{words.age(now - begun)} by {output.clean(run['by'])}"),
    ]
    if run["due"] is not None:
        rows.append(("due", datetime.fromtimestamp(run["due"]).astimezone().isoformat(" ", "seconds")))
    if run["most_attempts"] > 1:
        rows.append(("attempt", f"{run['attempt']} of {run['most_attempts']}"))
        for each in run["attempts"]:
            taken = words.duration(each["ended_at"] - each["started_at"])
            rows.append((f"  {each['number']}", f"{taken}  {output.clean(each['cause']) or 'succeeded'}"))
    rows.append(("log", f"fairway jobs logs {run['number']}"))
    job = f" of {run['job']}" if run["job"] else ""
    head = runs.line(run).replace(f"run {run['number']}", f"run {run['number']}{job}", 1)
    return [head, *(f"  {name:<10}{value}" for name, value in rows)]


def short(command: list[str]) -> str:
    """A command as it fits into a table."""
    text = output.clean(shlex.join(command))
    return text if len(text) <= 30 else f"{text[:29]}…"
