"""`fairway env history` and `env rollback`: who changed which variables, and the way back."""

import time

import click

from fairway.cli import durations, here, options, output, questions, rolled
from fairway.wire import words


@click.command("history")
@options.app
@options.environment
@options.limit
@options.as_json
def history(application: str | None, environment: str | None, limit: int, as_json: bool) -> None:
    """List the versions of the variables: when, by whom, and which names were set and unset. Values are never shown."""
    place = here.find(application)
    name = place.environment(environment)
    document = place.client.get(place.path("environments", name, "variables", "history"), {"limit": limit})
    if output.answer_json(as_json, document):
        return
    now = time.time()
    rows = [
        [
            str(each["version"]),
            f"{words.duration(now - each['at'])} ago",
            output.clean(each["by"]),
            output.clean(each["how"]),
            " ".join([*each["set"], *(f"-{key}" for key in each["unset"])]),
        ]
        for each in document["versions"]
    ]
    headings = ("version", "when", "by", "how", "set, -unset")
    output.put_table(headings, rows, empty=f"{name} has no variables; fairway env set KEY=VALUE")


@click.command("rollback")
@click.argument("version", type=click.IntRange(1, 2**31 - 1))
@options.app
@options.environment
@options.no_restart
@options.no_wait
@options.timeout()
@options.yes
@options.as_json
def roll_back(
    version: int,
    application: str | None,
    environment: str | None,
    no_restart: bool,
    no_wait: bool,
    timeout: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Make a new version of the variables that is equal to VERSION, and replace the tasks that run.

    Of the release nothing changes; fairway rollback takes that back, with the variables that it ran with.
    """
    how = rolled.How(restart=not no_restart, wait=not no_wait, timeout=durations.seconds("--timeout", timeout))
    place = here.find(application)
    name = place.environment(environment)
    questions.confirm(f"Take the variables of {name} of {place.app} back to version {version}?", yes=yes)
    body = {"version": version, "restart": how.restart}
    document = place.client.post(place.path("environments", name, "variables", "rollback"), body)
    rolled.finish(place, name, document, how, as_json=as_json)
