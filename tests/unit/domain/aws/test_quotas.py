"""Which quota was reached, and that a rate of requests is none."""

import pytest

from fairway.domain.aws import quotas


@pytest.mark.parametrize(
    ("code", "message", "quota"),
    [
        ("VpcLimitExceeded", "The maximum number of VPCs has been reached.", quotas.VPCS),
        ("AddressLimitExceeded", "The maximum number of addresses has been reached.", quotas.ADDRESSES),
        ("LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1000", quotas.ROLES),
        ("LimitExceededException", "Limit for stack has been exceeded", quotas.STACKS),
        ("NatGatewayLimitExceeded", "", quotas.NATS),
        ("ServiceQuotaExceededException", "The limit on what you have is reached", None),
        ("AccountLimitExceededException", "Cannot have more than 60 builds in queue for the account", None),
        ("", "You've reached the limit on the number of vCPUs you can run concurrently", quotas.FARGATE),
        ("TooManyTargetGroups", "", None),
    ],
)
def test_a_reached_quota_is_known_by_its_code_or_its_words(code: str, message: str, quota: quotas.Quota | None) -> None:
    assert quotas.reached(code, message)
    assert quotas.of(code, message) == quota


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("Throttling", "Rate exceeded"),
        ("TooManyRequestsException", ""),
        ("RequestLimitExceeded", "Request limit exceeded."),
        ("ValidationError", "Stack x does not exist"),
    ],
)
def test_a_rate_of_requests_is_no_quota(code: str, message: str) -> None:
    assert not quotas.reached(code, message)


def test_asking_for_more_names_the_quota_and_the_region() -> None:
    command = quotas.ask_for_more(quotas.VPCS, "eu-north-1")

    assert "--service-code vpc --quota-code L-F678F1CE --region eu-north-1" in command
    assert "region eu-north-1" in quotas.ask_for_more(None, "eu-north-1")
