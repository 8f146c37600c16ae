"""Which regions an app's pipeline and services can stand in.

The lists are of DATE: botocore's endpoints and CloudFormation's resource types of each region, which agree. A region
that neither has is refused, since nothing is known of it: a newer Fairway may know it.
"""

import difflib

DATE = "2026-10-20"

REGIONS = frozenset(
    {
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-south-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    }
)
"""Those that have everything: CodePipeline, CodeBuild, connections to forges, ECS, ECR, RDS."""

_CONNECTIONS = "connections to forges (CodeConnections)"

LACKING = {
    "af-south-1": _CONNECTIONS,
    "ap-east-1": _CONNECTIONS,
    "ap-east-2": "CodePipeline",
    "ap-northeast-3": _CONNECTIONS,
    "ap-south-2": _CONNECTIONS,
    "ap-southeast-3": _CONNECTIONS,
    "ap-southeast-4": _CONNECTIONS,
    "ap-southeast-5": _CONNECTIONS,
    "ap-southeast-6": _CONNECTIONS,
    "ap-southeast-7": "CodePipeline",
    "ca-west-1": "CodePipeline",
    "eu-central-2": _CONNECTIONS,
    "eu-south-2": _CONNECTIONS,
    "il-central-1": _CONNECTIONS,
    "me-central-1": _CONNECTIONS,
    "me-south-1": _CONNECTIONS,
    "mx-central-1": "CodePipeline",
}
"""The other regions of the partition `aws`, each with a service that it lacks."""


def nearest(name: str) -> str | None:
    """The usable region that is written most like a name, None when none is."""
    return next(iter(difflib.get_close_matches(name.lower(), sorted(REGIONS), n=1, cutoff=0.55)), None)
