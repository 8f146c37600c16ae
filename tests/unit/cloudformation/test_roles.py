"""No role may more than it is asked to do, and each may all that it is: held against AWS's own lists."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

import pytest

from fairway.cloudformation import synthesis
from fairway.cloudformation.roles import services_listed
from fairway.cloudformation.roles import services_role as services_role_module
from fairway.cloudformation.synthesis import Given
from fairway.domain.app import Source
from fairway.domain.aws.wanted import Capacity, Hosting
from fairway.domain.managed import Managed
from fairway.domain.migrations import Migrations
from fairway.domain.schedule import Schedule
from support import cloudformation_handlers as handlers
from support import iam
from support.aws_pipelines import app, environment
from support.iam import ACCOUNT, REGION, Allowed

pytestmark = pytest.mark.lengthy

INLINE, MANAGED = 10240, 6144
"""Characters of all inline policies of a role, and of one managed policy, blanks aside (IAM, "IAM and AWS STS quotas").
"""
UNUSUAL = {
    "cloudwatch:GetMetricData": "the reference names data sets, which are another feature's; metrics have no ARN",
    "ecs:ListTasks": "the reference names instances, to which a list can be narrowed; the condition names the cluster",
}
"""Actions with the resource `*` though the service authorization reference names one."""
ARN = f"{REGION}:{ACCOUNT}"
TAGS = {"aws:ResourceTag/fairway:app": "shop", "aws:ResourceTag/fairway:environment": "production"}
ON_INSTANCES = Hosting(capacity=Capacity.EC2, zone="Z123")
MIGRATIONS = Migrations(command=("npm", "run", "migrate"), maintenance=True)
SHOP = app(
    environment("staging"),
    environment("production", migrations=MIGRATIONS),
    hosting={"production": ON_INSTANCES},
    source=Source(schedule=Schedule(cron="0 3 * * *")),
)
LONGEST = app(
    environment(
        "e" * 30,
        databases=tuple(Managed(name=letter * 30, variable=f"{letter}_URL") for letter in "abcd"),
        migrations=MIGRATIONS,
    ),
    name="a" * 30,
    hosting={"e" * 30: ON_INSTANCES},
)


@cache
def reference() -> Mapping[str, Any]:
    """The service authorization reference, as cfn-lint carries it: per service its actions, in small letters, and which
    resources each has."""
    found = resources.files("cfnlint").joinpath("data/AdditionalSpecs/Policies.json").read_text("utf-8")
    answer: Mapping[str, Any] = json.loads(found)
    return answer


@cache
def made() -> tuple[Mapping[str, Mapping[str, Any]], ...]:
    """The templates of both apps, by the names of their stacks."""
    return tuple(
        {stack.name: stack.template for stack in synthesis.synthesize(of, Given(version="1.2.3"))}
        for of in (SHOP, LONGEST)
    )


def every_template() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for templates in made():
        yield from templates.items()


def every_statement() -> list[Allowed]:
    return [
        statement
        for _, template in every_template()
        for role in iam.roles(template)
        for statement in iam.statements(template, role)
    ]


def services_role(which: str = "production") -> tuple[Allowed, ...]:
    template = made()[0][f"fairway-shop-{which}-data"]
    return iam.statements(template, services_role_module.ROLE)


def test_no_action_is_a_whole_service() -> None:
    wide = [(each.role, action) for each in every_statement() for action in each.actions if "*" in action]

    assert wide == []


def test_every_action_is_one_that_aws_has() -> None:
    unknown = [
        action
        for each in every_statement()
        for action in each.actions
        if action.partition(":")[2].lower() not in reference()[action.partition(":")[0]]["Actions"]
    ]

    assert unknown == []


def test_the_resource_is_everything_only_where_aws_names_none() -> None:
    unnamed = {
        action: found["Resources"]
        for each in every_statement()
        if "*" in each.resources
        for action in each.actions
        if (found := reference()[action.partition(":")[0]]["Actions"][action.partition(":")[2].lower()]).get(
            "Resources"
        )
    }

    assert set(unnamed) == set(UNUSUAL)


def size(template: Mapping[str, Any], policy: Mapping[str, Any]) -> int:
    """How long IAM finds a policy."""

    def resolved(value: Any) -> Any:
        match value:
            case {"Fn::Sub": _} | {"Ref": _} | {"Fn::GetAtt": _} | {"Fn::Select": _}:
                return iam.resolve(template, value)
            case dict():
                return {key: resolved(each) for key, each in value.items()}
            case list():
                return [resolved(each) for each in value]
        return value

    return len(json.dumps(resolved(policy["PolicyDocument"]), separators=(",", ":")))


def test_no_policy_is_longer_than_iam_takes() -> None:
    for name, template in every_template():
        for role in iam.roles(template):
            assert sum(size(template, each) for each in iam.inline(template, role)) < INLINE, (name, role)
            for each in iam.attached(template, role):
                assert size(template, each) < MANAGED, (name, role)


def test_names_of_statements_are_told_apart_and_explained() -> None:
    for _, template in every_template():
        for name, resource in template["Resources"].items():
            explained = resource.get("Metadata", {}).get("Permissions")
            if explained is None:
                continue
            policies = resource["Properties"].get("Policies") or [resource["Properties"]]
            sids = [each["Sid"] for policy in policies for each in policy["PolicyDocument"]["Statement"]]
            assert len(set(sids)) == len(sids), name
            assert set(explained) == set(sids), name
            assert all(explained.values()), name


@pytest.mark.parametrize("kind", sorted(handlers.CALLS))
def test_cloudformation_may_make_what_the_services_have(kind: str) -> None:
    allowed = {action for each in services_role() for action in each.actions}

    lacking = [
        call
        for call in handlers.calls(kind)
        if not any(iam.wild(pattern, call) for pattern in handlers.NEVER)
        and not any(iam.wild(call, action) for action in allowed)
    ]

    assert lacking == []


def test_cloudformation_may_nothing_that_no_handler_calls() -> None:
    called = {call for kind in handlers.CALLS for call in handlers.calls(kind)}

    unused = [
        action
        for each in services_role()
        for action in each.actions
        if not any(iam.wild(call, action) for call in called)
    ]

    assert unused == []


def test_what_is_never_called_is_said_of_calls_that_there_are() -> None:
    called = {call for kind in handlers.CALLS for call in handlers.calls(kind)}

    assert [pattern for pattern in handlers.NEVER if not any(iam.wild(pattern, call) for call in called)] == []


OWN = [
    ("ecs:CreateService", f"arn:aws:ecs:{ARN}:service/fairway-shop-production/web", {}),
    ("ecs:RegisterTaskDefinition", f"arn:aws:ecs:{ARN}:task-definition/fairway-shop-production-web:7", {}),
    ("logs:CreateLogGroup", f"arn:aws:logs:{ARN}:log-group:/fairway/shop/production/web", {}),
    ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/fairway/shop/production/services/TaskRole-1", {}),
    (
        "iam:PassRole",
        f"arn:aws:iam::{ACCOUNT}:role/fairway/shop/production/services/TaskRole-1",
        {"iam:PassedToService": "ecs-tasks.amazonaws.com"},
    ),
    ("ec2:DeleteSecurityGroup", f"arn:aws:ec2:{ARN}:security-group/sg-1", TAGS),
    ("elasticloadbalancing:ModifyTargetGroup", f"arn:aws:elasticloadbalancing:{ARN}:targetgroup/fairw-Targe-1/2", TAGS),
    ("cloudwatch:PutMetricAlarm", f"arn:aws:cloudwatch:{ARN}:alarm:fairway-shop-production-services-Cpu-1", {}),
    ("scheduler:CreateSchedule", f"arn:aws:scheduler:{ARN}:schedule/fairway-shop-production-Timetable-1/x", {}),
    ("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z123", {}),
    (
        "autoscaling:CreateAutoScalingGroup",
        f"arn:aws:autoscaling:{ARN}:autoScalingGroup:1-2:autoScalingGroupName/fairway-shop-production-services-Group-1",
        {},
    ),
    (
        "iam:CreateServiceLinkedRole",
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
        {"iam:AWSServiceName": "ecs.amazonaws.com"},
    ),
]
OTHERS = [
    ("ecs:UpdateService", f"arn:aws:ecs:{ARN}:service/fairway-shop-staging/web", {}),
    ("ecs:UpdateService", f"arn:aws:ecs:{ARN}:service/other/web", {}),
    ("logs:DeleteLogGroup", f"arn:aws:logs:{ARN}:log-group:/fairway/shop/staging/web", {}),
    ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/admin", {}),
    ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/fairway/shop/production/cloudformation/own", {}),
    ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/fairway/shop/staging/services/task", {}),
    (
        "iam:PassRole",
        f"arn:aws:iam::{ACCOUNT}:role/fairway/shop/production/services/task",
        {"iam:PassedToService": "lambda.amazonaws.com"},
    ),
    ("ec2:DeleteSecurityGroup", f"arn:aws:ec2:{ARN}:security-group/sg-1", {}),
    (
        "ec2:DeleteSecurityGroup",
        f"arn:aws:ec2:{ARN}:security-group/sg-1",
        {**TAGS, "aws:ResourceTag/fairway:environment": "staging"},
    ),
    ("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z999", {}),
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{ARN}:secret:fairway/shop/production-AbCdEf", {}),
    ("rds:DeleteDBInstance", f"arn:aws:rds:{ARN}:db:fairway", {}),
    (
        "iam:CreateServiceLinkedRole",
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/spot.amazonaws.com/x",
        {"iam:AWSServiceName": "spot.amazonaws.com"},
    ),
]


@pytest.mark.parametrize(("action", "resource", "context"), OWN)
def test_cloudformation_reaches_the_environments_own(action: str, resource: str, context: Mapping[str, str]) -> None:
    assert iam.allows(services_role(), action, resource, context)


@pytest.mark.parametrize(("action", "resource", "context"), OTHERS)
def test_cloudformation_reaches_nobody_elses(action: str, resource: str, context: Mapping[str, str]) -> None:
    assert not iam.allows(services_role(), action, resource, context)


def test_only_an_environment_on_instances_may_start_some_and_every_one_may_delete_them() -> None:
    group = f"arn:aws:autoscaling:{ARN}:autoScalingGroup:1:autoScalingGroupName/fairway-shop-staging-services-Group-1"
    staging = services_role("staging")

    assert not iam.allows(staging, "ec2:RunInstances", f"arn:aws:ec2:{ARN}:instance/*")
    assert not iam.allows(staging, "autoscaling:CreateAutoScalingGroup", group)
    assert iam.allows(staging, "autoscaling:DeleteAutoScalingGroup", group)


def test_lists_are_sorted_and_say_nothing_twice() -> None:
    for name, found in vars(services_listed).items():
        if name.isupper():
            own = [action for action in found if action not in services_listed.ECS_TAGS]
            assert own == sorted(set(own)), name
