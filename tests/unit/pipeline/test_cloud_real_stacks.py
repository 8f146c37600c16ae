"""A deployment with the templates that an app really has: what `fairway aws up` makes of them, a release changes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from fairway.cloudformation import synthesis, wires
from fairway.domain.aws import names
from fairway.domain.aws.stack import Kind
from fairway.errors import Conflict
from support.cloud_deploy import IMAGE, NEXT, SECOND, SERVICES, Deployed
from support.cloud_guard import GUARDED, GuardedCloud, raise_up
from support.cloud_stage import APP, PRODUCTION, SECRET, TOML
from support.guard_world import URL


@pytest.fixture
async def world() -> Deployed:
    """The stacks are made as `fairway aws up` makes them, and the variables are put."""
    found = Deployed(synthesize=synthesis.synthesize)
    await raise_up(found, TOML, {"STRIPE_KEY": SECRET})
    return found


@pytest.fixture
async def guarded() -> GuardedCloud:
    """The same of an app with migrations."""
    found = GuardedCloud(synthesize=synthesis.synthesize)
    await found.database.prepare()
    await raise_up(found, GUARDED, {"DATABASE_URL": URL})
    return found


async def container_of(world: Deployed) -> Mapping[str, Any]:
    """The container in the task definition of `web`."""
    definition = await world.definition()
    resources = world.stacks.held[SERVICES].resources.values()
    found = next(each for each in resources if each.physical == definition)
    (container,) = found.properties["ContainerDefinitions"]
    return dict(container)


async def test_a_release_goes_live_and_the_next_one_replaces_it(world: Deployed) -> None:
    await world.deploy()
    first = await world.definition()

    await world.deploy(world.handover(commit=SECOND, image=NEXT))

    assert await world.definition() != first and await world.runs() == await world.definition()
    assert (await world.seen()).parameters[wires.IMAGE_DIGEST] == NEXT.digest


async def test_nothing_but_the_services_is_touched_and_no_stack_is_said_to_differ(world: Deployed) -> None:
    before = {name: len(held.events) for name, held in world.stacks.held.items() if name != SERVICES}

    await world.deploy()

    assert before == {name: len(held.events) for name, held in world.stacks.held.items() if name != SERVICES}
    assert "warning" not in world.text


async def test_the_tasks_get_the_variables_of_the_release(world: Deployed) -> None:
    await world.deploy()

    container = await container_of(world)
    assert container["Image"].endswith(f"@{IMAGE.digest}")
    assert [each["Name"] for each in container["Secrets"]] == ["STRIPE_KEY"]
    assert container["Secrets"][0]["ValueFrom"].endswith(":STRIPE_KEY::version-0002")
    assert SECRET not in str(world.stacks.held[SERVICES].template)


async def test_the_same_release_again_changes_nothing(world: Deployed) -> None:
    await world.deploy()
    events = len(world.stacks.held[SERVICES].events)

    await world.deploy()

    assert len(world.stacks.held[SERVICES].events) == events and "runs already" in world.said[-1]


async def test_the_log_of_a_failed_task_is_found_where_the_task_definition_writes_it(world: Deployed) -> None:
    await world.deploy()

    container = await container_of(world)
    options = container["LogConfiguration"]["Options"]
    assert (container["Name"], options["awslogs-stream-prefix"]) == ("web", "task")
    assert options["awslogs-group"] == names.log_group(APP, PRODUCTION, "web")


async def test_a_database_that_a_commit_adds_is_named_before_anything_changes(world: Deployed) -> None:
    text = world.handover().text + '[databases.main]\nengine = "postgres"\nvariable = "DATABASE_URL"\n'

    with pytest.raises(Conflict, match="this commit needs more than there is on AWS yet") as failure:
        await world.deploy(replace(world.handover(), text=text))

    assert f"{names.stack(APP, Kind.DATA, PRODUCTION)} puts out no" in failure.value.why


async def test_the_guard_finds_its_place_in_what_the_stacks_put_out(guarded: GuardedCloud) -> None:
    await guarded.deploy()

    assert guarded.wanted is not None and "warning" not in guarded.text
    place, outputs = guarded.wanted.place, (await guarded.seen()).outputs
    data = await guarded.stacks.find(names.stack(APP, Kind.DATA, PRODUCTION))
    assert data is not None
    assert (place.table, place.bucket) == (data.outputs[wires.PASSAGES], data.outputs[wires.BACKUPS])
    assert place.cluster == names.cluster(APP, PRODUCTION) and len(place.subnets) == 2
    assert outputs[wires.MIGRATION_GROUPS] == ",".join(place.groups) and place.logs.startswith("/fairway/")
    assert guarded.database.applied == ["1_coupon"]
    assert (await guarded.seen()).parameters[wires.IMAGE_DIGEST] == IMAGE.digest


async def test_a_commit_that_brings_the_first_migration_needs_up_first(world: Deployed) -> None:
    text = GUARDED.replace('command = "migrate up"', 'command = "migrate up"\ndatabase = "STRIPE_KEY"')

    with pytest.raises(Conflict, match="production has migrations, and what guards them is not there yet") as failure:
        await world.deploy(replace(world.handover(), text=text))

    assert f"{SERVICES} puts out no {wires.MIGRATION_ROLE}" in failure.value.why
    assert failure.value.hint.startswith("fairway aws up")
