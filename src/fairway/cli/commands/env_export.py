"""`fairway env export`: the one way by which values come out again, for the owner, and told in the event log."""

from pathlib import Path

import click

from fairway.cli import here, options, output, variables
from fairway.errors import UsageError
from fairway.wire import words


@click.command("export")
@click.option(
    "--output", "-o", "file", type=click.Path(path_type=Path), help="Write an env file that only you can read."
)
@click.option("--show", is_flag=True, help="Print the values on standard output.")
@click.option("--version", type=click.IntRange(1, 2**31 - 1), help="Not the latest version, but this one.")
@options.app
@options.environment
@options.service
@options.yes
@options.as_json
def export(
    file: Path | None,
    show: bool,
    version: int | None,
    application: str | None,
    environment: str | None,
    service: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Write the variables with their values to a file (mode 0600), or print them with --show.

    Without --service, the environment's; with it, what that service's tasks get. The event log says who did it.
    """
    if (file is None) == (not show):
        raise UsageError(
            "values are given out only where it is said where to",
            hint="fairway env export -o FILE    or, on this terminal: fairway env export --show",
        )
    if as_json and not show:
        raise UsageError("--json prints the values on standard output", hint="add --show")
    if file is not None and file.exists() and not yes:
        raise UsageError(f"{file} exists", hint="--yes replaces it")
    place = here.find(application)
    name = place.environment(environment)
    version, values = fetch(place, name, service or "", version, purpose="an export")
    if file is not None:
        variables.write_file(file, values, replace=yes)
        output.say(f"{words.count(len(values), 'variable')} of {name}, version {version}, written to {file}")
        output.say("Note    they stand there in clear: keep the file out of git and of images")
    elif not output.answer_json(as_json, {"environment": name, "version": version, "variables": values}):
        output.put(variables.render(values).removesuffix("\n"))


def fetch(
    place: here.Place, environment: str, service: str, version: int | None = None, *, purpose: str
) -> tuple[int, dict[str, str]]:
    """The version, and the values that a task of the service is given ("": of none)."""
    body = {"version": version, "purpose": purpose}
    document = place.client.post(place.path("environments", environment, "variables", "reveal"), body)
    own = {item["name"]: item["value"] for item in document["variables"] if service and item["service"] == service}
    common = {item["name"]: item["value"] for item in document["variables"] if not item["service"]}
    return document["version"], dict(sorted({**common, **own}.items()))
