"""Stacks of CloudFormation: as they are wanted, as they are, and what would change from one to the other.

The borders: NETWORK, REGISTRY, and for each environment DATA and SERVICES, then PIPELINE. What one stack needs of an
earlier one reaches it as a parameter, so that no export ties them together, and none can change another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fairway.domain.ids import EnvironmentName

APP_TAG, ENVIRONMENT_TAG, KIND_TAG, VERSION_TAG = (
    "fairway:app",
    "fairway:environment",
    "fairway:stack",
    "fairway:version",
)
"""The tags that every stack, and so everything in it, has. What lacks the first is not Fairway's."""

STATEFUL = frozenset(
    {
        "AWS::DynamoDB::Table",
        "AWS::RDS::DBInstance",
        "AWS::SecretsManager::Secret",
        "AWS::ECR::Repository",
        "AWS::S3::Bucket",
        "AWS::KMS::Key",
    }
)
"""Types of resources that hold what can't be made again."""


class Kind(StrEnum):
    """What a stack is for, in the order in which stacks are made."""

    NETWORK = "network"
    REGISTRY = "registry"
    DATA = "data"
    SERVICES = "services"
    PIPELINE = "pipeline"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOf:
    """A parameter's value that is another stack's output."""

    stack: str
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack as it is wanted. A parameter of the template that `parameters` does not name keeps the value that the
    stack has, or its default. `protected`: it can't be deleted before that is taken back."""

    name: str
    kind: Kind
    template: Mapping[str, Any]
    environment: EnvironmentName | None = None
    parameters: Mapping[str, str | OutputOf] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    protected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenStack:
    """A stack as AWS describes it. `status` is CloudFormation's word ("UPDATE_COMPLETE"), `reason` its text."""

    name: str
    id: str
    status: str
    reason: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    protected: bool = False

    @property
    def moving(self) -> bool:
        """Whether CloudFormation is at work on it."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    @property
    def good(self) -> bool:
        """Whether the last operation did what it was to do."""
        return self.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")


@dataclass(frozen=True, slots=True, kw_only=True)
class StackEvent:
    """One line of a stack's history. `at` is seconds since the epoch, `physical` AWS's own id for the resource."""

    id: str
    at: float
    stack: str
    logical: str
    type: str
    status: str
    reason: str = ""
    physical: str = ""

    @property
    def failed(self) -> bool:
        """Whether it tells of something that went wrong by itself, not in consequence of another failure."""
        return self.status.endswith("_FAILED") and "cancelled" not in self.reason.lower()


class Action(StrEnum):
    """What happens to a resource, in CloudFormation's words."""

    ADD = "Add"
    MODIFY = "Modify"
    REMOVE = "Remove"
    DYNAMIC = "Dynamic"


class Replacement(StrEnum):
    """Whether a modified resource is made anew. CONDITIONAL: CloudFormation can't tell before it tries."""

    NO = "False"
    YES = "True"
    CONDITIONAL = "Conditional"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One resource that would change; `properties` names what of it."""

    logical: str
    type: str
    action: Action
    replacement: Replacement = Replacement.NO
    properties: tuple[str, ...] = ()
    physical: str = ""

    @property
    def loses(self) -> bool:
        """Whether data would go, or might."""
        gone = self.action is Action.REMOVE or self.replacement is not Replacement.NO
        return gone and self.type in STATEFUL


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """What making a stack as it is wanted would change; `id` is CloudFormation's, "" of one that was computed here.
    `creates`: the stack does not exist yet."""

    stack: str
    changes: tuple[Change, ...] = ()
    id: str = ""
    creates: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do. One with an id and no changes is not: it changes the stack's outputs."""
        return not self.changes and not self.id

    @property
    def losses(self) -> tuple[Change, ...]:
        """The changes by which data would be lost."""
        return tuple(change for change in self.changes if change.loses)
