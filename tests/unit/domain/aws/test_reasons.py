"""What can be done about CloudFormation's reasons."""

import pytest

from fairway.domain.aws import reasons


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (
            "User: arn:aws:iam::1:user/a is not authorized to perform: ecs:CreateCluster on resource: * because no",
            "allow ecs:CreateCluster",
        ),
        ("The maximum number of addresses has been reached. (AddressLimitExceeded)", "fewer NAT gateways"),
        ("The maximum number of VPCs has been reached. (VpcLimitExceeded)", "more VPCs"),
        ("Limit exceeded: ServiceQuotaExceededException", "Service Quotas"),
        ("ECS Deployment Circuit Breaker was triggered.", "fairway aws status"),
        ("fairway/shop/production already exists", "left from before"),
        ("The bucket you tried to delete is not empty", "empty it"),
        ("Something else", "mend that"),
    ],
)
def test_a_known_reason_has_its_way_out(reason: str, expected: str) -> None:
    assert expected in reasons.way_out(reason, otherwise="mend that, then fairway aws up")
