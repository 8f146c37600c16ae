"""What would change from one template to another, as CloudFormation would say it."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fairway.cloudformation import differ
from fairway.domain.aws.stack import Action, Change, ChangeSet, Replacement

pytestmark = pytest.mark.lengthy

ROOT = Path(__file__).parents[3]
RDS = "AWS::RDS::DBInstance"


def template(**resources: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {"Resources": {name: {"Type": kind, "Properties": found} for name, (kind, found) in resources.items()}}


def changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[Change, ...]:
    return differ.diff("s", before, after).changes


def only(kind: str, before: dict[str, Any], after: dict[str, Any]) -> Change:
    (change,) = changes(template(A=(kind, before)), template(A=(kind, after)))
    return change


def test_of_a_stack_that_is_not_there_all_is_new() -> None:
    found = differ.diff("s", None, template(B=(RDS, {}), A=("AWS::EC2::VPC", {})))

    assert found == ChangeSet(
        stack="s",
        creates=True,
        changes=(
            Change(logical="A", type="AWS::EC2::VPC", action=Action.ADD),
            Change(logical="B", type=RDS, action=Action.ADD),
        ),
    )


def test_what_is_gone_is_removed_and_data_that_goes_is_a_loss() -> None:
    found = differ.diff("s", template(A=(RDS, {}), B=("AWS::EC2::VPC", {})), template())

    assert [(change.logical, change.action) for change in found.changes] == [("A", Action.REMOVE), ("B", Action.REMOVE)]
    assert [change.logical for change in found.losses] == ["A"]


@pytest.mark.parametrize(
    ("kind", "before", "after", "replacement"),
    [
        (RDS, {"AllocatedStorage": "20"}, {"AllocatedStorage": "50"}, Replacement.NO),
        (RDS, {"DBSubnetGroupName": "a"}, {"DBSubnetGroupName": "b"}, Replacement.YES),
        (RDS, {"Engine": "postgres"}, {"Engine": "mysql"}, Replacement.CONDITIONAL),
        (RDS, {"Engine": "a", "DBName": "a"}, {"Engine": "b", "DBName": "b"}, Replacement.YES),
        (RDS, {}, {"StorageEncrypted": True}, Replacement.YES),
        ("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}, {"CidrBlock": "10.1.0.0/16"}, Replacement.YES),
        ("AWS::ECS::Service", {"TaskDefinition": "a"}, {"TaskDefinition": "b"}, Replacement.NO),
        ("AWS::Nobody::Knows", {"Name": "a"}, {"Name": "b"}, Replacement.CONDITIONAL),
    ],
)
def test_a_changed_property_replaces_what_the_schema_says(
    kind: str, before: dict[str, Any], after: dict[str, Any], replacement: Replacement
) -> None:
    change = only(kind, before, after)

    assert (change.action, change.replacement) == (Action.MODIFY, replacement)
    assert change.properties == tuple(sorted(after))


def test_below_a_path_only_what_the_path_leads_to_replaces() -> None:
    def provider(arn: Any, protection: str) -> dict[str, Any]:
        return {"AutoScalingGroupProvider": {"AutoScalingGroupArn": arn, "ManagedTerminationProtection": protection}}

    kind, one = "AWS::ECS::CapacityProvider", provider("a", "ENABLED")

    assert only(kind, one, provider("a", "DISABLED")).replacement is Replacement.NO
    assert only(kind, one, provider("b", "ENABLED")).replacement is Replacement.YES
    assert only(kind, one, {"AutoScalingGroupProvider": {"Ref": "Provider"}}).replacement is Replacement.CONDITIONAL
    assert only(kind, one, {}).replacement is Replacement.YES


def test_functions_are_compared_as_they_are_written() -> None:
    one, other = {"VpcId": {"Ref": "Vpc"}}, {"VpcId": {"Fn::ImportValue": "Vpc"}}
    kind = "AWS::EC2::SecurityGroup"

    assert changes(template(A=(kind, one)), template(A=(kind, dict(one)))) == ()
    assert only(kind, one, other).replacement is Replacement.YES


def test_what_refers_to_a_replaced_resource_changes_with_it_and_so_on() -> None:
    def app(cidr: str) -> dict[str, Any]:
        return template(
            Vpc=("AWS::EC2::VPC", {"CidrBlock": cidr}),
            Subnet=("AWS::EC2::Subnet", {"VpcId": {"Ref": "Vpc"}, "MapPublicIpOnLaunch": False}),
            Balancer=("AWS::ElasticLoadBalancingV2::LoadBalancer", {"Subnets": [{"Fn::Sub": "${Subnet}"}]}),
            Other=("AWS::Logs::LogGroup", {"LogGroupName": {"Fn::Sub": "${AWS::Region}-${!Vpc}"}}),
        )

    found = {each.logical: each for each in changes(app("10.0.0.0/16"), app("10.1.0.0/16"))}

    assert {name: each.replacement.value for name, each in found.items()} == {
        "Vpc": "True",
        "Subnet": "Conditional",
        "Balancer": "False",
    }
    assert found["Subnet"].properties == ("VpcId",)


def test_a_circle_of_references_comes_to_an_end() -> None:
    def app(name: str) -> dict[str, Any]:
        kind = "AWS::EC2::SecurityGroup"
        return template(
            A=(kind, {"GroupName": name, "VpcId": {"Fn::GetAtt": ["B", "VpcId"]}}),
            B=(kind, {"VpcId": {"Fn::GetAtt": "A.VpcId"}}),
        )

    assert [each.replacement.value for each in changes(app("a"), app("b"))] == ["True", "Conditional"]


def test_what_stands_beside_the_properties_changes_and_replaces_nothing() -> None:
    one = {"Resources": {"A": {"Type": RDS, "DeletionPolicy": "Delete", "DependsOn": "B"}}}
    other = {"Resources": {"A": {"Type": RDS, "DeletionPolicy": "Retain"}}}

    (change,) = changes(one, other)

    assert (change.properties, change.replacement) == (("DeletionPolicy",), Replacement.NO)


def test_another_type_under_the_same_name_takes_the_first_ones_place() -> None:
    (change,) = changes(template(A=(RDS, {})), template(A=("AWS::EC2::VPC", {})))

    assert (change.type, change.properties, change.replacement) == (RDS, ("Type",), Replacement.YES)
    assert change.loses


def test_the_table_is_what_the_schemas_say() -> None:
    script = generator()

    assert script.TABLE.read_text(encoding="utf-8") == script.text()


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("replacements", ROOT / "scripts" / "replacements.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
