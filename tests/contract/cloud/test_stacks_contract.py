"""The contract of `ports.stacks.Stacks`, kept by the stacks in memory and by CloudFormation as moto has it."""

from dataclasses import replace

import pytest

from fairway.domain.aws.stack import APP_TAG, Action, Kind, Stack
from fairway.errors import Conflict, NotFound, UsageError
from support.clouds import GROUP, IMAGES, SHOP, TEMPLATE, Cloud, at_rest, made, with_resources


async def test_a_stack_that_is_not_there_is_none(cloud: Cloud) -> None:
    assert await cloud.stacks.find("fairway-nobody") is None
    assert await cloud.stacks.of_app("nobody") == []


async def test_proposing_changes_nothing(cloud: Cloud) -> None:
    changes = await cloud.stacks.propose(SHOP, {"Name": "/fairway/shop"})

    assert changes.creates
    assert [(change.logical, change.action) for change in changes.changes] == [("Logs", Action.ADD)]
    seen = await cloud.stacks.find(SHOP.name)
    assert seen is not None
    assert seen.status == "REVIEW_IN_PROGRESS"
    assert not seen.moving


async def test_a_proposal_that_is_executed_makes_the_stack(cloud: Cloud) -> None:
    seen = await made(cloud.stacks)

    assert seen.status == "CREATE_COMPLETE"
    assert seen.parameters["Name"] == "/fairway/shop"
    assert seen.tags[APP_TAG] == "shop"
    assert await cloud.stacks.template(SHOP.name) == TEMPLATE
    assert await cloud.stacks.resources(SHOP.name) == {"Logs": ("AWS::Logs::LogGroup", "/fairway/shop")}


async def test_outputs_are_those_of_the_newest_template(cloud: Cloud) -> None:
    first = await made(cloud.stacks)
    other = replace(SHOP, template={**TEMPLATE, "Outputs": {"Other": {"Value": {"Fn::Sub": "${Logs}/x"}}}})
    more = replace(other, template={**other.template, "Resources": {"Logs": GROUP, "Images": IMAGES}})

    second = await made(cloud.stacks, more, Digest="sha256:1")

    assert first.outputs == {"Group": "/fairway/shop"}
    assert second.outputs == {"Other": "/fairway/shop/x"}


async def test_a_discarded_proposal_leaves_no_stack(cloud: Cloud) -> None:
    changes = await cloud.stacks.propose(SHOP, {"Name": "/fairway/shop"})

    await cloud.stacks.discard(changes)

    assert await cloud.stacks.find(SHOP.name) is None


async def test_a_discarded_change_leaves_the_stack_as_it_is(cloud: Cloud) -> None:
    before = await made(cloud.stacks)
    changes = await cloud.stacks.propose(with_resources(Logs=GROUP, Images=IMAGES), {})

    await cloud.stacks.discard(changes)

    assert await cloud.stacks.find(SHOP.name) == before


async def test_the_same_again_is_an_empty_proposal(cloud: Cloud) -> None:
    await made(cloud.stacks)

    changes = await cloud.stacks.propose(SHOP, {})

    assert changes.empty
    await cloud.stacks.execute(changes)
    await cloud.stacks.discard(changes)


async def test_what_is_added_changed_and_removed_is_told(cloud: Cloud) -> None:
    await made(cloud.stacks, with_resources(Logs=GROUP, Images=IMAGES))
    longer = {**GROUP, "Properties": {**GROUP["Properties"], "RetentionInDays": 30}}  # type: ignore[dict-item]

    changes = await cloud.stacks.propose(with_resources(Logs=longer, Cluster={"Type": "AWS::ECS::Cluster"}), {})

    assert not changes.creates
    assert {(change.logical, change.action) for change in changes.changes} == {
        ("Cluster", Action.ADD),
        ("Logs", Action.MODIFY),
        ("Images", Action.REMOVE),
    }
    assert [change.logical for change in changes.losses] == ["Images"]


async def test_a_parameter_that_is_not_named_keeps_its_value(cloud: Cloud) -> None:
    await made(cloud.stacks, Name="/fairway/shop", Digest="sha256:1")

    seen = await made(cloud.stacks, with_resources(Logs=GROUP, Images=IMAGES), Digest="sha256:2")

    assert seen.parameters == {"Name": "/fairway/shop", "Digest": "sha256:2"}


async def test_a_parameter_that_the_template_lacks_is_refused(cloud: Cloud) -> None:
    with pytest.raises(UsageError) as refusal:
        await cloud.stacks.propose(SHOP, {"Name": "x", "Nmae": "y"})

    assert "Nmae" in refusal.value.why


LARGE = replace(SHOP, template={**TEMPLATE, "Description": "ü" * 26_000})


async def test_a_template_that_a_call_cannot_carry_lies_in_the_bucket_of_the_apps_registry(cloud: Cloud) -> None:
    registry = Stack(
        name="fairway-shop-registry",
        kind=Kind.REGISTRY,
        template={
            "Resources": {"TemplateStore": {"Type": "AWS::S3::Bucket"}},
            "Outputs": {"TemplatesArn": {"Value": {"Fn::GetAtt": ["TemplateStore", "Arn"]}}},
        },
        tags={APP_TAG: "shop"},
    )
    await made(cloud.stacks, registry)

    await made(cloud.stacks, LARGE)

    assert await cloud.stacks.template(SHOP.name) == LARGE.template


async def test_without_that_bucket_it_is_refused_and_leaves_nothing(cloud: Cloud) -> None:
    with pytest.raises(UsageError, match="too large") as refusal:
        await cloud.stacks.propose(LARGE, {"Name": "/x"})

    assert "51,200" in refusal.value.why
    assert await cloud.stacks.find(SHOP.name) is None


async def test_a_template_that_is_too_large_even_for_that_is_refused(cloud: Cloud) -> None:
    huge = replace(SHOP, template={**TEMPLATE, "Description": "x" * 1_000_000})

    with pytest.raises(UsageError, match="too large for CloudFormation"):
        await cloud.stacks.propose(huge, {"Name": "/x"})


async def test_executing_twice_is_no_error(cloud: Cloud) -> None:
    changes = await cloud.stacks.propose(SHOP, {"Name": "/fairway/shop"})

    await cloud.stacks.execute(changes)
    await cloud.stacks.execute(changes)

    seen = await at_rest(cloud.stacks, SHOP.name)
    assert seen is not None
    assert seen.good


async def test_events_come_oldest_first_and_only_those_that_are_new(cloud: Cloud) -> None:
    await made(cloud.stacks)
    first = await cloud.stacks.events(SHOP.name)
    await made(cloud.stacks, with_resources(Logs=GROUP, Images=IMAGES))

    further = await cloud.stacks.events(SHOP.name, after=first[-1].id)

    assert first[0].status == "REVIEW_IN_PROGRESS"
    assert first[-1].status == "CREATE_COMPLETE"
    assert first[-1].logical == SHOP.name
    assert further[0].status == "UPDATE_IN_PROGRESS"
    assert further[-1].status == "UPDATE_COMPLETE"
    assert await cloud.stacks.events(SHOP.name, after=further[-1].id) == []
    assert len({event.id for event in (*first, *further)}) == len(first) + len(further)


async def test_a_deleted_stack_is_none_and_deleting_again_no_error(cloud: Cloud) -> None:
    seen = await made(cloud.stacks)

    await cloud.stacks.delete(SHOP.name)

    assert await at_rest(cloud.stacks, SHOP.name) is None
    await cloud.stacks.delete(SHOP.name)
    assert (await cloud.stacks.events(seen.id))[-1].status == "DELETE_COMPLETE"


async def test_resources_can_be_kept_only_when_a_deletion_has_failed(cloud: Cloud) -> None:
    await made(cloud.stacks)

    with pytest.raises(Conflict):
        await cloud.stacks.delete(SHOP.name, keep=["Logs"])


async def test_there_is_nothing_to_recover_from_after_a_good_operation(cloud: Cloud) -> None:
    await made(cloud.stacks)

    with pytest.raises(Conflict, match="nothing to go back from"):
        await cloud.stacks.recover(SHOP.name)


async def test_there_is_nothing_to_cancel_after_a_good_operation_and_that_is_no_error(cloud: Cloud) -> None:
    await made(cloud.stacks)
    before = await cloud.stacks.find(SHOP.name)

    await cloud.stacks.cancel(SHOP.name)

    assert await cloud.stacks.find(SHOP.name) == before


async def test_of_an_app_are_the_stacks_with_its_tag_by_name(cloud: Cloud) -> None:
    other = replace(SHOP, name="fairway-other-network", tags={APP_TAG: "other"})
    second = replace(SHOP, name="fairway-shop-a")
    await made(cloud.stacks, Name="/a")
    await made(cloud.stacks, other, Name="/b")
    await made(cloud.stacks, second, Name="/c")

    assert [seen.name for seen in await cloud.stacks.of_app("shop")] == ["fairway-shop-a", "fairway-shop-network"]


@pytest.mark.exhaustive
async def test_of_more_stacks_than_a_page_has_none_is_missed(cloud: Cloud) -> None:
    for number in range(60):
        stack = replace(SHOP, name=f"fairway-shop-{number:02d}")
        await cloud.stacks.execute(await cloud.stacks.propose(stack, {"Name": f"/{number}"}))
        await at_rest(cloud.stacks, stack.name)

    assert len(await cloud.stacks.of_app("shop")) == 60


@pytest.mark.parametrize("ask", ["template", "events", "resources", "recover"])
async def test_what_is_asked_of_a_stack_that_is_not_there_is_not_found(cloud: Cloud, ask: str) -> None:
    with pytest.raises(NotFound, match="there is no stack fairway-nobody"):
        await getattr(cloud.stacks, ask)("fairway-nobody")


async def test_the_calls_for_one_change_are_few(aws: Cloud) -> None:
    await made(aws.stacks)
    assert aws.session is not None
    aws.session.calls.clear()

    changes = await aws.stacks.propose(with_resources(Logs=GROUP, Images=IMAGES), {})
    await aws.stacks.execute(changes)
    await aws.stacks.events(SHOP.name)

    assert aws.session.calls == {
        "cloudformation:DescribeStacks": 1,
        "cloudformation:ListChangeSets": 1,
        "cloudformation:CreateChangeSet": 1,
        "cloudformation:DescribeChangeSet": 1,
        "cloudformation:ExecuteChangeSet": 1,
        "cloudformation:DescribeStackEvents": 1,
    }
