"""AWS's quotas that an app of Fairway's can reach: what each counts, and how to ask for more.

Codes of errors are those of the services' API references, codes of quotas those of Service Quotas, as of November 2026.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """`counts` is what there may be so many of. `service` and `code` are Service Quotas' names for it."""

    counts: str
    service: str
    code: str


VPCS = Quota(counts="VPCs in a region", service="vpc", code="L-F678F1CE")
GATEWAYS = Quota(counts="internet gateways in a region", service="vpc", code="L-A4707A72")
NATS = Quota(counts="NAT gateways in an availability zone", service="vpc", code="L-FE5A380F")
SUBNETS = Quota(counts="subnets in a VPC", service="vpc", code="L-407747CB")
GROUPS = Quota(counts="security groups in a region", service="vpc", code="L-E79EC296")
ADDRESSES = Quota(counts="Elastic IP addresses in a region", service="ec2", code="L-0263D0A3")
VCPUS = Quota(counts="vCPUs of running on-demand instances", service="ec2", code="L-1216C47A")
FARGATE = Quota(counts="vCPUs of Fargate tasks", service="fargate", code="L-3032A538")
BALANCERS = Quota(counts="Application Load Balancers in a region", service="elasticloadbalancing", code="L-53DA6B97")
DATABASES = Quota(counts="DB instances in a region", service="rds", code="L-7B6409FD")
SNAPSHOTS = Quota(counts="manual snapshots of DB instances", service="rds", code="L-272F1212")
STORAGE = Quota(counts="GB of storage of all DB instances", service="rds", code="L-7ADDB58A")
STACKS = Quota(counts="stacks in a region", service="cloudformation", code="L-0485CB21")
ROLES = Quota(counts="roles in an account", service="iam", code="L-FE177D64")

BY_CODE: Mapping[str, Quota] = {
    "VpcLimitExceeded": VPCS,
    "InternetGatewayLimitExceeded": GATEWAYS,
    "NatGatewayLimitExceeded": NATS,
    "SubnetLimitExceeded": SUBNETS,
    "SecurityGroupLimitExceeded": GROUPS,
    "AddressLimitExceeded": ADDRESSES,
    "InstanceLimitExceeded": VCPUS,
    "VcpuLimitExceeded": VCPUS,
    "TooManyLoadBalancers": BALANCERS,
    "InstanceQuotaExceeded": DATABASES,
    "SnapshotQuotaExceeded": SNAPSHOTS,
    "StorageQuotaExceeded": STORAGE,
}
"""What the error's code alone tells."""

BY_WORDS: tuple[tuple[re.Pattern[str], Quota], ...] = (
    (re.compile(r"maximum number of VPCs", re.I), VPCS),
    (re.compile(r"maximum number of internet gateways", re.I), GATEWAYS),
    (re.compile(r"limit of \d+ NAT gateways", re.I), NATS),
    (re.compile(r"maximum number of addresses", re.I), ADDRESSES),
    (re.compile(r"vCPU capacity than your current vCPU limit", re.I), VCPUS),
    (re.compile(r"limit on the number of (?:vCPUs|tasks) you can run concurrently", re.I), FARGATE),
    (re.compile(r"maximum number of load balancers", re.I), BALANCERS),
    (re.compile(r"quota for RolesPerAccount", re.I), ROLES),
    (re.compile(r"Limit for stack has been exceeded", re.I), STACKS),
)
"""What a message tells where a code is shared, or where it stands in the reason of a stack's event."""

EXCEEDED = re.compile(r"(?:Limit|Quota|Limits|Quotas)Exceeded|TooMany(?!Requests)|^ServiceQuota", re.I)


def reached(code: str, message: str = "") -> bool:
    """Whether an error tells of a quota that was reached. A rate of requests is none: that passes by itself."""
    if "rate exceeded" in message.lower() or "RequestLimitExceeded" in code:
        return False
    return code in BY_CODE or EXCEEDED.search(code) is not None or of(code, message) is not None


def of(code: str, message: str = "") -> Quota | None:
    """Which quota it is; None when it can't be told. The reason of a stack's event has the code among its words."""
    if code in BY_CODE:
        return BY_CODE[code]
    by_words = next((quota for words, quota in BY_WORDS if words.search(message)), None)
    return by_words or next((quota for word, quota in BY_CODE.items() if re.search(rf"\b{word}\b", message)), None)


def ask_for_more(quota: Quota | None, region: str) -> str:
    """The command that asks AWS for a higher quota, or where to look for it."""
    if quota is None:
        return f"delete what is not needed, or ask for more: Service Quotas in the console, region {region}"
    return f"delete what is not needed, or ask for more: {command(quota, region)}"


def command(quota: Quota, region: str = "") -> str:
    """The command of AWS's own tool that asks for a higher quota; without a region, in that of the profile."""
    where = f" --region {region}" if region else ""
    return (
        f"aws service-quotas request-service-quota-increase --service-code {quota.service} --quota-code {quota.code}"
        f"{where} --desired-value NUMBER"
    )
