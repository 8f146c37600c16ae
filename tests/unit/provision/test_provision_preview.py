"""The plan says what `up` would do, and leaves the account as it was."""

from dataclasses import replace

import pytest

from fairway.domain.aws.seen import Drifted
from fairway.domain.aws.stack import Kind, OutputOf
from fairway.errors import Conflict, WorkFailed
from fairway.provision import preview, up
from support import cloud_account
from support.cloud_account import APP, DATA, NETWORK, PRODUCTION, SERVICES, Cloud, all_stacks, altered, name

FILES = {PRODUCTION: {"A": "1"}}
OTHER_NAME = altered(DATA, "Database", DBName="other")
NARROWER = altered(NETWORK, "Subnet", CidrBlock="10.0.1.0/24")


async def make() -> Cloud:
    """The app as it was made."""
    cloud = Cloud()
    await up.up(cloud.parts(), all_stacks(), FILES, cloud.wish())
    return cloud


async def test_of_an_empty_account_everything_is_new_and_no_stack_is_left_proposed() -> None:
    cloud = Cloud()

    plan = await preview.preview(cloud.stacks, APP, all_stacks())

    assert [len(each.changes.changes) for each in plan.planned] == [2, 1, 3, 1, 3]
    assert len(plan.changes) == 5
    assert cloud.stacks.held == {}
    assert cloud.stacks.faults.calls["propose"] == 0


async def test_nothing_changes_in_what_is_as_it_should_be() -> None:
    cloud = await make()

    plan = await preview.preview(cloud.stacks, APP, all_stacks())

    assert plan.changes == ()


async def test_changes_come_from_change_sets_that_are_discarded_and_data_that_would_go_is_marked() -> None:
    cloud = await make()
    before = cloud.state()

    plan = await preview.preview(cloud.stacks, APP, all_stacks({Kind.NETWORK: NARROWER, Kind.DATA: OTHER_NAME}))

    assert [each.stack for each in plan.changes] == [name(Kind.NETWORK), name(Kind.DATA)]
    assert [each.logical for losing in plan.losing for each in losing.losses] == ["Database"]
    assert cloud.state() == before
    assert cloud_account.proposed(cloud) == []


async def test_a_stack_whose_creation_failed_is_said_to_be_made_again() -> None:
    cloud = Cloud()
    cloud.stacks.break_resource("Subnet", "too small")
    with pytest.raises(WorkFailed):
        await up.up(cloud.parts(), all_stacks(), FILES, cloud.wish())

    plan = await preview.preview(cloud.stacks, APP, all_stacks())

    assert "made again" in plan.planned[0].note


async def test_a_stack_that_moves_is_compared_without_a_change_set() -> None:
    cloud = await make()
    held = cloud.stacks.held[name(Kind.NETWORK)]
    cloud.stacks.put(replace(held.seen, status="UPDATE_IN_PROGRESS"))

    plan = await preview.preview(cloud.stacks, APP, all_stacks({Kind.NETWORK: NARROWER}))

    assert "at work on it" in plan.planned[0].note
    assert [each.logical for each in plan.planned[0].changes.changes] == ["Subnet"]


async def test_a_stack_that_waits_for_an_earlier_one_s_new_output_is_compared_without_a_change_set() -> None:
    cloud = await make()
    data = {**DATA, "Outputs": {**DATA["Outputs"], "Url": {"Value": {"Ref": "Database"}}}}
    services = {
        **altered(SERVICES, "Cluster", Tags=[{"Key": "a", "Value": {"Ref": "Url"}}]),
        "Parameters": {**SERVICES["Parameters"], "Url": {"Type": "String"}},
    }
    wanted = [
        replace(stack, parameters={**stack.parameters, "Url": OutputOf(stack=name(Kind.DATA), output="Url")})
        if stack.kind is Kind.SERVICES
        else stack
        for stack in all_stacks({Kind.DATA: data, Kind.SERVICES: services})
    ]

    plan = await preview.preview(cloud.stacks, APP, wanted)
    await up.up(cloud.parts(), wanted, FILES, cloud.wish())
    after = await preview.preview(cloud.stacks, APP, wanted)

    assert "about to put out" in plan.planned[3].note
    assert [each.logical for each in plan.planned[3].changes.changes] == ["Cluster"]
    assert after.changes == ()


async def test_stacks_that_nothing_asks_for_any_more_are_named() -> None:
    cloud = await make()

    plan = await preview.preview(cloud.stacks, APP, all_stacks()[:-1])

    assert [each.name for each in plan.left] == [name(Kind.PIPELINE)]


async def test_a_taken_name_is_said_before_anything_is_proposed() -> None:
    cloud = await make()
    cloud.stacks.put(replace(cloud.stacks.held[name(Kind.NETWORK)].seen, tags={}))

    with pytest.raises(Conflict, match="is taken"):
        await preview.preview(cloud.stacks, APP, all_stacks({Kind.NETWORK: NARROWER}))


async def test_what_was_changed_by_hand_is_told_when_it_is_asked_for() -> None:
    cloud = await make()
    by_hand = Drifted(logical="Vpc", type="AWS::EC2::VPC", properties=("/Tags",))
    cloud.stacks.drifted[name(Kind.NETWORK)] = (by_hand,)
    unseen = Drifted(logical="Nightly", type="AWS::Scheduler::Schedule", gone=True)
    cloud.stacks.drifted[name(Kind.SERVICES)] = (unseen,)

    silent = await preview.preview(cloud.stacks, APP, all_stacks())
    asked = await preview.preview(cloud.stacks, APP, all_stacks(), drift=True)

    assert [each.drifted for each in silent.planned] == [()] * 5
    assert [each.drifted for each in asked.planned] == [(by_hand,), (), (), (), ()]


def test_offline_it_is_compared_with_the_templates_of_an_export() -> None:
    earlier = {stack.name: stack.template for stack in all_stacks()}

    plan = preview.offline(all_stacks({Kind.DATA: OTHER_NAME}), {**earlier, "fairway-shop-old": NETWORK})

    assert [each.stack for each in plan.losing] == [name(Kind.DATA)]
    assert [each.name for each in plan.left] == ["fairway-shop-old"]
