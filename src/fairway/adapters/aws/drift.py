"""What somebody has changed of a stack's resources beside CloudFormation, which asks each of them: it takes minutes."""

from collections.abc import Mapping, Sequence
from typing import Any

from fairway.adapters.aws.changesets import pauses
from fairway.adapters.aws.refusals import clean
from fairway.adapters.aws.session import Session
from fairway.domain.aws.seen import Drifted
from fairway.errors import Unavailable
from fairway.ports.clock import Clock

PATIENCE = 900.0
"""Seconds that a detection may take."""


async def detect(session: Session, clock: Clock, name: str) -> Sequence[Drifted]:
    """The resources that have drifted, by logical id. Raises Unavailable when it takes too long, or fails."""
    answer = await session.call("cloudformation", "DetectStackDrift", StackName=name)
    await detected(session, clock, name, str(answer["StackDriftDetectionId"]))
    found: list[Mapping[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        page = await session.call(
            "cloudformation",
            "DescribeStackResourceDrifts",
            StackName=name,
            StackResourceDriftStatusFilters=["MODIFIED", "DELETED"],
            **token,
        )
        found += page.get("StackResourceDrifts", ())
        if not page.get("NextToken"):
            return sorted(map(read, found), key=lambda each: each.logical)
        token = {"NextToken": str(page["NextToken"])}


async def detected(session: Session, clock: Clock, name: str, id: str) -> None:
    """Wait until CloudFormation has looked at everything."""
    waited = 0.0
    for pause in pauses():
        answer = await session.call("cloudformation", "DescribeStackDriftDetectionStatus", StackDriftDetectionId=id)
        if answer["DetectionStatus"] == "DETECTION_COMPLETE":
            return
        if answer["DetectionStatus"] == "DETECTION_FAILED" or waited >= PATIENCE:
            raise Unavailable(
                f"CloudFormation can't say whether {name} has drifted",
                why=clean(str(answer.get("DetectionStatusReason") or answer["DetectionStatus"])),
                hint="fairway aws plan without --drift",
            )
        await clock.sleep(pause)
        waited += pause


def read(answer: Mapping[str, Any]) -> Drifted:
    """One resource."""
    return Drifted(
        logical=str(answer["LogicalResourceId"]),
        type=str(answer["ResourceType"]),
        physical=str(answer.get("PhysicalResourceId") or ""),
        gone=answer["StackResourceDriftStatus"] == "DELETED",
        properties=tuple(sorted(str(each["PropertyPath"]) for each in answer.get("PropertyDifferences", ()))),
    )
