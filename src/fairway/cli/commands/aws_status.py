"""`fairway aws status`: the app's stacks, where it is reached, and where its pipeline and its logs are looked at."""

import asyncio
from typing import TYPE_CHECKING, Any

import click

from fairway.cli import cloud, cloud_show, options, output
from fairway.cli.cloud import Place
from fairway.cloudformation import wires
from fairway.domain.aws import doors, names
from fairway.domain.aws.stack import KIND_TAG, Kind, SeenStack

if TYPE_CHECKING:
    from fairway.provision.parts import Parts


@click.command("status")
@cloud.profile_option
@options.as_json
def status(profile: str | None, as_json: bool) -> None:
    """Show the stacks, URLs, pipeline and logs."""
    place = cloud.find()
    document = asyncio.run(reach(place, profile))
    if output.answer_json(as_json, document):
        return
    rows = [
        [each["name"], each["status"], "on" if each["protected"] else "", each["reason"]] for each in document["stacks"]
    ]
    output.put_table(
        ("stack", "status", "protected", "reason"), rows, empty=f"{place.app.name} is not on AWS: fairway aws up"
    )
    for environment, found in document["environments"].items():
        commit = f"   {found['commit'][:7]}" if found["commit"] else ""
        output.put(f"{environment:<12} {found['url'] or 'nothing was deployed yet'}{commit}")
        if found["closed"]:
            output.put(f"{'':<12} closed for a migration: whoever asks gets a page, and no task runs")
        output.put(f"{'':<12} logs {', '.join(found['logs'])}")
    if document["pipeline"]:
        output.put(f"{'pipeline':<12} {document['pipeline']}")


async def reach(place: Place, profile: str | None) -> dict[str, Any]:
    """What the account says."""
    async with cloud.reach(place, profile, cloud_show.Show()) as parts:
        return await look(parts, place)


async def look(parts: "Parts", place: Place) -> dict[str, Any]:
    """The stacks, and what is to be known of them."""
    from fairway.provision import starting

    caller = await cloud.identify(parts, place)
    found = await parts.stacks.of_app(place.app.name)
    by_name = {each.name: each for each in found}
    pipeline = next((each for each in found if each.tags.get(KIND_TAG) == Kind.PIPELINE.value), None)
    page = f"codepipeline/pipelines/{pipeline.outputs.get(wires.PIPELINE, '')}/view" if pipeline else ""
    return {
        "app": place.app.name,
        "account": caller.account,
        "region": caller.region,
        "stacks": [
            {"name": each.name, "status": each.status, "reason": each.reason, "protected": each.protected}
            for each in found
        ],
        "environments": {
            str(environment.name): describe(place, environment.name, services)
            for environment in place.app.environments
            if (services := by_name.get(names.stack(place.app.name, Kind.SERVICES, environment.name))) is not None
        },
        "pipeline": starting.console(caller, page) if page else None,
    }


def describe(place: Place, environment: str, services: SeenStack) -> dict[str, Any]:
    """An environment by its stack of services."""
    described = place.app.environment(environment)
    parts: list[str] = []
    if described is not None:
        parts = [*(each.name for each in described.services), *(each.name for each in described.jobs)]
    deployed = services.parameters.get(wires.IMAGE_DIGEST)
    return {
        "url": services.outputs.get(wires.URL) if deployed else None,
        "commit": services.parameters.get(wires.COMMIT, ""),
        "closed": doors.is_shut(services.parameters),
        "logs": [names.log_group(place.app.name, environment, each) for each in parts],
    }
