"""`fairway env`: the variables of an environment. Values go in and are never shown again."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from fairway.cli import here, options, output, questions, variables
from fairway.errors import UsageError
from fairway.wire import words

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
EXAMPLE = re.compile(r"(?i)example|sample|template|dist\Z")


@click.group()
def env() -> None:
    """List, set, unset or import the variables of an environment."""


@env.command("list")
@options.app
@options.environment
@options.as_json
def show(application: str | None, environment: str | None, as_json: bool) -> None:
    """List the names of the variables, and the version that each was set in. Values are never shown."""
    place = here.find(application)
    name = place.environment(environment)
    document = place.client.get(place.path("environments", name, "variables"))
    if output.answer_json(as_json, document):
        return
    rows = [[item["name"], str(item["set_at_version"])] for item in document["variables"]]
    output.put_table(("variable", "set in version"), rows, empty=f"{name} has no variables; fairway env set KEY=VALUE")


@env.command("set")
@click.argument("given", nargs=-1, required=False, metavar="NAME[=VALUE]...")
@options.app
@options.environment
@click.option(
    "--from-stdin", is_flag=True, help="Read the value of the one NAME, or NAME=VALUE lines, from standard input."
)
@options.as_json
def set_values(
    given: tuple[str, ...], application: str | None, environment: str | None, from_stdin: bool, as_json: bool
) -> None:
    """Set variables. They reach the tasks with the next deployment or restart.

    A NAME without a value is asked for, without showing what is typed.
    """
    values = read_stdin(given) if from_stdin else read_arguments(given)
    change(here.find(application), environment, {"set": values, "unset": []}, as_json=as_json)


@env.command("unset")
@click.argument("names", nargs=-1, required=True)
@options.app
@options.environment
@options.as_json
def unset(names: tuple[str, ...], application: str | None, environment: str | None, as_json: bool) -> None:
    """Remove variables."""
    change(here.find(application), environment, {"set": {}, "unset": list(names)}, as_json=as_json)


@env.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@options.app
@options.environment
@options.yes
@options.as_json
def import_file(file: Path, application: str | None, environment: str | None, yes: bool, as_json: bool) -> None:
    """Set the variables of a file. Others stay as they are."""
    if EXAMPLE.search(file.name):
        questions.confirm(f"{file.name} looks like an example, whose values are not meant for use. Import it?", yes=yes)
    values = variables.read_file(file)
    change(here.find(application), environment, {"set": values, "unset": []}, as_json=as_json)


def change(place: here.Place, environment: str | None, body: dict[str, object], *, as_json: bool) -> None:
    """Send a change and say what it changed."""
    name = place.environment(environment)
    place.require_environment(name)
    document = place.client.patch(place.path("environments", name, "variables"), body)
    if output.answer_json(as_json, document):
        return
    changed = document["changed"]
    if not changed:
        output.say(f"Nothing changed; {name} is at version {document['version']}")
        return
    count = words.count(len(changed), "variable")
    output.say(f"{count} of {name} changed, now version {document['version']}: {', '.join(changed)}")
    if given := [each for each in changed if each == "PORT" or each.startswith("FAIRWAY_")]:
        output.say(f"{'Note':<8}Fairway gives the tasks {', '.join(given)} itself, and its value wins")
    output.say("Next    fairway restart   (or the next deployment)")


def read_arguments(given: Sequence[str]) -> dict[str, str]:
    """The values on the command line; those that are missing are asked for."""
    if not given:
        raise UsageError("no variable is named", hint="fairway env set NAME   (asks for the value)")
    values = {}
    for text in given:
        name, equals, value = text.partition("=")
        values[check(name)] = value if equals else ""
        if not equals:
            values[name] = questions.secret(name)
    return values


def read_stdin(names: Sequence[str]) -> dict[str, str]:
    """The value of the one name, without the last line break; or the variables of an env file when none is named."""
    text = sys.stdin.read()
    if not names:
        return variables.parse(text, "standard input")
    if len(names) > 1 or "=" in names[0]:
        raise UsageError("--from-stdin reads the value of one NAME", hint="or name none, and send NAME=VALUE lines")
    return {check(names[0]): text.removesuffix("\n").removesuffix("\r")}


def check(name: str) -> str:
    """The name, when it can be a variable's. Raises UsageError."""
    if NAME.fullmatch(name):
        return name
    raise UsageError(
        f'"{output.clean(name)}" is no variable\'s name', why="it has letters, digits and _ and begins with no digit"
    )
