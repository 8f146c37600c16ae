"""What can be done about CloudFormation's reasons."""

import pytest

from fairway.domain.aws import reasons


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (
            "User: arn:aws:iam::1:user/a is not authorized to perform: ecs:CreateCluster on resource: * because no",
            "allow ecs:CreateCluster on * in the policy of user a, then fairway aws up",
        ),
        (
            "User: arn:aws:iam::1:user/a is not authorized to perform: ecs:CreateCluster on resource: *"
            " with an explicit deny in a service control policy",
            "change that service control policy",
        ),
        (
            "Resource handler returned message: the limit (Service: Ec2, Error: VpcLimitExceeded)",
            "--service-code vpc --quota-code L-F678F1CE --desired-value NUMBER",
        ),
        ("The maximum number of addresses has been reached. (AddressLimitExceeded)", "fewer NAT gateways"),
        ("The maximum number of VPCs has been reached. (VpcLimitExceeded)", "more VPCs"),
        ("Limit exceeded: ServiceQuotaExceededException", "Service Quotas"),
        ("ECS Deployment Circuit Breaker was triggered.", "fairway aws status"),
        ("fairway/shop/production already exists", "left from before"),
        ("The bucket you tried to delete is not empty", "empty it"),
        (
            "You've reached the limit on the number of vCPUs you can run concurrently",
            "ask for more, then fairway aws up: aws service-quotas",
        ),
        ("Something else", "mend that"),
    ],
)
def test_a_known_reason_has_its_way_out(reason: str, expected: str) -> None:
    assert expected in reasons.way_out(reason, otherwise="mend that, then fairway aws up")
