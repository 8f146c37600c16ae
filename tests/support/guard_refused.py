"""What the role of a deployment with migrations does not allow of the calls that it made."""

from collections.abc import Mapping, Sequence
from typing import Any

from fairway.cloudformation import synthesis
from fairway.cloudformation.synthesis import Given
from fairway.domain.aws import names
from fairway.domain.aws.stack import Kind
from fairway.manifest import load as manifest
from support import guard_asked, iam
from support.guard_cloud import Room


def of(room: Room, calls: Sequence[tuple[str, Mapping[str, Any]]]) -> list[tuple[str, str]]:
    """Actions with their resources, by the app's own templates."""
    stacks = synthesis.synthesize(manifest.load(room.toml), Given(version="1.2.3"))
    pipeline = next(each.template for each in stacks if each.kind is Kind.PIPELINE)
    allowed = iam.statements(pipeline, names.logical("deploy-production", "role"))
    outputs = {**room.outputs(Kind.DATA), **room.outputs(Kind.SERVICES)}
    return [
        (asked, resource)
        for action, parameters in calls
        for asked, resource, context in guard_asked.asked_of(action, parameters, "production", outputs)
        if not iam.allows(allowed, asked, resource, context)
    ]
