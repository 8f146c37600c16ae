"""A release from its handover to what ECS is told, through the real adapters, against moto: which calls are made, with
which parameters, and what they leave in the account.

moto's ECS starts no task and rolls nothing out, and its CloudFormation changes the resources of a stack in no order, so
that a service may be given the task definition before the new one. `Steadied` says in its place that the service runs
what the stack has. What ECS says of a rollout is in `tests/unit/adapters/aws/test_ecs_rollouts.py`, what the stage
makes of it in `tests/unit/pipeline/test_cloud_deploy.py`.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws
from moto.ecs.models import ecs_backends

from fairway.adapters.aws.account import AwsAccount
from fairway.adapters.aws.pipeline import AwsPipeline
from fairway.adapters.aws.rollouts import EcsRollouts
from fairway.adapters.aws.secrets import AwsSecrets
from fairway.adapters.aws.session import Session
from fairway.adapters.aws.stacks import AwsStacks
from fairway.adapters.system.clock import SystemClock
from fairway.cloudformation import wires
from fairway.cloudformation.pipeline import stack as pipeline
from fairway.cloudformation.synthesis import Given
from fairway.domain.app import App, Defaults
from fairway.domain.aws import names
from fairway.domain.aws.handover import Handover
from fairway.domain.aws.rollouts import SeenDeployment, SeenService
from fairway.domain.aws.stack import APP_TAG, Kind, OutputOf, Stack
from fairway.domain.contract import Contract
from fairway.domain.deployment import RolloutState
from fairway.domain.image import Image
from fairway.manifest import load as manifest
from fairway.pipeline.cloud.deploying import Cloud, Deploying
from fairway.pipeline.cloud.telling import Telling
from fairway.provision.parts import Parts
from fairway.wire import handover as shapes
from support import iam, moto_stacks, stage_calls
from support.clouds import REGION, JumpingClock

TOML = """\
app = "shop-api"
[services.web]
port = 3000
[environments.production]
deployment = { bake = "0s" }
[aws]
region = "eu-central-1"
repository = { provider = "github", name = "acme/shop-api" }
"""
ACCOUNT = "123456789012"
NETWORK, SERVICES = "fairway-shop-api-network", "fairway-shop-api-production-services"
SECRET = "fairway/shop-api/production"
CLUSTER = "fairway-shop-api-production"
DIGESTS = ("sha256:" + "1c" * 32, "sha256:" + "2d" * 32)
MOST_CALLS = 30
"""Of a deployment whose update takes no time; each look at one that takes some is two more."""


class Steadied(EcsRollouts):
    """EcsRollouts with a rollout of what the stack has, that is over."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._boto = session.client("cloudformation")

    async def services(self, cluster: str, names: Sequence[str]) -> Mapping[str, SeenService]:
        seen = await super().services(cluster, names)
        return {name: steadied(each, definition_of(self._boto)) for name, each in seen.items()}


def definition_of(boto: Any) -> str:
    """The ARN of the task definition that the stack has."""
    resources = boto.list_stack_resources(StackName=SERVICES)["StackResourceSummaries"]
    kind = "AWS::ECS::TaskDefinition"
    return next(str(each["PhysicalResourceId"]) for each in resources if each["ResourceType"] == kind)


def steadied(seen: SeenService, definition: str) -> SeenService:
    primary = SeenDeployment(
        id="ecs-svc/1",
        status="PRIMARY",
        definition=definition,
        state=RolloutState.COMPLETED,
        desired=seen.desired,
        running=seen.desired,
    )
    return replace(seen, running=seen.desired, pending=0, deployments=(primary,))


def synthesize(app: App, given: Given) -> Sequence[Stack]:
    """Stacks of the types that moto makes, with the wires of the real ones."""
    logs = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/network"}}
    network = {"Resources": {"Network": logs}, "Outputs": {wires.VPC: {"Value": "vpc-1"}}}
    own = (wires.IMAGE_DIGEST, wires.CONFIGURATION_VERSION, wires.COMMIT)
    version = {"Name": "VERSION", "Value": {"Ref": wires.CONFIGURATION_VERSION}}
    container = {"Name": "web", "Image": {"Ref": wires.IMAGE_DIGEST}, "Memory": 512, "Environment": [version]}
    family = names.family(app.name, "production", "web")
    services = {
        "Parameters": {wires.VPC: {"Type": "String"}, **{name: {"Type": "String", "Default": ""} for name in own}},
        "Conditions": {"HasImage": {"Fn::Not": [{"Fn::Equals": [{"Ref": wires.IMAGE_DIGEST}, ""]}]}},
        "Resources": {
            "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": CLUSTER}},
            "DefinitionWeb": {
                "Type": "AWS::ECS::TaskDefinition",
                "Condition": "HasImage",
                "Properties": {"Family": family, "ContainerDefinitions": [container]},
            },
            "RunningWeb": {
                "Type": "AWS::ECS::Service",
                "Condition": "HasImage",
                "Properties": {
                    "Cluster": {"Ref": "Cluster"},
                    "ServiceName": "web",
                    "DesiredCount": 2,
                    "TaskDefinition": {"Ref": "DefinitionWeb"},
                },
            },
        },
    }
    tags = {APP_TAG: app.name}
    return (
        Stack(name=NETWORK, kind=Kind.NETWORK, template=network, tags=tags),
        Stack(
            name=SERVICES,
            kind=Kind.SERVICES,
            template=services,
            environment=app.environments[0].name,
            parameters={wires.VPC: OutputOf(stack=NETWORK, output=wires.VPC)},
            tags=tags,
        ),
    )


class Room:
    """An account in which `fairway aws up` has been, and a program that deploys to it."""

    def __init__(self, session: Session) -> None:
        self.session, self.clock, self.said = session, SystemClock(), list[str]()
        self.watched: list[tuple[str, Mapping[str, Any]]] = []
        self.secrets = AwsSecrets(session)
        self.stacks = AwsStacks(session, JumpingClock())

    async def raise_up(self) -> None:
        for stack in synthesize(manifest.load(TOML), Given(version="0.1.0")):
            known = {wires.VPC: "vpc-1"} if stack.kind is Kind.SERVICES else {}
            await self.stacks.execute(await self.stacks.propose(stack, known))
        await self.session.call("secretsmanager", "CreateSecret", Name=SECRET)

    async def release(self, digest: str, **values: str) -> Handover:
        version = await self.secrets.put(SECRET, values)
        return Handover(
            app=manifest.load(TOML).name,
            commit=digest[7:47],
            subject="Add coupons",
            image=Image(repository="1.dkr.ecr.eu-central-1.amazonaws.com/fairway/shop-api", digest=digest),
            text=TOML,
            defaults=Defaults(),
            contract=Contract(variables=()),
            configurations={manifest.load(TOML).environments[0].name: version.id},
        )

    def connect(self, region: str) -> Cloud:
        parts = Parts(
            stacks=self.stacks,
            account=AwsAccount(self.session),
            secrets=self.secrets,
            pipeline=AwsPipeline(self.session),
            clock=self.clock,
            tell=lambda told: None,
        )
        return Cloud(parts=parts, rollouts=Steadied(self.session))

    async def deploy(self, release: Handover) -> None:
        self.session.calls.clear()
        program = Deploying(load=manifest.load, connect=self.connect, version="0.1.0", synthesize=synthesize)
        await program.run(release, "production", Telling(self.said.append, self.clock))

    async def runs(self) -> tuple[str, str]:
        """The image and the version of the variables in the stack's task definition."""
        arn = definition_of(self.session.client("cloudformation"))
        # moto keeps the keys as CloudFormation writes them, which is why ECS's own answer lacks them.
        kept = ecs_backends[ACCOUNT][REGION].describe_task_definition(arn)
        container = kept.container_definitions[0]
        return container["Image"], container["Environment"][0]["Value"]


@pytest.fixture
async def room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Room]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "nothing"))
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        watched: list[tuple[str, Mapping[str, Any]]] = []
        session = Session(REGION, attempts=1, watch=lambda action, parameters: watched.append((action, parameters)))
        moto_stacks.mend(session)
        found = Room(session)
        found.watched = watched
        await found.raise_up()
        yield found
        await session.close()


async def test_a_release_becomes_what_the_service_is_told_to_run(room: Room) -> None:
    release = await room.release(DIGESTS[0], LOG="debug")

    await room.deploy(shapes.read(shapes.write(release).encode()))

    assert await room.runs() == (DIGESTS[0], *release.configurations.values())
    assert room.said[-1].startswith("  production  ✓") and "2 of 2 tasks healthy" in room.said[-1]


async def test_going_back_takes_the_image_and_the_variables_of_the_earlier_release(room: Room) -> None:
    first = await room.release(DIGESTS[0], LOG="debug")
    await room.deploy(first)
    await room.deploy(await room.release(DIGESTS[1], LOG="info"))
    newer = await room.runs()

    await room.deploy(first)

    assert newer[0] == DIGESTS[1] and newer[1] not in first.configurations.values()
    assert await room.runs() == (DIGESTS[0], *first.configurations.values())


async def test_the_same_release_again_changes_nothing(room: Room) -> None:
    release = await room.release(DIGESTS[0], LOG="debug")
    await room.deploy(release)

    await room.deploy(release)

    assert room.session.calls["cloudformation:ExecuteChangeSet"] == 0
    assert "runs already" in room.said[-1]


async def test_the_calls_of_a_deployment_are_few_and_those_that_are_written_down(room: Room) -> None:
    await room.deploy(await room.release(DIGESTS[0], LOG="debug"))

    calls = {action: count for action, count in room.session.calls.items() if not action.startswith("ecs:Describe")}
    assert sum(room.session.calls.values()) <= MOST_CALLS, json.dumps(room.session.calls, indent=1)
    assert set(calls) <= {
        "cloudformation:CreateChangeSet",
        "cloudformation:DeleteChangeSet",
        "cloudformation:DescribeChangeSet",
        "cloudformation:DescribeStackEvents",
        "cloudformation:DescribeStacks",
        "cloudformation:ExecuteChangeSet",
        "cloudformation:GetTemplate",
        "cloudformation:ListChangeSets",
        "cloudformation:ListStackResources",
        "secretsmanager:GetSecretValue",
    }


async def test_the_deploy_role_allows_each_call_on_what_it_is_made_on(room: Room) -> None:
    room.watched.clear()
    await room.deploy(await room.release(DIGESTS[0], LOG="debug"))
    template = pipeline.make(manifest.load(TOML), "0.1.0").to_dict()
    # Putting the variables is `fairway aws up`, here done by the room.
    made = [call for call in room.watched if call[0] != "secretsmanager:PutSecretValue"]

    allowed = iam.statements(template, names.logical("deploy-production", "role"))
    refused = [
        (action, resource)
        for action, parameters in made
        for resource, context in stage_calls.asked_of(action, parameters)
        if not iam.allows(allowed, action, resource, context)
    ]

    assert made
    assert refused == []
