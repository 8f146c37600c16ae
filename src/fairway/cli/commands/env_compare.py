"""`fairway env diff`: how the variables of two environments, or two versions of one, differ; never a value."""

from typing import Any

import click

from fairway.cli import here, options, output
from fairway.domain.drift import EXPECTED, Kind
from fairway.errors import UsageError
from fairway.wire import words

FOUND = 1
"""What it ends with under --exit-code when there is something to look at."""


@click.command("diff")
@click.argument("left")
@click.argument("right")
@options.app
@click.option("--all", "everything", is_flag=True, help="Show the variables too with which all is as it should be.")
@click.option("--exit-code", is_flag=True, help="End with 1 when there is something to look at.")
@options.as_json
def diff(left: str, right: str, application: str | None, everything: bool, exit_code: bool, as_json: bool) -> None:
    """Compare the variables of two environments: fairway env diff staging production.

    Shown are names that one side lacks, secrets that are the same on both, and values of another form.
    ENVIRONMENT@VERSION is an earlier version: fairway env diff production@3 production.
    """
    (first, first_version), (second, second_version) = read_side(left), read_side(right)
    place = here.find(application)
    query = {"with": second, "version": first_version, "with_version": second_version}
    for name in (first, second):
        place.require_environment(name)
    document = place.client.get(place.path("environments", first, "variables", "compare"), query)
    found = [item for item in document["variables"] if Kind(item["kind"]) not in EXPECTED]
    if not output.answer_json(as_json, document):
        show(document, found, everything=everything)
    if exit_code and found:
        raise click.exceptions.Exit(FOUND)


def show(document: dict[str, Any], found: list[dict[str, str]], *, everything: bool) -> None:
    """The table, and how many there are with which all is well."""
    names = ["{environment}, version {version}".format(**document[side]) for side in ("left", "right")]
    items = document["variables"] if everything else found
    rows = [
        ["/".join(filter(None, (item["service"], item["name"]))), *sides(item), describe(item["kind"])]
        for item in items
    ]
    output.put_table(("variable", *names, ""), rows, empty=f"nothing to look at between {names[0]}, and {names[1]}")
    well = len(document["variables"]) - len(found)
    if well and not everything:
        output.say(f"{words.count(well, 'variable')} more on both sides as they should be; --all shows them")


def sides(item: dict[str, str]) -> list[str]:
    """The forms of the values; none stands for a name that is missing."""
    return [item[side] or "missing" for side in ("left", "right")]


def describe(kind: str) -> str:
    """What is to be said of it."""
    match Kind(kind):
        case Kind.ONLY_LEFT | Kind.ONLY_RIGHT:
            return "missing"
        case Kind.SAME_SECRET:
            return "the same secret on both sides"
        case Kind.OTHER_FORM:
            return "another form"
        case Kind.OTHER_VALUE:
            return "another value"
        case Kind.EQUAL:
            return "equal"


def read_side(text: str) -> tuple[str, int | None]:
    """`production@3` gives the environment and the version, `production` the environment alone."""
    name, at, version = text.partition("@")
    if not at:
        return name, None
    if not version.isascii() or not version.isdigit() or not 1 <= int(version) < 2**31:
        raise UsageError(f'"{output.clean(version)}" is no version', hint=f"fairway env history -e {name} lists them")
    return name, int(version)
