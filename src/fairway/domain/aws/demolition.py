"""What `fairway aws down` takes away, in which order, and what it leaves.

A stack is deleted before those whose outputs it was made with, so the order is that of `Kind` backwards. The pipeline
goes first: nothing may make the services again behind one's back. Data stays with what it needs unless the app's name
was typed: DATA and REGISTRY, and the NETWORK while a database stands in it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairway.domain.aws.stack import ENVIRONMENT_TAG, KIND_TAG, Kind, SeenStack

ORDER = tuple(reversed(Kind))
HOLDING = frozenset({Kind.DATA, Kind.REGISTRY})
"""The stacks that are there to hold data. PIPELINE has a bucket too, of what its stages hand to each other."""
TIED = frozenset({"AWS::RDS::DBSubnetGroup", "AWS::EC2::SecurityGroup"})
"""What stands in the network and keeps it from being deleted."""
MARK = "FairwayReleased"
"""CloudFormation sees no change in a DeletionPolicy alone; it does in a resource's metadata."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One of the app's stacks, with the types of what is in it."""

    seen: SeenStack
    kind: Kind | None
    environment: str
    types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Demolition:
    """What goes, in order, and what stays."""

    goes: tuple[Standing, ...]
    stays: tuple[Standing, ...]

    @property
    def protected(self) -> tuple[str, ...]:
        """The names of those that go and can't be deleted before their protection is taken back."""
        return tuple(each.seen.name for each in self.goes if each.seen.protected)


def stand(seen: SeenStack, types: Collection[str]) -> Standing:
    """A stack as its tags say what it is for."""
    word = seen.tags.get(KIND_TAG, "")
    kind = Kind(word) if word in tuple(Kind) else None
    return Standing(seen=seen, kind=kind, environment=seen.tags.get(ENVIRONMENT_TAG, ""), types=frozenset(types))


def decide(stacks: Sequence[Standing], *, environment: str | None, data: bool) -> Demolition:
    """What goes of these stacks, of all or of one environment's; with the data or without."""
    chosen = [each for each in stacks if environment is None or each.environment == environment]
    keeps = [each for each in chosen if not data and each.kind in HOLDING]
    tied = any(each.types & TIED for each in keeps)
    stays = [each for each in chosen if each in keeps or (tied and each.kind is Kind.NETWORK)]
    goes = [each for each in chosen if each not in stays]
    goes.sort(key=lambda each: (ORDER.index(each.kind) if each.kind else -1, each.environment))
    return Demolition(goes=tuple(goes), stays=tuple(stays))


def release(template: Mapping[str, Any]) -> Mapping[str, Any]:
    """The template with which a stack's data can be deleted: databases without deletion protection (their final
    snapshots stay), tables, secrets and repositories of images without what keeps them, and these last emptied."""
    resources = {name: _release(resource) for name, resource in template.get("Resources", {}).items()}
    return {**template, "Resources": resources}


def _release(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    match resource.get("Type"):
        case "AWS::RDS::DBInstance":
            return {**resource, "Properties": {**resource.get("Properties", {}), "DeletionProtection": False}}
        case "AWS::DynamoDB::Table":
            return _freed(resource, {"DeletionProtectionEnabled": False})
        case "AWS::SecretsManager::Secret":
            return _freed(resource, {})
        case "AWS::ECR::Repository":
            return _freed(resource, {"EmptyOnDelete": True})
        case _:
            return resource


def _freed(resource: Mapping[str, Any], properties: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        **resource,
        "Properties": {**resource.get("Properties", {}), **properties},
        "Metadata": {**resource.get("Metadata", {}), MARK: "true"},
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
    }
