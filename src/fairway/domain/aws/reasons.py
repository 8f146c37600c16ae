"""What can be done about the reason that CloudFormation gives for a resource's failure.

The reasons are texts of the services themselves, so these are patterns, and where none fits nothing is made up: the
reason stands alone.
"""

import re

from fairway.domain.aws import denial, quotas

WAYS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"AddressLimitExceeded|maximum number of addresses"),
        "ask for more Elastic IPs (Service Quotas, EC2), or want fewer NAT gateways (nat in [aws.network])",
    ),
    (
        re.compile(r"VpcLimitExceeded|maximum number of VPCs"),
        "ask for more VPCs (Service Quotas, VPC), or name a network that exists in [aws.network]",
    ),
    (
        re.compile(
            r"LimitExceeded|QuotaExceeded|quota|limit (?:has been|was) (?:reached|exceeded)|maximum number of", re.I
        ),
        "ask for more in the console under Service Quotas, then fairway aws up",
    ),
    (
        re.compile(r"circuit breaker", re.I),
        "the tasks did not become healthy: fairway aws status names the log group in which they say why",
    ),
    (
        re.compile(r"already exists|AlreadyExists|already scheduled for deletion", re.I),
        "something of that name is left from before or is not Fairway's: delete or rename it, then fairway aws up",
    ),
    (
        re.compile(r"certificate", re.I),
        "look at the certificate in the console (Certificate Manager); zone must be the domain's own hosted zone",
    ),
    (
        re.compile(r"cannot delete protected DB instance", re.I),
        "fairway aws down --delete-data takes the protection away",
    ),
    (
        re.compile(r"not empty|is not empty|contains images", re.I),
        "it still holds something: empty it, then the same command goes on",
    ),
)


def way_out(reason: str, *, otherwise: str) -> str:
    """What to do about the reason, `otherwise` when nothing is known of it. A permission is named with its resource and
    whom it is to be given to, a quota with the command that asks for more."""
    if found := denial.read(reason):
        return f"{denial.hint(found)}, then fairway aws up"
    way = next((way for pattern, way in WAYS if pattern.search(reason)), None)
    if quota := quotas.of("", reason):
        return f"{way or 'ask for more, then fairway aws up'}: {quotas.command(quota)}"
    return way or otherwise
