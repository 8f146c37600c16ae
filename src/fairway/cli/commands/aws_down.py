"""`fairway aws down`: what Fairway made on AWS is taken down again, data only for who types the app's name."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from fairway.cli import cloud, cloud_show, durations, options, output, questions
from fairway.cli.cloud import Place
from fairway.domain.aws import demolition
from fairway.domain.aws.demolition import Demolition, Standing
from fairway.domain.aws.stack import Kind
from fairway.errors import Conflict, UsageError

if TYPE_CHECKING:
    from fairway.provision.down import Left
    from fairway.provision.parts import Parts

DATABASE = "AWS::RDS::DBInstance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for on the command line: `data` and `unprotect` are the app's name as it was typed."""

    patience: float
    environment: str | None = None
    data: str | None = None
    unprotect: str | None = None
    yes: bool = False


@click.command("down")
@click.option("--environment", "-e", help="Only the stacks of this environment, which fairway.toml has no more.")
@cloud.profile_option
@click.option("--delete-data", "data", metavar="APP", help="The app's name: variables, databases and images go too.")
@click.option("--unprotect", metavar="APP", help="The app's name: protected stacks go too, data stays.")
@options.timeout("2h")
@options.yes
@options.as_json
def down(
    environment: str | None,
    profile: str | None,
    data: str | None,
    unprotect: str | None,
    timeout: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Take the app, or one environment, off AWS.

    Only what has the app's tag is touched. Variables, databases and images stay unless the app's name is typed, which
    --yes does not do; of a database a final snapshot stays even then.
    """
    patience = durations.seconds("--timeout", timeout)
    place = cloud.find()
    asked = Asked(patience=patience, environment=environment, data=data, unprotect=unprotect, yes=yes)
    with cloud.interruptible("fairway aws down"), cloud_show.Show() as show:
        document = asyncio.run(reach(place, profile, asked, show))
    output.answer_json(as_json, document)


async def reach(place: Place, profile: str | None, asked: Asked, show: cloud_show.Show) -> dict[str, Any]:
    """Take it down in the account that the credentials are for."""
    async with cloud.reach(place, profile, show) as parts:
        return await perform(parts, place, asked)


async def perform(parts: "Parts", place: Place, asked: Asked) -> dict[str, Any]:
    """Look, show, ask, delete; what went and what is left."""
    from fairway.provision import down as razing

    app = place.app.name
    for option, typed in (("--delete-data", asked.data), ("--unprotect", asked.unprotect)):
        if typed is not None and typed != app:
            raise UsageError(f"{option} {output.clean(typed)} is not the app's name", hint=f"{option} {app}")
    await cloud.identify(parts, place)
    standing = await razing.survey(parts.stacks, app)
    require_unused(place, standing, asked.environment)
    decided = demolition.decide(standing, environment=asked.environment, data=asked.data is not None)
    say_decided(decided)
    await say_cost(parts, place, decided)
    if not decided.goes:
        return document(place, decided, ())
    agree(app, decided, asked)
    left = await razing.down(parts, decided, parts.clock.now() + asked.patience)
    say_left(app, decided, left)
    return document(place, decided, left)


def require_unused(place: Place, standing: tuple[Standing, ...], environment: str | None) -> None:
    """Raise for an environment that is not there, and for one that the pipeline still deploys to."""
    if environment is None:
        return
    known = sorted({each.environment for each in standing if each.environment})
    if environment not in known:
        raise UsageError(
            f'{place.app.name} has no stacks for an environment "{output.clean(environment)}"',
            hint=f"it has some for {', '.join(known)}" if known else "fairway aws status",
        )
    piped = any(each.kind is Kind.PIPELINE for each in standing)
    if piped and environment in place.app.stages:
        raise Conflict(
            f"the pipeline still deploys to {environment}",
            why="without its stacks each execution would fail there",
            hint=f"take {environment} out of fairway.toml, fairway aws up, then fairway aws down -e {environment}",
        )


def say_decided(decided: Demolition) -> None:
    """Say what goes and what stays."""
    for each in decided.goes:
        output.say(f"Goes   {each.seen.name}{'   (protected)' if each.seen.protected else ''}")
    for each in decided.stays:
        what = "data" if each.kind in demolition.HOLDING else "the network that it stands in"
        output.say(f"Stays  {each.seen.name}   {what}")
    if not decided.goes:
        output.say("There is nothing to take down." + (" --delete-data APP deletes the data" if decided.stays else ""))


async def say_cost(parts: "Parts", place: Place, decided: Demolition) -> None:
    """Say what the stacks that stay go on costing."""
    from fairway.cloudformation.cost import text
    from fairway.provision import costs

    stays = [(each.seen, each.kind, await parts.stacks.template(each.seen.name)) for each in decided.stays if each.kind]
    if stays:
        output.say(f"       they go on costing {text.summary(costs.of_present(stays, place.aws.region))}")


def agree(app: str, decided: Demolition, asked: Asked) -> None:
    """Ask for what has to be answered. Raises Conflict for a name that was not typed."""
    if decided.protected and asked.data is None and asked.unprotect is None:
        question = f"Protected: {', '.join(decided.protected)}. Type the app's name to take them down"
        if questions.typed(question, option="--unprotect", want=app) != app:
            raise Conflict("that is not the app's name", why="nothing was changed", hint="fairway aws down")
        return
    questions.confirm(f"Take {len(decided.goes)} stacks of {app} down?", yes=asked.yes or asked.data is not None)


def say_left(app: str, decided: Demolition, left: "tuple[Left, ...]") -> None:
    """Say what is still there, and how it is deleted."""
    for each in left:
        output.say(f"Left   {each.logical} ({each.type}) {each.physical}")
        output.say(f"       {each.command}")
    for standing in decided.goes:
        if DATABASE in standing.types:
            output.say(f"Left   the final snapshots of the databases of {standing.seen.name} (RDS, Snapshots)")
            output.say("       they cost storage until they are deleted: aws rds describe-db-snapshots")
    if decided.stays:
        output.say(f"Next   fairway aws down --delete-data {app} deletes what stays, for good")
    else:
        output.say(f"Down   {app} has no stacks on AWS any more" if not left else f"Down   {app}, but for what is left")


def document(place: Place, decided: Demolition, left: "tuple[Left, ...]") -> dict[str, Any]:
    """What went and what is left, in JSON."""
    return {
        "app": place.app.name,
        "deleted": [each.seen.name for each in decided.goes],
        "stays": [each.seen.name for each in decided.stays],
        "left": [
            {
                "stack": each.stack,
                "resource": each.logical,
                "type": each.type,
                "id": each.physical,
                "command": each.command,
            }
            for each in left
        ],
    }
