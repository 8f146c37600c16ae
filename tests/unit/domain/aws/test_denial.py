"""Who may not do what: every form in which AWS says it."""

import pytest

from fairway.domain.aws import denial
from fairway.domain.aws.denial import Denial

ANNA = "arn:aws:iam::123456789012:user/anna"
DEPLOY = "arn:aws:sts::123456789012:assumed-role/fairway-shop-deploy/AWSCodeBuild-5f2a"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            f"User: {ANNA} is not authorized to perform: ecs:CreateCluster on resource:"
            " arn:aws:ecs:eu-central-1:123456789012:cluster/shop because no identity-based policy allows the"
            " ecs:CreateCluster action",
            Denial(
                action="ecs:CreateCluster",
                resource="arn:aws:ecs:eu-central-1:123456789012:cluster/shop",
                principal=ANNA,
                kind="identity-based policy",
            ),
        ),
        (
            f"User: {DEPLOY} is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/x"
            " with an explicit deny in a service control policy:"
            " arn:aws:organizations::987654321098:policy/o-qv5af4abcd/service_control_policy/p-2kgnabcd",
            Denial(
                action="iam:PassRole",
                resource="arn:aws:iam::123456789012:role/x",
                principal=DEPLOY,
                kind="service control policy",
                explicit=True,
                policy="arn:aws:organizations::987654321098:policy/o-qv5af4abcd/service_control_policy/p-2kgnabcd",
            ),
        ),
        (
            f"User: {ANNA} is not authorized to perform: rds:CreateDBInstance on resource: * because no permissions"
            " boundary allows the rds:CreateDBInstance action",
            Denial(action="rds:CreateDBInstance", resource="*", principal=ANNA, kind="permissions boundary"),
        ),
        (
            f"You are not authorized to perform this operation. User: {ANNA} is not authorized to perform:"
            " ec2:CreateVpc on resource: arn:aws:ec2:eu-central-1:123456789012:vpc/* because no identity-based policy"
            " allows the ec2:CreateVpc action. Encoded authorization failure message: Zm9vYmFy",
            Denial(
                action="ec2:CreateVpc",
                resource="arn:aws:ec2:eu-central-1:123456789012:vpc/*",
                principal=ANNA,
                kind="identity-based policy",
            ),
        ),
        (
            'Resource handler returned message: "User: arn:aws:iam::1:user/a is not authorized to perform:'
            " logs:CreateLogGroup on resource: arn:aws:logs:eu-central-1:1:log-group:/fairway/shop:log-stream:"
            ' (Service: CloudWatchLogs, Status Code: 400)" (HandlerErrorCode: AccessDenied)',
            Denial(
                action="logs:CreateLogGroup",
                resource="arn:aws:logs:eu-central-1:1:log-group:/fairway/shop:log-stream:",
                principal="arn:aws:iam::1:user/a",
            ),
        ),
        ("API: ec2:DescribeVpcs You are not authorized to perform this operation.", Denial(action="ec2:DescribeVpcs")),
        ("You are not authorized to perform this operation.", Denial()),
        ("User is not authorized to perform: ecs:UpdateService", Denial(action="ecs:UpdateService")),
    ],
)
def test_a_message_says_who_may_not_do_what(message: str, expected: Denial) -> None:
    assert denial.read(message) == expected


@pytest.mark.parametrize(
    "message", ["", "Rate exceeded", "Stack with id x does not exist", "User: arn:aws:iam::1:user/a"]
)
def test_another_message_is_no_denial(message: str) -> None:
    assert denial.read(message) is None


def test_a_missing_permission_is_to_be_added_to_the_role_that_lacks_it() -> None:
    found = Denial(action="ecs:RunTask", resource="arn:aws:ecs:x", principal=DEPLOY, kind="identity-based policy")

    assert denial.why(found) == (
        "role fairway-shop-deploy may not do ecs:RunTask on arn:aws:ecs:x: no identity-based policy allows it"
    )
    assert denial.hint(found) == "allow ecs:RunTask on arn:aws:ecs:x in the policy of role fairway-shop-deploy"


def test_against_an_explicit_deny_no_permission_helps() -> None:
    found = Denial(
        action="ecs:RunTask", kind="service control policy", explicit=True, policy="arn:aws:organizations::1"
    )

    assert denial.why(found).endswith("a service control policy forbids it (arn:aws:organizations::1)")
    assert "change that service control policy" in denial.hint(found)
