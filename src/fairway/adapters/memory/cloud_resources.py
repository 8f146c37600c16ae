"""The resources of a stack in memory, and what another template would change of them."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fairway.adapters.memory.cloud_values import ACCOUNT, REGION, Scope, holds, names_in, resolve
from fairway.domain.aws.stack import Action, Change, Replacement
from fairway.errors import UsageError

MADE_ANEW: Mapping[str, frozenset[str]] = {
    "AWS::DynamoDB::Table": frozenset({"TableName"}),
    "AWS::EC2::VPC": frozenset({"CidrBlock"}),
    "AWS::EC2::Subnet": frozenset({"AvailabilityZone", "CidrBlock", "VpcId"}),
    "AWS::EC2::SecurityGroup": frozenset({"GroupDescription", "GroupName", "VpcId"}),
    "AWS::ECR::Repository": frozenset({"EncryptionConfiguration", "RepositoryName"}),
    "AWS::ECS::Cluster": frozenset({"ClusterName"}),
    "AWS::ECS::Service": frozenset({"Cluster", "LaunchType", "ServiceName"}),
    "AWS::ECS::TaskDefinition": frozenset(
        {"ContainerDefinitions", "Cpu", "ExecutionRoleArn", "Family", "Memory", "NetworkMode", "TaskRoleArn", "Volumes"}
    ),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": frozenset({"Name", "Scheme", "Type"}),
    "AWS::ElasticLoadBalancingV2::TargetGroup": frozenset({"Name", "Port", "Protocol", "TargetType", "VpcId"}),
    "AWS::IAM::Role": frozenset({"Path", "RoleName"}),
    "AWS::Logs::LogGroup": frozenset({"LogGroupName"}),
    "AWS::RDS::DBInstance": frozenset(
        {"DBInstanceIdentifier", "DBName", "DBSubnetGroupName", "KmsKeyId", "MasterUsername", "StorageEncrypted"}
    ),
    "AWS::S3::Bucket": frozenset({"BucketName"}),
    "AWS::SecretsManager::Secret": frozenset({"Name"}),
}
"""By which properties a resource is made anew, of the types that tests lean on; from the resources' reference."""

ARNS: Mapping[str, tuple[str, str]] = {
    "AWS::SecretsManager::Secret": ("secretsmanager", "secret:{name}-a1b2c3"),
    "AWS::CodeConnections::Connection": ("codeconnections", "connection/{name}"),
    "AWS::CodeStarConnections::Connection": ("codestar-connections", "connection/{name}"),
    "AWS::ECS::TaskDefinition": ("ecs", "task-definition/{name}"),
}
"""Types whose physical id is an ARN: the service, and what follows the account."""
NAMED_BY = ("Name", "RepositoryName", "ClusterName", "RoleName", "BucketName", "LogGroupName", "ConnectionName")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource as it is: its properties are resolved; `policy` is its DeletionPolicy, `metadata` its Metadata."""

    logical: str
    type: str
    physical: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    policy: str = "Delete"
    metadata: Mapping[str, Any] = field(default_factory=dict)


_numbers = itertools.count(1)


def made(logical: str, definition: Mapping[str, Any], scope: Scope) -> Resource:
    """A new resource; its physical id is its name where it is given one, else one that was never there before. Task
    definitions are revisions of their family."""
    properties = resolve(definition.get("Properties", {}), scope)
    name = next((str(properties[key]) for key in NAMED_BY if key in properties), "")
    name = name or f"{scope.stack}-{logical}-{next(_numbers):04d}"
    type = str(definition["Type"])
    if "Family" in properties:
        name = f"{properties['Family']}:{next(_numbers)}"
    if type in ARNS:
        service, rest = ARNS[type]
        name = f"arn:aws:{service}:{REGION}:{ACCOUNT}:" + rest.format(name=name)
    return Resource(
        logical=logical,
        type=type,
        physical=name,
        properties=properties,
        policy=str(definition.get("DeletionPolicy", "Delete")),
        metadata=definition.get("Metadata", {}),
    )


def in_order(scope: Scope) -> list[str]:
    """The logical ids of the resources whose conditions hold, each after those that it refers to."""
    resources = scope.template["Resources"]
    present = [name for name, each in resources.items() if holds(each.get("Condition"), scope)]
    ordered: dict[str, None] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise UsageError(f"Circular dependency between resources: [{', '.join(path)}]")
        if name in ordered or name not in present:
            return
        needed = resources[name].get("DependsOn", [])
        named = [needed] if isinstance(needed, str) else list(needed)
        for other in (*named, *names_in(resources[name].get("Properties", {}))):
            if other != name:
                visit(other, (*path, name))
        ordered[name] = None

    for name in present:
        visit(name, ())
    return list(ordered)


def compare(now: Mapping[str, Resource], scope: Scope, *, tags_change: bool) -> tuple[Change, ...]:
    """What the scope's template would change, in the order in which it would be done; removals come last."""
    physical = {name: resource.physical for name, resource in now.items()}
    changes: list[Change] = []
    ordered = in_order(scope)
    for name in ordered:
        definition = scope.template["Resources"][name]
        current = now.get(name)
        if current is None:
            physical[name] = f"<{name}>"
            changes.append(Change(logical=name, type=definition["Type"], action=Action.ADD))
            continue
        known = Scope(template=scope.template, stack=scope.stack, parameters=scope.parameters, physical=physical)
        change = modified(current, definition, known, tags_change=tags_change)
        if change is not None:
            changes.append(change)
            if change.replacement is Replacement.YES:
                physical[name] = f"<{name}>"
    gone = [resource for name, resource in reversed([*now.items()]) if name not in ordered]
    changes += [
        Change(logical=each.logical, type=each.type, action=Action.REMOVE, physical=each.physical) for each in gone
    ]
    return tuple(changes)


def modified(current: Resource, definition: Mapping[str, Any], scope: Scope, *, tags_change: bool) -> Change | None:
    """What of one resource would change; None: nothing."""
    if current.type != definition["Type"]:
        raise UsageError(
            f"Update of resource type is not permitted. The new template modifies resource type of {current.logical}"
        )
    wanted = resolve(definition.get("Properties", {}), scope)
    names = sorted(key for key in {*wanted, *current.properties} if wanted.get(key) != current.properties.get(key))
    if tags_change and "Tags" not in names:
        names.append("Tags")
    if definition.get("Metadata", {}) != current.metadata:
        names.append("Metadata")
    if not names:
        return None
    anew = MADE_ANEW.get(current.type, frozenset()) & set(names)
    return Change(
        logical=current.logical,
        type=current.type,
        action=Action.MODIFY,
        replacement=Replacement.YES if anew else Replacement.NO,
        properties=tuple(names),
        physical=current.physical,
    )
