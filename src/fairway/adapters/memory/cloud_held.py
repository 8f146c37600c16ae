"""A stack in memory with everything that happened to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fairway.adapters.memory.cloud_resources import Resource
from fairway.adapters.memory.cloud_values import Scope, holds, resolve
from fairway.domain.aws.stack import Change, SeenStack, StackEvent

STACK = "AWS::CloudFormation::Stack"
FIRST = 1_700_000_000.0
"""When the first event of a stack happens; each further one is a second later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a change set would make of a stack."""

    template: Mapping[str, Any]
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    changes: tuple[Change, ...] = ()


@dataclass(slots=True, kw_only=True)
class Held:
    """`broken`, which all stacks share, has the reason by which a resource's operation fails. `kept` is what a deletion
    left, `before` what the last update began with and goes back to when it fails. `work` is what CloudFormation is
    doing, None when it rests."""

    seen: SeenStack
    broken: Mapping[tuple[str, str], str]
    template: Mapping[str, Any] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    kept: list[Resource] = field(default_factory=list)
    events: list[StackEvent] = field(default_factory=list)
    before: Mapping[str, Resource] = field(default_factory=dict)
    work: Iterator[None] | None = None

    def step(self) -> bool:
        """Let CloudFormation do one thing more. False: there was nothing left to do."""
        if self.work is None:
            return False
        try:
            next(self.work)
        except StopIteration:
            self.work = None
        return True

    def become(self, status: str, reason: str = "") -> None:
        """The stack itself comes into another state."""
        self.seen = replace(self.seen, status=status, reason=reason)
        self._note(self.seen.name, STACK, self.seen.id, status, reason)

    def tell(self, resource: Resource, status: str, reason: str = "") -> None:
        """One of its resources does."""
        self._note(resource.logical, resource.type, resource.physical, status, reason)

    def fails(self, resource: Resource, operation: str) -> str:
        """The reason by which the operation on the resource is to fail; "" when it is not."""
        return self.broken.get((resource.logical, operation), "")

    def scope(self, wanted: Wanted) -> Scope:
        """What the names in the wanted template stand for at this point."""
        physical = {name: each.physical for name, each in self.resources.items()}
        return Scope(template=wanted.template, stack=self.seen.name, parameters=wanted.parameters, physical=physical)

    def take_over(self, wanted: Wanted) -> None:
        """The template, its parameters, tags and outputs hold from now on."""
        self.template = wanted.template
        self.resources = {name: kept_by(wanted.template, each) for name, each in self.resources.items()}
        self.seen = replace(
            self.seen, parameters=wanted.parameters, tags=wanted.tags, outputs=outputs(self.scope(wanted))
        )

    def _note(self, logical: str, type: str, physical: str, status: str, reason: str) -> None:
        number = len(self.events) + 1
        self.events.append(
            StackEvent(
                id=f"{self.seen.id}/{number:05d}",
                at=FIRST + number,
                stack=self.seen.name,
                logical=logical,
                type=type,
                status=status,
                reason=reason,
                physical=physical,
            )
        )


def kept_by(template: Mapping[str, Any], resource: Resource) -> Resource:
    """The resource with the DeletionPolicy of the template, which comes with any change of the stack."""
    definition = template.get("Resources", {}).get(resource.logical, {})
    return replace(resource, policy=str(definition.get("DeletionPolicy", "Delete")))


def outputs(scope: Scope) -> dict[str, str]:
    """The template's outputs whose conditions hold."""
    return {
        name: str(resolve(each["Value"], scope))
        for name, each in scope.template.get("Outputs", {}).items()
        if holds(each.get("Condition"), scope)
    }
