"""`fairway aws up`: from fairway.toml to a running pipeline. What is so already is left alone."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from fairway.cli import cloud, cloud_end, cloud_show, cloud_text, durations, options, output, questions
from fairway.cli.cloud import Place
from fairway.domain import fulfilment_text
from fairway.domain.fulfilment import Finding
from fairway.domain.ids import EnvironmentName

if TYPE_CHECKING:
    from fairway.provision.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for on the command line; `patience` is in seconds."""

    patience: float
    replace_data: bool = False
    recover: bool = False
    yes: bool = False


@click.command("up")
@cloud.profile_option
@click.option("--replace-data", is_flag=True, help="Make changes too by which data is lost.")
@click.option("--recover", is_flag=True, help="Go on with a rollback that failed (UPDATE_ROLLBACK_FAILED).")
@options.timeout("2h")
@options.yes
@options.as_json
def up(profile: str | None, replace_data: bool, recover: bool, timeout: str, yes: bool, as_json: bool) -> None:
    """Make the app on AWS, or change what differs.

    What would change and what it costs is shown first, and asked about. At the end the pipeline is started, if it
    never was. Interrupted anywhere, the next call goes on from there.
    """
    patience = durations.seconds("--timeout", timeout)
    place = cloud.find()
    asked = Asked(patience=patience, replace_data=replace_data, recover=recover, yes=yes)
    with cloud.interruptible("fairway aws up"), cloud_show.Show() as show:
        document = asyncio.run(reach(place, profile, asked, show))
    output.answer_json(as_json, document)


async def reach(place: Place, profile: str | None, asked: Asked, show: cloud_show.Show) -> dict[str, Any]:
    """Make it in the account that the credentials are for."""
    async with cloud.reach(place, profile, show) as parts:
        document = await perform(parts, place, asked)
    return {**document, "told": show.kept}


async def perform(parts: "Parts", place: Place, asked: Asked) -> dict[str, Any]:
    """Look, show, ask, make, start; what came of it. Raises what the room raises."""
    from fairway.provision import costs, filling, preview, refusals, starting
    from fairway.provision import up as raising
    from fairway.provision.raising import Wish

    caller = await cloud.identify(parts, place)
    files = cloud.read_files(place)
    present = await filling.present(parts.secrets, place.app.name, [each.name for each in place.app.environments])
    stacks = cloud.synthesize(place.app, present, files)
    plan = await preview.preview(parts.stacks, place.app.name, stacks)
    fillings = [filling.compare(name, present.get(name, {}), file) for name, file in files.items()]
    priced = costs.of(plan, place.aws.region)
    output.say(f"{place.app.name} on AWS   account {caller.account}, {caller.region}")
    for line in [
        *cloud_text.lines(plan, full=False),
        *cloud_text.filling_lines(fillings),
        *cloud_text.cost_summary(priced),
    ]:
        output.say(output.clean(line))
    if plan.losing and not asked.replace_data:
        raise refusals.losing(plan.losing)
    lacking = say_lacking(cloud.judge(place, present, files))
    if plan.changes or any(each.text for each in fillings):
        questions.confirm("Make these changes?", yes=asked.yes)
    until = parts.clock.now() + asked.patience
    wish = Wish(app=place.app.name, until=until, replace_data=asked.replace_data, recover=asked.recover)
    seen = await raising.up(parts, stacks, files, wish, settled=plan.settled)
    started = await starting.start(parts, caller, stacks, seen, lacking=bool(lacking))
    cloud_end.show(place.app, stacks, seen, started)
    return {
        "app": place.app.name,
        "account": caller.account,
        "region": caller.region,
        "plan": cloud_text.document(plan, priced),
        "lacking": lacking,
        **cloud_end.document(stacks, seen, started),
    }


def say_lacking(judged: Mapping[EnvironmentName, Sequence[Finding]]) -> dict[str, list[str]]:
    """Say which required variables are missing, and where they are to be written; their names by environment."""
    lacking = {name: [each.name for each in found if each.stops] for name, found in judged.items()}
    for name, found in judged.items():
        if missing := fulfilment_text.missing(name, found):
            output.say(f"{'Variables':<11}{output.clean(missing)}")
            output.say(
                f"{'':<11}write them into its env_file, then fairway aws up again; the pipeline stops without them"
            )
    return {name: names for name, names in lacking.items() if names}
