"""A task definition as ECS has it: what Fairway knows of its own is in the tags, which come only when asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairway.adapters.aws.refusals import Refused
from fairway.adapters.aws.session import Session
from fairway.adapters.ecs import naming
from fairway.adapters.ecs.naming import Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One revision: its `arn`, what was `described` in ECS's words, and its tags."""

    arn: str
    described: Mapping[str, Any]
    tags: Tags


async def find(session: Session, definition: str) -> Registered | None:
    """The revision with that ARN, or the latest of a family; None of one that is not there. Raises Unavailable."""
    try:
        answer = await session.call(
            "ecs", "DescribeTaskDefinition", taskDefinition=definition, include=["TAGS"], known=("ClientException",)
        )
    except Refused:
        return None
    described = answer["taskDefinition"]
    return Registered(arn=described["taskDefinitionArn"], described=described, tags=naming.read(answer.get("tags", ())))
