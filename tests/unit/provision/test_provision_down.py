"""`down` takes away what Fairway made and nothing else; data only when that was decided; and dies anywhere unharmed."""

import asyncio

import pytest

from fairway.adapters.memory.clock import VirtualLoop
from fairway.domain.aws import demolition
from fairway.domain.aws.demolition import Demolition
from fairway.domain.aws.stack import Kind, SeenStack
from fairway.errors import Conflict, WorkFailed
from fairway.provision import down, up
from support import cloud_account
from support.cloud_account import APP, HOUR, PRODUCTION, Cloud, Deaths, Killed, all_stacks, name
from support.examples import some

FILES = {PRODUCTION: {"A": "1"}}
OTHER = SeenStack(name="somebody-s", id="arn:stack/somebody-s/1", status="CREATE_COMPLETE")


async def make(*, protected: bool = False) -> Cloud:
    """The app as it was made, beside a stack of somebody else's."""
    cloud = Cloud()
    await up.up(cloud.parts(), all_stacks(protected=protected), FILES, cloud.wish())
    cloud.stacks.put(OTHER)
    cloud.told.clear()
    return cloud


async def decide(cloud: Cloud, *, data: bool, environment: str | None = None) -> Demolition:
    """What goes."""
    return demolition.decide(await down.survey(cloud.stacks, APP), environment=environment, data=data)


async def raze(cloud: Cloud, *, data: bool) -> tuple[down.Left, ...]:
    """Take the app down."""
    return await down.down(cloud.parts(), await decide(cloud, data=data), cloud.clock.now() + HOUR)


async def test_without_the_name_data_stays_with_the_network_it_stands_in() -> None:
    cloud = await make()

    await raze(cloud, data=False)

    assert sorted(cloud.stacks.held) == sorted([name(Kind.DATA), name(Kind.NETWORK), name(Kind.REGISTRY), OTHER.name])


async def test_with_the_name_everything_goes_in_reverse_order_but_what_is_somebody_else_s() -> None:
    cloud = await make(protected=True)

    left = await raze(cloud, data=True)

    assert list(cloud.stacks.held) == [OTHER.name]
    assert [each.seen.name for each in cloud.stacks.deleted] == [name(kind) for kind in reversed(Kind)]
    assert left == ()


async def test_a_database_s_deletion_protection_is_taken_back_and_its_snapshot_kept() -> None:
    cloud = await make()

    await raze(cloud, data=True)

    template = next(each.template for each in cloud.stacks.deleted if each.seen.name == name(Kind.DATA))
    database = template["Resources"]["Database"]
    assert database["Properties"]["DeletionProtection"] is False
    assert database["DeletionPolicy"] == "Snapshot"


async def test_the_records_of_migrations_go_with_their_protection_when_the_name_was_typed() -> None:
    protected = {"DeletionProtectionEnabled": True, "BillingMode": "PAY_PER_REQUEST"}
    table = {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "RetainExceptOnCreate", "Properties": protected}
    data = {**cloud_account.DATA, "Resources": {**cloud_account.DATA["Resources"], "Passages": table}}
    cloud = Cloud()
    await up.up(cloud.parts(), all_stacks({Kind.DATA: data}), FILES, cloud.wish())

    left = await raze(cloud, data=True)

    template = next(each.template for each in cloud.stacks.deleted if each.seen.name == name(Kind.DATA))
    assert template["Resources"]["Passages"]["Properties"] == {**protected, "DeletionProtectionEnabled": False}
    assert template["Resources"]["Passages"]["DeletionPolicy"] == "Delete"
    assert left == ()


async def test_a_bucket_that_is_not_empty_is_left_and_named_with_the_command_that_deletes_it() -> None:
    cloud = await make()
    cloud.stacks.break_resource("Artifacts", "The bucket you tried to delete is not empty", "DELETE")

    left = await raze(cloud, data=True)

    assert [each.logical for each in left] == ["Artifacts"]
    assert left[0].command.startswith("aws s3 rb --force s3://")
    assert name(Kind.PIPELINE) not in cloud.stacks.held


async def test_anything_else_that_can_t_be_deleted_is_named_with_its_reason() -> None:
    cloud = await make()
    cloud.stacks.break_resource("Cluster", "The cluster has tasks", "DELETE")

    with pytest.raises(WorkFailed) as raised:
        await raze(cloud, data=False)

    assert (
        raised.value.what == "fairway-shop-production-services could not be deleted: Cluster (AWS::ECS::Cluster) failed"
    )
    assert "The cluster has tasks" in raised.value.why
    assert "the same command" in raised.value.hint


async def test_nothing_is_deleted_while_the_pipeline_runs() -> None:
    cloud = await make()
    cloud.pipeline.statuses["fairway-shop"] = "InProgress"
    before = cloud.state()

    with pytest.raises(Conflict, match="is running"):
        await raze(cloud, data=True)

    assert cloud.state() == before


async def test_one_environment_leaves_the_others_and_what_all_share() -> None:
    cloud = await make()

    decided = await decide(cloud, data=True, environment=PRODUCTION)

    assert [each.kind for each in decided.goes] == [Kind.SERVICES, Kind.DATA]
    assert decided.stays == ()


async def test_protected_stacks_are_known_before() -> None:
    cloud = await make(protected=True)

    decided = await decide(cloud, data=False)

    assert decided.protected == (name(Kind.PIPELINE), name(Kind.SERVICES))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_call_the_next_run_ends_in_the_same_state(after: bool) -> None:
    expected, calls = tell(None)

    for at in some(range(calls)):
        state, _ = tell(Deaths(at, after=after))
        assert state == expected, f"killed {'after' if after else 'before'} call {at}"

    assert calls > 40


def tell(deaths: Deaths | None) -> tuple[list[str], int]:
    """What is there at the end of a story in which the first run dies, and how many calls that run made."""

    async def story() -> tuple[list[str], int]:
        cloud, counted = await make(protected=True), deaths or Deaths()
        cloud.stacks.break_resource("Artifacts", "The bucket you tried to delete is not empty", "DELETE")
        parts = cloud.parts(counted)
        try:
            decided = demolition.decide(await down.survey(parts.stacks, APP), environment=None, data=True)
            await down.down(parts, decided, cloud.clock.now() + HOUR)
        except Killed:
            await raze(cloud, data=True)
        kept = [resource.logical for held in cloud.stacks.deleted for resource in held.kept]
        return [*cloud.stacks.held, *kept], counted.calls

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(story())
