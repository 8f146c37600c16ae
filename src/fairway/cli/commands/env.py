"""`fairway env`: the variables of an environment. Values go in, and are not shown again but by `env export`."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from fairway.cli import durations, here, options, output, questions, rolled, variables
from fairway.cli.commands import env_check, env_compare, env_explain, env_export, env_history
from fairway.domain import secrecy
from fairway.errors import UsageError

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
EXAMPLE = re.compile(r"(?i)example|sample|template|dist\Z")
STDIN = "-"


@click.group()
def env() -> None:
    """List, set, unset, import or compare the variables of an environment."""


env.add_command(env_check.check)
env.add_command(env_compare.diff)
env.add_command(env_export.export)
env.add_command(env_history.history)
env.add_command(env_history.roll_back)


@env.command("list")
@click.option("--explain", is_flag=True, help="Say of each where its value comes from, and what it stands in place of.")
@options.app
@options.environment
@options.as_json
def show(explain: bool, application: str | None, environment: str | None, as_json: bool) -> None:
    """List the names of the variables, and the version that each was set in. Values are never shown."""
    place = here.find(application)
    name = place.environment(environment)
    document = place.client.get(place.path("environments", name, "variables"))
    if not document["variables"]:
        place.require_environment(name)
    if explain:
        env_explain.show(document, name, as_json=as_json)
        return
    if output.answer_json(as_json, document):
        return
    items = document["variables"]
    common = {item["name"] for item in items if not item["service"]}
    rows = [[item["name"], describe_place(item, common), str(item["set_at_version"] or "-")] for item in items]
    headings = ("variable", "given to", "set in version")
    output.put_table(headings, rows, empty=f"{name} has no variables; fairway env set KEY=VALUE")
    if document["restart_needed"]:
        output.say(
            f"Note    tasks run with another version than {document['version']}; fairway restart gives it to them"
        )


def describe_place(item: dict[str, str], common: set[str]) -> str:
    """Which tasks get the variable, and whether another value stands behind it."""
    if item.get("database"):
        return f"every service, from the database {item['database']}"
    if not item["service"]:
        return "every service"
    return item["service"] + (" (in place of the environment's)" if item["name"] in common else "")


@env.command("set")
@click.argument("given", nargs=-1, required=False, metavar="NAME[=VALUE]...")
@options.app
@options.environment
@options.service
@click.option(
    "--from-stdin", is_flag=True, help="Read the value of the one NAME, or NAME=VALUE lines, from standard input."
)
@options.no_restart
@options.no_wait
@options.timeout()
@options.as_json
def set_values(
    given: tuple[str, ...],
    application: str | None,
    environment: str | None,
    service: str | None,
    from_stdin: bool,
    no_restart: bool,
    no_wait: bool,
    timeout: str,
    as_json: bool,
) -> None:
    """Set variables, and replace the tasks that run by ones that have them, without a gap.

    A NAME without a value is asked for, without showing what is typed. NAME=- reads the value from standard input. When
    the new tasks don't become healthy, those of before serve on with the variables of before.
    """
    how = rolled.How(restart=not no_restart, wait=not no_wait, timeout=durations.seconds("--timeout", timeout))
    values = read_stdin(given) if from_stdin else read_arguments(given)
    rolled.change(here.find(application), environment, service, {"set": values, "unset": []}, how, as_json=as_json)


@env.command("unset")
@click.argument("names", nargs=-1, required=True)
@options.app
@options.environment
@options.service
@options.no_restart
@options.no_wait
@options.timeout()
@options.as_json
def unset(
    names: tuple[str, ...],
    application: str | None,
    environment: str | None,
    service: str | None,
    no_restart: bool,
    no_wait: bool,
    timeout: str,
    as_json: bool,
) -> None:
    """Remove variables, and replace the tasks that run by ones without them."""
    how = rolled.How(restart=not no_restart, wait=not no_wait, timeout=durations.seconds("--timeout", timeout))
    rolled.change(here.find(application), environment, service, {"set": {}, "unset": list(names)}, how, as_json=as_json)


@env.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--expand", is_flag=True, help="Replace ${NAME} and $NAME by the variables of the file; else they stay.")
@options.app
@options.environment
@options.service
@options.no_restart
@options.no_wait
@options.timeout()
@options.yes
@options.as_json
def import_file(
    file: Path,
    expand: bool,
    application: str | None,
    environment: str | None,
    service: str | None,
    no_restart: bool,
    no_wait: bool,
    timeout: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Set the variables of an env file. Others stay as they are."""
    how = rolled.How(restart=not no_restart, wait=not no_wait, timeout=durations.seconds("--timeout", timeout))
    if EXAMPLE.search(file.name):
        questions.confirm(f"{file.name} looks like an example, whose values are not meant for use. Import it?", yes=yes)
    body = {"set": variables.read_file(file, expand=expand), "unset": [], "how": "import"}
    rolled.change(here.find(application), environment, service, body, how, as_json=as_json)


def read_arguments(given: Sequence[str]) -> dict[str, str]:
    """The values on the command line; those that are missing are asked for, and one that is "-" is read."""
    if not given:
        raise UsageError("no variable is named", hint="fairway env set NAME   (asks for the value)")
    split = [text.partition("=") for text in given]
    if sum(value == STDIN for _, _, value in split) > 1:
        raise UsageError("standard input has one value", hint="name one variable with =-")
    values, shown = {}, []
    for name, equals, value in split:
        check(name)
        if value == STDIN:
            values[name] = one_value(sys.stdin.read())
        elif equals:
            values[name] = value
            shown += [name] if secrecy.sounds_secret(name) and value else []
        else:
            values[name] = questions.secret(name)
    if shown and sys.stdin.isatty():
        output.say(f"{'Note':<8}the value of {', '.join(shown)} is in your shell's history now")
        output.say(f"{'':<8}fairway env set {shown[0]} asks for it instead")
    return values


def read_stdin(names: Sequence[str]) -> dict[str, str]:
    """The value of the one name, without the last line break; or the variables of an env file when none is named."""
    text = sys.stdin.read()
    if not names:
        return variables.parse(text, "standard input")
    if len(names) > 1 or "=" in names[0]:
        raise UsageError("--from-stdin reads the value of one NAME", hint="or name none, and send NAME=VALUE lines")
    return {check(names[0]): one_value(text)}


def one_value(text: str) -> str:
    """What was read, without the line break that `echo` adds."""
    return text.removesuffix("\n").removesuffix("\r")


def check(name: str) -> str:
    """The name, when it can be a variable's. Raises UsageError."""
    if NAME.fullmatch(name):
        return name
    raise UsageError(
        f'"{output.clean(name)}" is no variable\'s name', why="it has letters, digits and _ and begins with no digit"
    )
