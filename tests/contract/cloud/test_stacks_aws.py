"""What CloudFormation does and moto does not: answers that botocore's Stubber checks against the service's model."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from fairway.adapters.aws import changesets
from fairway.adapters.aws.session import Session
from fairway.adapters.aws.stacks import AwsStacks
from fairway.domain.aws import templates
from fairway.domain.aws.stack import Action, ChangeSet, Replacement
from fairway.errors import Conflict, NotFound, Unavailable, UsageError
from support.clouds import SHOP, TEMPLATE, JumpingClock

ARN = "arn:aws:cloudformation:eu-central-1:123456789012:stack/fairway-shop-network/5f0c"
SET = "arn:aws:cloudformation:eu-central-1:123456789012:changeSet/fairway-0123/7a1d"
NAME = SHOP.name
PROPOSED = ChangeSet(stack=NAME, id=SET)
CREATING = ChangeSet(stack=NAME, id=SET, creates=True)


@pytest.fixture
def clock() -> JumpingClock:
    return JumpingClock()


@pytest.fixture
def stacks(session: Session, clock: JumpingClock) -> AwsStacks:
    return AwsStacks(session, clock)


@pytest.fixture
def stub(session: Session) -> Iterator[Stubber]:
    """Answers in order; a test in which one is left over fails."""
    with Stubber(session.client("cloudformation")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def seen(status: str, **fields: Any) -> dict[str, Any]:
    """An answer of DescribeStacks."""
    stack = {
        "StackName": NAME,
        "StackId": ARN,
        "StackStatus": status,
        "CreationTime": datetime(2026, 11, 1, tzinfo=UTC),
    }
    return {"Stacks": [{**stack, **fields}]}


def changes(status: str = "CREATE_COMPLETE", **fields: Any) -> dict[str, Any]:
    """An answer of DescribeChangeSet."""
    return {"ChangeSetName": "fairway-0123", "ChangeSetId": SET, "StackName": NAME, "Status": status, **fields}


def change(**fields: Any) -> dict[str, Any]:
    """One change of a resource."""
    return {"Type": "Resource", "ResourceChange": {"LogicalResourceId": "Logs", "ResourceType": "T", **fields}}


def absent(stub: Stubber) -> None:
    stub.add_client_error("describe_stacks", "ValidationError", f"Stack with id {NAME} does not exist")


def creating(stub: Stubber, *answers: dict[str, Any]) -> None:
    """A change set for a stack that is not there, and how it stands each time that it is looked at."""
    absent(stub)
    stub.add_response("create_change_set", {"Id": SET, "StackId": ARN})
    for answer in answers:
        stub.add_response("describe_change_set", answer)


async def test_what_a_proposal_asks_for(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_response("describe_stacks", seen("CREATE_COMPLETE", Parameters=[{"ParameterKey": "Name"}]))
    stub.add_response("list_change_sets", {"Summaries": []}, {"StackName": NAME})
    stub.add_response(
        "create_change_set",
        {"Id": SET, "StackId": ARN},
        {
            "StackName": NAME,
            "ChangeSetName": ANY,
            "ClientToken": ANY,
            "ChangeSetType": "UPDATE",
            "Description": "made by Fairway",
            "TemplateBody": ANY,
            "Parameters": [
                {"ParameterKey": "Name", "UsePreviousValue": True},
                {"ParameterKey": "Digest", "ParameterValue": "sha256:1"},
            ],
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "Tags": [{"Key": "fairway:app", "Value": "shop"}, {"Key": "fairway:stack", "Value": "network"}],
            "IncludeNestedStacks": False,
            "RoleARN": "arn:aws:iam::123456789012:role/fairway-shop-stacks",
        },
    )
    stub.add_response("describe_change_set", changes(Changes=[change(Action="Add")]))

    await stacks.propose(SHOP, {"Digest": "sha256:1"}, role="arn:aws:iam::123456789012:role/fairway-shop-stacks")


async def test_a_change_set_is_waited_for_ever_more_slowly(
    stacks: AwsStacks, stub: Stubber, clock: JumpingClock
) -> None:
    creating(stub, changes("CREATE_PENDING"), *[changes("CREATE_IN_PROGRESS")] * 5, changes(Changes=[]))

    found = await stacks.propose(SHOP, {"Name": "/x"})

    assert found.id == SET
    assert clock.slept == [0.5, 1.0, 2.0, 3.0, 5.0, 5.0]


async def test_a_change_set_that_is_never_computed_is_given_up(
    stacks: AwsStacks, stub: Stubber, clock: JumpingClock
) -> None:
    creating(stub, *[changes("CREATE_IN_PROGRESS")] * 64)

    with pytest.raises(Unavailable, match="has not computed"):
        await stacks.propose(SHOP, {"Name": "/x"})

    assert changesets.PATIENCE <= sum(clock.slept) <= changesets.PATIENCE + changesets.PAUSES[-1]


async def test_changes_of_all_pages_are_read_with_what_they_replace(stacks: AwsStacks, stub: Stubber) -> None:
    details = [
        {"Target": {"Attribute": "Properties", "Name": "MasterUsername", "RequiresRecreation": "Always"}},
        {"Target": {"Attribute": "Tags", "RequiresRecreation": "Never"}},
        {"Target": {"Attribute": "Properties", "Name": "MasterUsername", "RequiresRecreation": "Always"}},
    ]
    database = {"ResourceType": "AWS::RDS::DBInstance", "PhysicalResourceId": "shop-main"}
    creating(
        stub,
        changes(Changes=[change(Action="Modify", Replacement="True", Details=details, **database)], NextToken="2"),
        changes(Changes=[{"Type": "Resource", "HookInvocationCount": 1}, change(Action="Dynamic")], NextToken="3"),
        changes(Changes=[change(Action="Modify", Replacement="False"), change(Action="Import")]),
    )

    found = await stacks.propose(SHOP, {"Name": "/x"})

    first, dynamic, modified, imported = found.changes
    assert first.replacement is Replacement.YES
    assert first.properties == ("MasterUsername", "Tags")
    assert first.physical == "shop-main"
    assert found.losses == (first,)
    assert (dynamic.action, dynamic.replacement) == (Action.DYNAMIC, Replacement.CONDITIONAL)
    assert (modified.action, modified.replacement) == (Action.MODIFY, Replacement.NO)
    assert imported.action is Action.DYNAMIC


@pytest.mark.parametrize(
    "reason",
    [
        "The submitted information didn't contain changes. Submit different information to create a change set.",
        "No updates are to be performed.",
    ],
)
async def test_without_changes_the_change_set_is_discarded_and_empty(
    stacks: AwsStacks, stub: Stubber, reason: str
) -> None:
    stub.add_response("describe_stacks", seen("UPDATE_COMPLETE"))
    stub.add_response("list_change_sets", {"Summaries": []})
    stub.add_response("create_change_set", {"Id": SET, "StackId": ARN})
    stub.add_response("describe_change_set", changes("FAILED", StatusReason=reason))
    stub.add_response("delete_change_set", {}, {"ChangeSetName": SET})

    found = await stacks.propose(SHOP, {"Name": "/x"})

    assert found.empty


async def test_a_change_of_outputs_alone_is_not_empty(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_response("describe_stacks", seen("UPDATE_COMPLETE"))
    stub.add_response("list_change_sets", {"Summaries": []})
    stub.add_response("create_change_set", {"Id": SET, "StackId": ARN})
    stub.add_response("describe_change_set", changes(Changes=[]))

    found = await stacks.propose(SHOP, {"Name": "/x"})

    assert found.changes == ()
    assert not found.empty


async def test_a_template_that_cloudformation_refuses_leaves_nothing_behind(stacks: AwsStacks, stub: Stubber) -> None:
    creating(stub, changes("FAILED", StatusReason="Parameters: [Nam] must have values"))
    stub.add_response("delete_change_set", {})
    stub.add_response("describe_stacks", seen("REVIEW_IN_PROGRESS"))
    stub.add_response("list_change_sets", {"Summaries": []})
    stub.add_response("delete_stack", {}, {"StackName": ARN})

    with pytest.raises(UsageError) as refusal:
        await stacks.propose(SHOP, {"Name": "/x"})

    assert refusal.value.why == "Parameters: [Nam] must have values"


async def test_what_killed_runs_have_left_is_discarded_and_nothing_else(
    stacks: AwsStacks, stub: Stubber, clock: JumpingClock
) -> None:
    own = {word: f"{NAME}-{str(digit) * 32}" for digit, word in enumerate(("old", "new", "done", "older"), start=1)}

    def left(name: str, age: float, status: str = "AVAILABLE") -> dict[str, Any]:
        at = datetime.fromtimestamp(clock.now() - age, UTC)
        summary = {"StackName": NAME, "ChangeSetName": name, "ChangeSetId": SET + name}
        return {**summary, "CreationTime": at, "ExecutionStatus": status}

    stub.add_response("describe_stacks", seen("UPDATE_COMPLETE"))
    stub.add_response(
        "list_change_sets",
        {
            "Summaries": [
                left(own["old"], 4000),
                left(own["new"], 3000),
                left(f"{NAME}-somebodys", 90_000),
                left(own["done"], 90_000, "EXECUTE_COMPLETE"),
                left(own["older"], 90_000, "OBSOLETE"),
            ]
        },
    )
    stub.add_response("delete_change_set", {}, {"ChangeSetName": SET + own["old"]})
    stub.add_client_error("delete_change_set", "InvalidChangeSetStatus", "it is being executed")
    stub.add_response("create_change_set", {"Id": SET, "StackId": ARN})
    stub.add_response("describe_change_set", changes(Changes=[]))

    await stacks.propose(SHOP, {"Name": "/x"})


@pytest.mark.parametrize(
    "status", ["ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED", "UPDATE_IN_PROGRESS"]
)
async def test_a_state_that_allows_no_change_is_a_conflict_before_anything_is_made(
    stacks: AwsStacks, stub: Stubber, status: str
) -> None:
    stub.add_response("describe_stacks", seen(status, StackStatusReason="The following resource(s) failed: [Logs]"))

    with pytest.raises(Conflict, match=status if status != "UPDATE_IN_PROGRESS" else "is being changed already"):
        await stacks.propose(SHOP, {"Name": "/x"})


async def test_a_stack_that_somebody_began_to_change_meanwhile_is_a_conflict(stacks: AwsStacks, stub: Stubber) -> None:
    absent(stub)
    stub.add_client_error(
        "create_change_set", "ValidationError", f"Stack:{ARN} is in CREATE_IN_PROGRESS state and can not be updated."
    )

    with pytest.raises(Conflict, match="is being changed already"):
        await stacks.propose(SHOP, {"Name": "/x"})


async def test_of_a_large_template_only_its_address_goes_with_the_call(
    stacks: AwsStacks, stub: Stubber, session: Session
) -> None:
    large = replace(SHOP, template={**TEMPLATE, "Description": "x" * 60_000})
    key = templates.key(large)
    outputs = [{"OutputKey": "TemplatesArn", "OutputValue": "arn:aws:s3:::shop-templates"}]
    absent(stub)
    registry = seen("CREATE_COMPLETE", Outputs=outputs)
    stub.add_response("describe_stacks", registry, {"StackName": "fairway-shop-registry"})
    stub.add_response(
        "create_change_set",
        {"Id": SET, "StackId": ARN},
        {
            "StackName": NAME,
            "ChangeSetName": ANY,
            "ClientToken": ANY,
            "ChangeSetType": "CREATE",
            "Description": "made by Fairway",
            "TemplateURL": f"https://shop-templates.s3.eu-central-1.amazonaws.com/{key}",
            "Parameters": [{"ParameterKey": "Name", "ParameterValue": "/x"}],
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "Tags": ANY,
            "IncludeNestedStacks": False,
        },
    )
    stub.add_response("describe_change_set", changes(Changes=[]))
    with Stubber(session.client("s3")) as s3:
        body = templates.written(large.template).encode()
        put = {"Bucket": "shop-templates", "Key": key, "Body": body, "ContentType": "application/json"}
        s3.add_response("put_object", {}, put)

        await stacks.propose(large, {"Name": "/x"})

        s3.assert_no_pending_responses()


async def test_executing_names_the_change_set_so_that_a_repetition_is_known(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_response("execute_change_set", {}, {"ChangeSetName": SET, "ClientRequestToken": "7a1d"})

    await stacks.execute(PROPOSED)


@pytest.mark.parametrize("status", ["EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE", "EXECUTE_FAILED"])
async def test_a_change_set_that_was_executed_already_is_no_error(
    stacks: AwsStacks, stub: Stubber, status: str
) -> None:
    stub.add_client_error("execute_change_set", "InvalidChangeSetStatus", "cannot be executed in its current status")
    stub.add_response("describe_change_set", changes(ExecutionStatus=status))

    await stacks.execute(PROPOSED)


async def test_a_repetition_of_the_same_call_is_no_error(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_client_error("execute_change_set", "TokenAlreadyExistsException", "already")

    await stacks.execute(PROPOSED)


async def test_a_change_set_that_another_change_has_overtaken_is_a_conflict(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_client_error("execute_change_set", "InvalidChangeSetStatus", "cannot be executed in its current status")
    stub.add_response("describe_change_set", changes(ExecutionStatus="OBSOLETE"))

    with pytest.raises(Conflict, match="does not hold any more"):
        await stacks.execute(PROPOSED)


async def test_a_change_set_that_is_gone_is_a_conflict(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_client_error("execute_change_set", "ChangeSetNotFound", f"ChangeSet [{SET}] does not exist")

    with pytest.raises(Conflict, match="does not hold any more"):
        await stacks.execute(PROPOSED)


async def test_executing_while_somebody_else_changes_the_stack_is_a_conflict(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_client_error(
        "execute_change_set", "ValidationError", f"Stack:{ARN} is in UPDATE_IN_PROGRESS state and cannot be updated"
    )

    with pytest.raises(Conflict, match="is being changed already"):
        await stacks.execute(PROPOSED)


async def test_discarding_what_is_gone_is_no_error(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_client_error("delete_change_set", "ChangeSetNotFound", f"ChangeSet [{SET}] does not exist")
    absent(stub)

    await stacks.discard(CREATING)


async def test_discarding_keeps_a_stack_that_somebody_else_proposes_too(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_response("delete_change_set", {})
    stub.add_response("describe_stacks", seen("REVIEW_IN_PROGRESS"))
    other = {"StackName": NAME, "ChangeSetId": SET + "other", "ChangeSetName": "somebodys"}
    stub.add_response("list_change_sets", {"Summaries": [other]})

    await stacks.discard(CREATING)


async def test_discarding_never_deletes_a_stack_that_exists(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_response("delete_change_set", {})
    stub.add_response("describe_stacks", seen("CREATE_IN_PROGRESS"))

    await stacks.discard(CREATING)


async def test_only_as_many_pages_of_events_are_asked_for_as_are_needed(stacks: AwsStacks, stub: Stubber) -> None:
    def page(*ids: str, token: str) -> dict[str, Any]:
        at = datetime(2026, 11, 1, tzinfo=UTC)
        rest = {"StackId": ARN, "StackName": NAME, "Timestamp": at, "ResourceStatus": "CREATE_FAILED"}
        reason = "Resource handler returned message"
        events = [{"EventId": id, "ResourceStatusReason": reason, "LogicalResourceId": "Logs", **rest} for id in ids]
        return {"StackEvents": events, "NextToken": token}

    stub.add_response("describe_stack_events", page("5", "4", token="a"))
    stub.add_response("describe_stack_events", page("3", "2", token="b"))

    found = await stacks.events(NAME, after="2")

    assert [event.id for event in found] == ["3", "4", "5"]
    assert found[0].at == datetime(2026, 11, 1, tzinfo=UTC).timestamp()
    assert found[0].failed


@pytest.mark.parametrize("on", [True, False])
async def test_protection_is_turned_on_and_off(stacks: AwsStacks, stub: Stubber, on: bool) -> None:
    stub.add_response(
        "update_termination_protection", {"StackId": ARN}, {"StackName": NAME, "EnableTerminationProtection": on}
    )
    stub.add_response("describe_stacks", seen("CREATE_COMPLETE", EnableTerminationProtection=on))

    await stacks.protect(NAME, on=on)

    found = await stacks.find(NAME)
    assert found is not None
    assert found.protected is on


async def test_a_protected_stack_is_not_deleted(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_response("describe_stacks", seen("CREATE_COMPLETE", EnableTerminationProtection=True))

    with pytest.raises(Conflict, match="protected against deletion"):
        await stacks.delete(NAME)


async def test_after_a_failed_deletion_resources_can_be_kept(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_response("describe_stacks", seen("DELETE_FAILED"))
    stub.add_response("delete_stack", {}, {"StackName": ARN, "RetainResources": ["Logs"]})

    await stacks.delete(NAME, keep=["Logs"])


async def test_a_stack_that_is_being_deleted_is_left_to_it(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_response("describe_stacks", seen("DELETE_IN_PROGRESS"))

    await stacks.delete(NAME)


async def test_a_stuck_stack_goes_on_without_what_is_skipped(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_response("describe_stacks", seen("UPDATE_ROLLBACK_FAILED"))
    stub.add_response("continue_update_rollback", {}, {"StackName": ARN, "ResourcesToSkip": ["Web"]})

    await stacks.recover(NAME, skip=["Web"])


async def test_what_is_gone_is_none_of_the_resources(stacks: AwsStacks, stub: Stubber) -> None:
    def listed(logical: str, status: str) -> dict[str, Any]:
        at = datetime(2026, 11, 1, tzinfo=UTC)
        return {
            "LogicalResourceId": logical,
            "ResourceType": "T",
            "ResourceStatus": status,
            "LastUpdatedTimestamp": at,
            "PhysicalResourceId": "p",
        }

    first = {"StackResourceSummaries": [listed("A", "CREATE_COMPLETE")], "NextToken": "2"}
    stub.add_response("list_stack_resources", first)
    second = [listed("B", "DELETE_COMPLETE"), listed("C", "UPDATE_FAILED")]
    stub.add_response("list_stack_resources", {"StackResourceSummaries": second})

    assert await stacks.resources(NAME) == {"A": ("T", "p"), "C": ("T", "p")}


async def test_a_template_in_yaml_is_not_fairways(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_response("get_template", {"TemplateBody": "Resources:\n  Logs: !Ref x\n"})

    with pytest.raises(Conflict, match="is not Fairway's"):
        await stacks.template(NAME)


async def test_a_stack_that_was_deleted_is_none(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_response("describe_stacks", seen("DELETE_COMPLETE"))

    assert await stacks.find(ARN) is None


async def test_another_validation_error_is_not_taken_for_a_stack_that_is_not_there(
    stacks: AwsStacks, stub: Stubber
) -> None:
    stub.add_client_error(
        "describe_stacks", "ValidationError", "1 validation error detected: Value 'x y' at 'stackName'"
    )

    with pytest.raises(UsageError, match="AWS refuses cloudformation:DescribeStacks"):
        await stacks.find("x y")


async def test_protecting_a_stack_that_is_not_there_says_so(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_client_error("update_termination_protection", "ValidationError", f"Stack [{NAME}] does not exist")

    with pytest.raises(NotFound, match="there is no stack"):
        await stacks.protect(NAME, on=True)


async def test_a_missing_permission_is_named_with_action_and_resource(stacks: AwsStacks, stub: Stubber) -> None:
    absent(stub)
    message = (
        "User: arn:aws:sts::123456789012:assumed-role/dev/anna is not authorized to perform:"
        f" cloudformation:CreateChangeSet on resource: {ARN} because no identity-based policy allows the"
        " cloudformation:CreateChangeSet action"
    )
    stub.add_client_error("create_change_set", "AccessDenied", message, http_status_code=403)

    with pytest.raises(UsageError, match="AWS does not allow cloudformation:CreateChangeSet") as refusal:
        await stacks.propose(SHOP, {"Name": "/x"})

    assert refusal.value.hint == f"allow cloudformation:CreateChangeSet on {ARN} in the policy of role dev"


DETECTION = "b3f1"


def detection(status: str, **fields: Any) -> dict[str, Any]:
    """An answer of DescribeStackDriftDetectionStatus."""
    fixed = {"StackId": ARN, "StackDriftDetectionId": DETECTION, "Timestamp": datetime(2026, 11, 1, tzinfo=UTC)}
    return {**fixed, "DetectionStatus": status, **fields}


def drifted(logical: str, status: str, *paths: str) -> dict[str, Any]:
    """One resource of DescribeStackResourceDrifts."""
    differences = [
        {"PropertyPath": path, "ExpectedValue": "a", "ActualValue": "b", "DifferenceType": "NOT_EQUAL"}
        for path in paths
    ]
    return {
        "StackId": ARN,
        "LogicalResourceId": logical,
        "PhysicalResourceId": f"{logical}-1",
        "ResourceType": "AWS::EC2::VPC",
        "PropertyDifferences": differences,
        "StackResourceDriftStatus": status,
        "Timestamp": datetime(2026, 11, 1, tzinfo=UTC),
    }


async def test_drift_is_waited_for_and_read_to_its_end(stacks: AwsStacks, stub: Stubber, clock: JumpingClock) -> None:
    asked = {"StackName": NAME, "StackResourceDriftStatusFilters": ["MODIFIED", "DELETED"]}
    stub.add_response("detect_stack_drift", {"StackDriftDetectionId": DETECTION}, {"StackName": NAME})
    for status in ("DETECTION_IN_PROGRESS", "DETECTION_COMPLETE"):
        stub.add_response(
            "describe_stack_drift_detection_status", detection(status), {"StackDriftDetectionId": DETECTION}
        )
    first = {"StackResourceDrifts": [drifted("Vpc", "MODIFIED", "/Tags/0", "/Cidr")], "NextToken": "more"}
    stub.add_response("describe_stack_resource_drifts", first, asked)
    second = {"StackResourceDrifts": [drifted("Gone", "DELETED")]}
    stub.add_response("describe_stack_resource_drifts", second, {**asked, "NextToken": "more"})

    found = await stacks.drift(NAME)

    assert [(each.logical, each.gone, each.properties) for each in found] == [
        ("Gone", True, ()),
        ("Vpc", False, ("/Cidr", "/Tags/0")),
    ]
    assert len(clock.slept) == 1


async def test_drift_that_can_t_be_detected_is_said(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_response("detect_stack_drift", {"StackDriftDetectionId": DETECTION})
    stub.add_response(
        "describe_stack_drift_detection_status", detection("DETECTION_FAILED", DetectionStatusReason="no permission")
    )

    with pytest.raises(Unavailable) as raised:
        await stacks.drift(NAME)

    assert raised.value.why == "no permission"


async def test_an_update_that_is_under_way_is_taken_back_by_the_stacks_own_id(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_response("describe_stacks", seen("UPDATE_IN_PROGRESS"), {"StackName": NAME})
    stub.add_response("cancel_update_stack", {}, {"StackName": ARN})

    await stacks.cancel(NAME)


@pytest.mark.parametrize("status", ["UPDATE_COMPLETE", "UPDATE_ROLLBACK_IN_PROGRESS", "CREATE_IN_PROGRESS"])
async def test_what_is_no_update_under_way_is_left_alone(stacks: AwsStacks, stub: Stubber, status: str) -> None:
    stub.add_response("describe_stacks", seen(status), {"StackName": NAME})

    await stacks.cancel(NAME)


async def test_an_update_that_ends_while_it_is_taken_back_is_no_error(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_response("describe_stacks", seen("UPDATE_IN_PROGRESS"), {"StackName": NAME})
    text = "CancelUpdateStack cannot be called from current stack status"
    stub.add_client_error("cancel_update_stack", "ValidationError", text, 400)

    await stacks.cancel(NAME)


async def test_who_may_not_take_an_update_back_is_told(stacks: AwsStacks, stub: Stubber) -> None:
    stub.add_response("describe_stacks", seen("UPDATE_IN_PROGRESS"), {"StackName": NAME})
    text = f"User: arn:aws:sts::1:x is not authorized to perform: cloudformation:CancelUpdateStack on resource: {ARN}"
    stub.add_client_error("cancel_update_stack", "AccessDenied", text, 403)

    with pytest.raises(UsageError) as failure:
        await stacks.cancel(NAME)

    assert "cloudformation:CancelUpdateStack" in f"{failure.value.what} {failure.value.why}"
