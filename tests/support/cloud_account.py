"""An account in memory with a small app's stacks, for tests of the room `provision`: what it would take minutes and
money to break on AWS is broken here at any call."""

from collections.abc import Callable, Mapping
from typing import Any

from fairway.adapters.memory.account import MemoryAccount, MemoryPipeline, MemorySecrets
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.cloud import MemoryStacks
from fairway.domain.aws import approach, names
from fairway.domain.aws.stack import (
    APP_TAG,
    ENVIRONMENT_TAG,
    KIND_TAG,
    ChangeSet,
    Kind,
    OutputOf,
    SeenStack,
    Stack,
)
from fairway.domain.ids import EnvironmentName
from fairway.provision.parts import Parts
from fairway.provision.raising import Wish
from fairway.provision.telling import Told

APP, PRODUCTION = "shop", EnvironmentName("production")
HOUR = 3600.0

NETWORK: Mapping[str, Any] = {
    "Resources": {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24"}},
    },
    "Outputs": {"Vpc": {"Value": {"Ref": "Vpc"}}},
}
REGISTRY: Mapping[str, Any] = {
    "Resources": {
        "Images": {
            "Type": "AWS::ECR::Repository",
            "Properties": {"RepositoryName": names.repository(APP)},
            "DeletionPolicy": "Retain",
        }
    },
    "Outputs": {"Repository": {"Value": {"Ref": "Images"}}},
}
DATA: Mapping[str, Any] = {
    "Parameters": {"Vpc": {"Type": "AWS::EC2::VPC::Id"}},
    "Resources": {
        "Configuration": {
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {"Name": names.secret(APP, PRODUCTION)},
            "DeletionPolicy": "Retain",
        },
        "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"VpcId": {"Ref": "Vpc"}}},
        "Database": {
            "Type": "AWS::RDS::DBInstance",
            "Properties": {"DBName": "main", "AllocatedStorage": "20", "DeletionProtection": True},
            "DeletionPolicy": "Snapshot",
        },
    },
    "Outputs": {"ConfigurationSecret": {"Value": {"Ref": "Configuration"}}},
}
SERVICES: Mapping[str, Any] = {
    "Parameters": {
        "ConfigurationSecret": {"Type": "String"},
        "ImageDigest": {"Type": "String", "Default": ""},
    },
    "Resources": {"Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "fairway-shop-production"}}},
    "Outputs": {"Url": {"Value": "http://shop.example"}},
}
PIPELINE: Mapping[str, Any] = {
    "Resources": {
        "Connection": {"Type": "AWS::CodeConnections::Connection", "Properties": {"ConnectionName": "shop"}},
        "Artifacts": {"Type": "AWS::S3::Bucket", "Properties": {}},
        "Pipeline": {"Type": "AWS::CodePipeline::Pipeline", "Properties": {"Name": names.pipeline(APP)}},
    },
    "Outputs": {"Pipeline": {"Value": {"Ref": "Pipeline"}}, "Connection": {"Value": {"Ref": "Connection"}}},
}
TEMPLATES: Mapping[Kind, Mapping[str, Any]] = {
    Kind.NETWORK: NETWORK,
    Kind.REGISTRY: REGISTRY,
    Kind.DATA: DATA,
    Kind.SERVICES: SERVICES,
    Kind.PIPELINE: PIPELINE,
}
OWN = frozenset({Kind.DATA, Kind.SERVICES})
"""The kinds of which each environment has one."""


def name(kind: Kind) -> str:
    """A stack's name."""
    return names.stack(APP, kind, PRODUCTION if kind in OWN else "")


def make_stack(kind: Kind, template: Mapping[str, Any] | None = None, *, protected: bool = False) -> Stack:
    """A stack of the small app."""
    parameters = {
        Kind.DATA: {"Vpc": OutputOf(stack=name(Kind.NETWORK), output="Vpc")},
        Kind.SERVICES: {"ConfigurationSecret": OutputOf(stack=name(Kind.DATA), output="ConfigurationSecret")},
    }
    tags = {APP_TAG: APP, KIND_TAG: kind.value}
    return Stack(
        name=name(kind),
        kind=kind,
        template=TEMPLATES[kind] if template is None else template,
        environment=PRODUCTION if kind in OWN else None,
        parameters=parameters.get(kind, {}),
        tags={**tags, ENVIRONMENT_TAG: PRODUCTION} if kind in OWN else tags,
        protected=protected,
    )


def all_stacks(
    changed: Mapping[Kind, Mapping[str, Any]] | None = None, *, protected: bool = False
) -> tuple[Stack, ...]:
    """Every stack of the app, some with other templates."""
    return tuple(make_stack(kind, (changed or {}).get(kind), protected=protected) for kind in Kind)


def altered(template: Mapping[str, Any], logical: str, **properties: Any) -> Mapping[str, Any]:
    """The template with other properties of one resource."""
    resource = template["Resources"][logical]
    changed = {**resource, "Properties": {**resource["Properties"], **properties}}
    return {**template, "Resources": {**template["Resources"], logical: changed}}


class Killed(BaseException):
    """`kill -9` at a call: nothing catches it."""


class Deaths:
    """Counts the calls of all ports; at number `at` the process dies, before the call or after it."""

    def __init__(self, at: int = -1, *, after: bool = False) -> None:
        self.at = at
        self.after = after
        self.calls = 0

    def guard(self, port: Any) -> Any:
        """The port with its calls counted."""
        return Mortal(port, self)


class Mortal:
    """A port at whose calls one dies."""

    def __init__(self, port: Any, deaths: Deaths) -> None:
        self._port = port
        self._deaths = deaths

    def __getattr__(self, method: str) -> Callable[..., Any]:
        call = getattr(self._port, method)

        async def mortal(*arguments: Any, **named: Any) -> Any:
            number = self._deaths.calls
            self._deaths.calls += 1
            if number == self._deaths.at and not self._deaths.after:
                raise Killed
            result = await call(*arguments, **named)
            if number == self._deaths.at:
                raise Killed
            return result

        return mortal


class Cloud:
    """The account, and what was told."""

    def __init__(self, *, pace: int = 1) -> None:
        self.stacks = MemoryStacks(pace=pace)
        self.account = MemoryAccount(self.stacks)
        self.secrets = MemorySecrets(self.stacks)
        self.pipeline = MemoryPipeline(self.stacks)
        self.clock = LoopClock()
        self.told: list[Told] = []

    def parts(self, deaths: Deaths | None = None) -> Parts:
        """What a run works with."""
        guard = (deaths or Deaths()).guard
        return Parts(
            stacks=guard(self.stacks),
            account=guard(self.account),
            secrets=guard(self.secrets),
            pipeline=guard(self.pipeline),
            clock=self.clock,
            tell=self.told.append,
        )

    def wish(self, **more: Any) -> Wish:
        """An hour's patience."""
        return Wish(app=APP, until=self.clock.now() + HOUR, **more)

    def put(self, kind: Kind, status: str, **more: Any) -> SeenStack:
        """Let a stack of the app be in a state."""
        seen = SeenStack(
            name=name(kind), id=f"arn:stack/{name(kind)}/1", status=status, tags=make_stack(kind).tags, **more
        )
        self.stacks.put(seen)
        return seen

    def state(self) -> dict[str, Any]:
        """What is in the account, without what tells one run from another: of a state, what it allows."""
        found: dict[str, Any] = {
            held.seen.name: (
                approach.decide(held.seen),
                held.seen.protected,
                {each.logical: each.type for each in held.resources.values()},
                held.template,
            )
            for held in self.stacks.held.values()
        }
        found["variables"] = {secret: versions[-1].values for secret, versions in self.secrets.versions.items()}
        return found


def proposed(cloud: Cloud) -> list[ChangeSet]:
    """The change sets that nobody has executed or forgotten."""
    return [
        ChangeSet(stack=each.stack.seen.name, id=id) for id, each in cloud.stacks.proposals.items() if not each.done
    ]
