"""The role under which CloudFormation changes the services reaches all that their stacks have, by the names, paths and
tags that their templates give it."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from fairway.cloudformation.roles import services_role
from fairway.cloudformation.synthesis import synthesize
from fairway.domain.aws import names
from fairway.domain.aws.stack import APP_TAG, ENVIRONMENT_TAG, Kind, Stack
from support import aws_apps, iam
from support import cloudformation_handlers as handlers
from support.iam import ACCOUNT, REGION, Allowed

pytestmark = pytest.mark.lengthy

HERE = f"{REGION}:{ACCOUNT}"
UNNAMED: Mapping[str, str] = {
    "AWS::AutoScaling::AutoScalingGroup": "AutoScalingGroupName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::ECS::CapacityProvider": "Name",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "Name",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "Name",
    "AWS::Scheduler::ScheduleGroup": "Name",
}
"""Types that the role knows by their stack's name, with which CloudFormation begins the names that it makes itself; and
the property by which a template would give them another one."""

Named = Callable[[str, Mapping[str, Any]], tuple[str, str]]
NAMED: Mapping[str, Named] = {
    "AWS::ECS::Cluster": lambda _, found: ("ecs:CreateCluster", f"arn:aws:ecs:{HERE}:cluster/{found['ClusterName']}"),
    "AWS::ECS::Service": lambda cluster, found: (
        "ecs:CreateService",
        f"arn:aws:ecs:{HERE}:service/{cluster}/{found['ServiceName']}",
    ),
    "AWS::ECS::TaskDefinition": lambda _, found: (
        "ecs:RegisterTaskDefinition",
        f"arn:aws:ecs:{HERE}:task-definition/{found['Family']}:1",
    ),
    "AWS::IAM::InstanceProfile": lambda _, found: (
        "iam:CreateInstanceProfile",
        f"arn:aws:iam::{ACCOUNT}:instance-profile{found['Path']}Profile-1",
    ),
    "AWS::IAM::Role": lambda _, found: ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role{found['Path']}Role-1"),
    "AWS::Logs::LogGroup": lambda _, found: (
        "logs:CreateLogGroup",
        f"arn:aws:logs:{HERE}:log-group:{found['LogGroupName']}",
    ),
}
"""Types that their template names: the call that makes one, of a cluster, and on what."""


@cache
def every() -> tuple[tuple[str, Stack, tuple[Allowed, ...]], ...]:
    """The SERVICES stacks of the matrix, each with what its role may."""
    return tuple(_every())


def _every() -> Iterator[tuple[str, Stack, tuple[Allowed, ...]]]:
    for name, app in {**aws_apps.MATRIX, "largest": aws_apps.largest()}.items():
        stacks = synthesize(app, aws_apps.given_of(app))
        data = {stack.environment: stack.template for stack in stacks if stack.kind is Kind.DATA}
        for stack in stacks:
            if stack.kind is Kind.SERVICES:
                yield f"{name}/{stack.name}", stack, iam.statements(data[stack.environment], services_role.ROLE)


def resources(stack: Stack) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Logical id, type and properties."""
    for logical, found in stack.template["Resources"].items():
        yield logical, found["Type"], found.get("Properties", {})


def test_every_type_of_the_services_is_one_whose_calls_are_known() -> None:
    found = {kind for _, stack, _ in every() for _, kind, _ in resources(stack)}

    assert found == set(handlers.CALLS)


@pytest.mark.parametrize("kind", NAMED)
def test_what_the_template_names_the_role_may_make(kind: str) -> None:
    asked = [
        (name, *NAMED[kind](names.cluster("shop-api", stack.environment or ""), properties), allowed)
        for name, stack, allowed in every()
        for _, found, properties in resources(stack)
        if found == kind
    ]

    assert asked
    assert [
        (name, resource) for name, action, resource, allowed in asked if not iam.allows(allowed, action, resource)
    ] == []


def test_what_the_role_knows_by_the_stacks_name_has_no_other() -> None:
    renamed = [
        (name, logical)
        for name, stack, _ in every()
        for logical, kind, properties in resources(stack)
        if UNNAMED.get(kind, "") in properties
    ]

    assert renamed == []


def test_launch_templates_which_cloudformation_does_not_tag_are_tagged_by_the_template() -> None:
    tagged = [
        {
            tag["Key"]: tag["Value"]
            for each in properties.get("TagSpecifications", ())
            if each["ResourceType"] == "launch-template"
            for tag in each["Tags"]
        }
        for _, stack, _ in every()
        for _, kind, properties in resources(stack)
        if kind == "AWS::EC2::LaunchTemplate"
    ]

    assert tagged
    assert all(tags.get(APP_TAG) == "shop-api" and tags.get(ENVIRONMENT_TAG) for tags in tagged)
