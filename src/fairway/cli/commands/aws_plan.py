"""`fairway aws plan`: what `up` would make, change, replace and delete, and what it costs. Nothing is changed."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairway.cli import cloud, cloud_show, cloud_text, options, output
from fairway.cli.cloud import Place
from fairway.cli.commands import aws_export
from fairway.errors import UsageError

if TYPE_CHECKING:
    from fairway.provision.filling import Filling
    from fairway.provision.parts import Parts
    from fairway.provision.preview import Preview


@click.command("plan")
@cloud.profile_option
@click.option("--drift", is_flag=True, help="Look also for what was changed by hand, which takes minutes.")
@click.option("--offline", is_flag=True, help="Ask nothing of AWS: everything is new, or compared with --against.")
@click.option(
    "--against",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="With --offline: an earlier fairway aws export to compare with.",
)
@options.as_json
def plan(profile: str | None, drift: bool, offline: bool, against: Path | None, as_json: bool) -> None:
    """Show what up would change, and what it costs.

    Of stacks that exist CloudFormation itself computes it, in change sets that are discarded again. Data that would be
    lost is marked.
    """
    if drift and offline:
        raise UsageError("--drift asks AWS, and --offline does not")
    if against is not None and not offline:
        raise UsageError("--against goes with --offline", hint="without it the plan is compared with the account")
    from fairway.provision import costs

    place = cloud.find()
    fillings: list[Filling] = []  # what the env files would do, which offline nobody knows
    if offline:
        found, heading = without_account(place, against), f"{place.app.name} on AWS, {place.aws.region}"
    else:
        found, fillings, heading = asyncio.run(within_account(place, profile, drift=drift))
    priced = costs.of(found, place.aws.region)
    if output.answer_json(as_json, {"app": place.app.name, **cloud_text.document(found, priced)}):
        return
    output.put(heading)
    lines = [*cloud_text.lines(found, full=True), *cloud_text.filling_lines(fillings)]
    for line in [*lines, *cloud_text.cost_lines(priced), *ending(found)]:
        output.put(output.clean(line))


def without_account(place: Place, against: Path | None) -> "Preview":
    """The plan by the templates alone."""
    from fairway.provision import preview

    stacks = cloud.synthesize(place.app, {}, cloud.read_files(place))
    return preview.offline(stacks, {} if against is None else aws_export.read_templates(against))


async def within_account(place: Place, profile: str | None, *, drift: bool) -> "tuple[Preview, list[Filling], str]":
    """The plan by what is in the account."""
    async with cloud.reach(place, profile, cloud_show.Show()) as parts:
        return await look(parts, place, drift=drift)


async def look(parts: "Parts", place: Place, *, drift: bool = False) -> "tuple[Preview, list[Filling], str]":
    """The plan, what the env files would do, and whose account it is."""
    from fairway.provision import filling, preview

    caller = await cloud.identify(parts, place)
    files = cloud.read_files(place)
    present = await filling.present(parts.secrets, place.app.name, [each.name for each in place.app.environments])
    stacks = cloud.synthesize(place.app, present, files)
    found = await preview.preview(parts.stacks, place.app.name, stacks, drift=drift)
    fillings = [filling.compare(name, present.get(name, {}), file) for name, file in files.items()]
    return found, fillings, f"{place.app.name} on AWS   account {caller.account}, {caller.region}"


def ending(found: "Preview") -> list[str]:
    """What to do about it."""
    if any(each.drifted for each in found.planned):
        return ["Next   undo what was changed by hand, or write it into fairway.toml: up does not see it"]
    if found.losing:
        return ["Next   fairway aws up refuses that: data would be lost. --replace-data does it all the same"]
    return ["Next   fairway aws up"] if found.changes else []
