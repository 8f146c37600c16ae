"""The CloudFormation in memory: what happens to resources, event by event, when one of them does not obey."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from fairway.adapters.memory.cloud import MemoryStacks
from fairway.domain.aws.stack import APP_TAG, Action, ChangeSet, Kind, Replacement, SeenStack, Stack, StackEvent
from fairway.errors import Conflict, Unavailable, UsageError

SECRET = {"Type": "AWS::SecretsManager::Secret", "DeletionPolicy": "Retain", "Properties": {"Name": "fairway/shop"}}
NETWORK = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
SUBNET = {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24"}}
SERVICE = {"Type": "AWS::ECS::Service", "Condition": "HasImage", "Properties": {"Image": {"Ref": "ImageDigest"}}}
NAME = "fairway-shop-data"


def stack(resources: Mapping[str, Any], **sections: Any) -> Stack:
    return Stack(name=NAME, kind=Kind.DATA, template={"Resources": resources, **sections}, tags={APP_TAG: "shop"})


BASE = stack({"Subnet": SUBNET, "Vpc": NETWORK})
WITH_SERVICE = stack(
    {"Vpc": NETWORK, "Web": SERVICE},
    Parameters={"ImageDigest": {"Type": "String", "Default": ""}},
    Conditions={"HasImage": {"Fn::Not": [{"Fn::Equals": [{"Ref": "ImageDigest"}, ""]}]}},
)


@pytest.fixture
def stacks() -> MemoryStacks:
    return MemoryStacks()


async def bring(stacks: MemoryStacks, wanted: Stack, **parameters: str) -> ChangeSet:
    """Propose, execute, and let CloudFormation end."""
    changes = await stacks.propose(wanted, parameters)
    await stacks.execute(changes)
    stacks.finish(wanted.name)
    return changes


async def status(stacks: MemoryStacks) -> str:
    seen = await stacks.find(NAME)
    return seen.status if seen else ""


def told(events: list[StackEvent]) -> list[str]:
    return [f"{event.logical} {event.status}" for event in events if event.logical != NAME]


async def test_resources_are_made_after_those_that_they_refer_to_and_removed_before_them(stacks: MemoryStacks) -> None:
    await bring(stacks, BASE)
    held = stacks.held[NAME]

    await stacks.delete(NAME)
    stacks.finish(NAME)

    assert told(held.events) == [
        "Vpc CREATE_IN_PROGRESS",
        "Vpc CREATE_COMPLETE",
        "Subnet CREATE_IN_PROGRESS",
        "Subnet CREATE_COMPLETE",
        "Subnet DELETE_IN_PROGRESS",
        "Subnet DELETE_COMPLETE",
        "Vpc DELETE_IN_PROGRESS",
        "Vpc DELETE_COMPLETE",
    ]


async def test_looking_lets_it_go_on_and_with_pace_zero_it_rests(stacks: MemoryStacks) -> None:
    await stacks.execute(await stacks.propose(BASE, {}))
    stacks.pace = 0
    before = len(await stacks.events(NAME))
    assert await status(stacks) == "CREATE_IN_PROGRESS"
    assert len(await stacks.events(NAME)) == before

    stacks.pace = 1

    assert len(await stacks.events(NAME)) == before + 1


async def test_a_resource_that_fails_takes_the_whole_creation_back(stacks: MemoryStacks) -> None:
    stacks.break_resource("Vpc", "The maximum number of VPCs has been reached.")

    await bring(stacks, BASE)

    assert await status(stacks) == "ROLLBACK_COMPLETE"
    events = await stacks.events(NAME)
    assert [(event.logical, event.reason) for event in events if event.failed] == [
        ("Vpc", "The maximum number of VPCs has been reached.")
    ]
    assert "Subnet CREATE_FAILED" in told([*events])
    assert await stacks.resources(NAME) == {}
    with pytest.raises(Conflict, match="can only be deleted"):
        await stacks.propose(BASE, {})


async def test_an_update_that_fails_goes_back_to_what_was(stacks: MemoryStacks) -> None:
    await bring(stacks, WITH_SERVICE)
    before = (await stacks.find(NAME), await stacks.resources(NAME))
    stacks.break_resource("Web", "the circuit breaker was triggered")

    await bring(stacks, WITH_SERVICE, ImageDigest="sha256:1")

    seen, resources = await stacks.find(NAME), await stacks.resources(NAME)
    assert seen is not None
    assert before[0] is not None
    assert (replace(seen, status=""), resources) == (replace(before[0], status=""), before[1])
    assert seen.status == "UPDATE_ROLLBACK_COMPLETE"


async def test_what_was_changed_or_made_anew_before_the_failure_is_as_it_was(stacks: MemoryStacks) -> None:
    await bring(stacks, stack({"Vpc": NETWORK, "Secret": SECRET}))
    before = dict(stacks.held[NAME].resources)
    vpc = {**NETWORK, "Properties": {"CidrBlock": "10.0.0.0/16", "EnableDnsSupport": True}}
    secret = {**SECRET, "Properties": {"Name": "other"}}
    cluster = {"Type": "AWS::ECS::Cluster", "DependsOn": ["Vpc", "Secret"]}
    stacks.break_resource("Cluster", "no such thing")

    await bring(stacks, stack({"Vpc": vpc, "Secret": secret, "Cluster": cluster}))

    assert await status(stacks) == "UPDATE_ROLLBACK_COMPLETE"
    assert stacks.held[NAME].resources == before
    assert "Secret DELETE_COMPLETE" in told(stacks.held[NAME].events)


async def test_a_service_is_there_once_its_condition_holds(stacks: MemoryStacks) -> None:
    await bring(stacks, WITH_SERVICE)
    assert set(await stacks.resources(NAME)) == {"Vpc"}

    changes = await bring(stacks, WITH_SERVICE, ImageDigest="sha256:1")

    assert [(change.logical, change.action) for change in changes.changes] == [("Web", Action.ADD)]
    assert set(await stacks.resources(NAME)) == {"Vpc", "Web"}


async def test_what_is_replaced_takes_along_what_refers_to_it_and_goes_last(stacks: MemoryStacks) -> None:
    await bring(stacks, BASE)
    old = await stacks.resources(NAME)
    wider = {**NETWORK, "Properties": {"CidrBlock": "10.1.0.0/16"}}
    seen = len(stacks.held[NAME].events)

    changes = await bring(stacks, stack({"Subnet": SUBNET, "Vpc": wider}))

    assert [(change.logical, change.replacement, change.properties) for change in changes.changes] == [
        ("Vpc", Replacement.YES, ("CidrBlock",)),
        ("Subnet", Replacement.YES, ("VpcId",)),
    ]
    assert told(stacks.held[NAME].events[seen:])[-4:] == [
        "Subnet DELETE_IN_PROGRESS",
        "Subnet DELETE_COMPLETE",
        "Vpc DELETE_IN_PROGRESS",
        "Vpc DELETE_COMPLETE",
    ]
    new = await stacks.resources(NAME)
    assert set(new) == set(old)
    assert not set(new.values()) & set(old.values())


async def test_a_secret_that_would_be_made_anew_is_a_loss(stacks: MemoryStacks) -> None:
    await bring(stacks, stack({"Secret": SECRET}))

    renamed = stack({"Secret": {**SECRET, "Properties": {"Name": "other"}}})
    changes = await stacks.propose(renamed, {})

    assert [change.logical for change in changes.losses] == ["Secret"]


async def test_an_update_is_taken_back_from_where_it_is(stacks: MemoryStacks) -> None:
    await bring(stacks, WITH_SERVICE)
    await bring(stacks, WITH_SERVICE, ImageDigest="sha256:1")
    await stacks.execute(await stacks.propose(WITH_SERVICE, {"ImageDigest": "sha256:2"}))

    await stacks.cancel(NAME)
    stacks.finish(NAME)
    await stacks.cancel(NAME)

    seen = await stacks.find(NAME)
    assert seen is not None and seen.status == "UPDATE_ROLLBACK_COMPLETE"
    assert seen.parameters == {"ImageDigest": "sha256:1"}


async def test_a_stack_that_cannot_go_back_is_stuck_until_it_is_mended(stacks: MemoryStacks) -> None:
    await bring(stacks, WITH_SERVICE)
    await bring(stacks, WITH_SERVICE, ImageDigest="sha256:1")
    stacks.break_resource("Web", "no such image", "UPDATE")
    wider = {**NETWORK, "Properties": {"CidrBlock": "10.0.0.0/16", "EnableDnsSupport": True}}
    stacks.break_resource("Vpc", "somebody has deleted it", "ROLLBACK")
    broken = replace(WITH_SERVICE, template={**WITH_SERVICE.template, "Resources": {"Vpc": wider, "Web": SERVICE}})
    await bring(stacks, broken, ImageDigest="sha256:2")
    assert await status(stacks) == "UPDATE_ROLLBACK_FAILED"
    with pytest.raises(Conflict, match="is stuck"):
        await stacks.propose(broken, {})

    await stacks.recover(NAME)
    stacks.finish(NAME)
    assert await status(stacks) == "UPDATE_ROLLBACK_FAILED"
    await stacks.recover(NAME, skip=["Vpc"])
    stacks.finish(NAME)

    seen = await stacks.find(NAME)
    assert seen is not None
    assert seen.status == "UPDATE_ROLLBACK_COMPLETE"
    assert seen.parameters == {"ImageDigest": "sha256:1"}


async def test_what_cannot_be_deleted_can_be_kept(stacks: MemoryStacks) -> None:
    await bring(stacks, BASE)
    stacks.break_resource("Vpc", "has dependencies and cannot be deleted", "DELETE")
    await stacks.delete(NAME)
    stacks.finish(NAME)
    assert await status(stacks) == "DELETE_FAILED"
    assert set(await stacks.resources(NAME)) == {"Vpc"}

    await stacks.delete(NAME, keep=["Vpc"])
    stacks.finish(NAME)

    assert await stacks.find(NAME) is None
    assert [resource.logical for resource in stacks.deleted[-1].kept] == ["Vpc"]


async def test_what_is_retained_outlives_its_stack(stacks: MemoryStacks) -> None:
    await bring(stacks, stack({"Secret": SECRET, "Vpc": NETWORK}))

    await stacks.delete(NAME)
    stacks.finish(NAME)

    assert [resource.logical for resource in stacks.deleted[-1].kept] == ["Secret"]
    assert "Secret DELETE_SKIPPED" in told(stacks.deleted[-1].events)


async def test_a_protected_stack_is_not_deleted(stacks: MemoryStacks) -> None:
    await bring(stacks, BASE)
    await stacks.protect(NAME, on=True)

    with pytest.raises(Conflict, match="protected"):
        await stacks.delete(NAME)

    await stacks.protect(NAME, on=False)
    await stacks.delete(NAME)


async def test_two_proposals_stand_beside_each_other_until_one_is_executed(stacks: MemoryStacks) -> None:
    await bring(stacks, BASE)
    one = await stacks.propose(stack({"Vpc": NETWORK}), {})
    other = await stacks.propose(stack({"Vpc": NETWORK, "Secret": SECRET}), {})

    await stacks.execute(other)

    stacks.finish(NAME)
    with pytest.raises(Conflict, match="does not hold any more"):
        await stacks.execute(one)


async def test_a_stack_that_moves_takes_no_second_change(stacks: MemoryStacks) -> None:
    await stacks.execute(await stacks.propose(BASE, {}))

    with pytest.raises(Conflict, match="is being changed already"):
        await stacks.propose(BASE, {})


async def test_a_tag_that_changes_changes_every_resource(stacks: MemoryStacks) -> None:
    await bring(stacks, BASE)

    changes = await stacks.propose(replace(BASE, tags={APP_TAG: "shop", "team": "a"}), {})

    assert [(change.logical, change.properties) for change in changes.changes] == [
        ("Vpc", ("Tags",)),
        ("Subnet", ("Tags",)),
    ]


async def test_outputs_alone_are_a_change_without_changes(stacks: MemoryStacks) -> None:
    await bring(stacks, BASE)
    told_more = replace(BASE, template={**BASE.template, "Outputs": {"Vpc": {"Value": {"Ref": "Vpc"}}}})

    changes = await bring(stacks, told_more)

    assert changes.changes == ()
    assert not changes.empty
    seen = await stacks.find(NAME)
    assert seen is not None
    assert set(seen.outputs) == {"Vpc"}


@pytest.mark.parametrize(
    ("sections", "shown"),
    [
        ({"Parameters": {"Name": {"Type": "String"}}}, "without a value: Name"),
        ({"Resources": {"A": {"Type": "T", "DependsOn": "B"}, "B": {"Type": "T", "DependsOn": "A"}}}, "Circular"),
    ],
)
async def test_a_template_that_cannot_be_made_is_refused(
    stacks: MemoryStacks, sections: dict[str, Any], shown: str
) -> None:
    with pytest.raises(UsageError) as refusal:
        await stacks.propose(replace(BASE, template={**BASE.template, **sections}), {})

    assert shown in f"{refusal.value.what} {refusal.value.why}"
    assert await stacks.find(NAME) is None


async def test_a_resource_never_becomes_one_of_another_type(stacks: MemoryStacks) -> None:
    await bring(stacks, BASE)

    with pytest.raises(UsageError, match="type"):
        await stacks.propose(stack({"Vpc": SECRET}), {})


async def test_a_stack_can_be_put_into_any_state(stacks: MemoryStacks) -> None:
    stacks.put(SeenStack(name=NAME, id="arn", status="UPDATE_IN_PROGRESS"))

    assert await status(stacks) == "UPDATE_IN_PROGRESS"


async def test_a_call_fails_or_lies_when_it_is_told_to(stacks: MemoryStacks) -> None:
    await bring(stacks, BASE)
    stacks.faults.fail("find", Unavailable("AWS does not answer"))
    with pytest.raises(Unavailable):
        await stacks.find(NAME)
    stacks.faults.mend()
    stacks.faults.lie("delete")

    await stacks.delete(NAME)

    assert await status(stacks) == "CREATE_COMPLETE"
