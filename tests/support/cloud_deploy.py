"""An environment on AWS as its stage meets it: stacks that `fairway aws up` has made, and an ECS that follows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fairway.adapters.memory.account import MemoryAccount, MemoryPipeline
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.cloud import MemoryStacks
from fairway.adapters.memory.rollouts import MemoryRollouts
from fairway.cloudformation import wires
from fairway.cloudformation.synthesis import Given
from fairway.domain.app import App, Defaults
from fairway.domain.aws import names, rollouts
from fairway.domain.aws.handover import Handover
from fairway.domain.aws.rollouts import SeenDeployment, SeenService, StoppedContainer, StoppedTask
from fairway.domain.aws.stack import APP_TAG, Kind, OutputOf, SeenStack, Stack
from fairway.domain.contract import Contract
from fairway.domain.deployment import RolloutState
from fairway.domain.ids import ServiceName
from fairway.domain.image import Image
from fairway.pipeline.cloud.deploying import Cloud, Deploying
from fairway.pipeline.cloud.preparing import Synthesize
from fairway.pipeline.cloud.telling import Telling
from fairway.provision.parts import Parts
from support.cloud_stage import APP, HOST, PRODUCTION, REVISION, STAGING, TOML, Account

NETWORK = names.stack(APP, Kind.NETWORK)
SERVICES = names.stack(APP, Kind.SERVICES, PRODUCTION)
CLUSTER = names.cluster(APP, PRODUCTION)
IMAGE = Image(repository=f"{HOST}/{APP}", digest="sha256:" + "1c" * 32)
NEXT = Image(repository=f"{HOST}/{APP}", digest="sha256:" + "2d" * 32)
SECOND = "2d" * 20


class FollowingEcs(MemoryRollouts):
    """It runs what the services' stack says, unless it was told something else of a service. A service in `back` is
    taken back by the circuit breaker: it runs the definition that it ran before."""

    def __init__(self, stacks: MemoryStacks) -> None:
        super().__init__()
        self.stacks = stacks
        self.back: dict[str, str] = {}
        self.counts: dict[str, int] = {}

    async def services(self, cluster: str, names_: Sequence[str]) -> Mapping[str, SeenService]:
        found = dict(await super().services(cluster, names_))
        for held in self.stacks.held.values():
            for resource in held.resources.values():
                name = str(resource.properties.get("ServiceName", ""))
                if name in names_ and name not in found and resource.properties.get("Cluster") == cluster:
                    definition = self.back.get(name) or str(resource.properties["TaskDefinition"])
                    # A count that is left out leaves the service as it is.
                    self.counts[name] = int(resource.properties.get("DesiredCount", self.counts.get(name, 2)))
                    found[name] = steady(name, definition, desired=self.counts[name])
        return found


def steady(name: str, definition: str, *, desired: int) -> SeenService:
    primary = SeenDeployment(
        id="ecs-svc/1",
        status="PRIMARY",
        definition=definition,
        state=RolloutState.COMPLETED,
        desired=desired,
        running=desired,
    )
    return SeenService(name=name, status="ACTIVE", desired=desired, running=desired, deployments=(primary,))


def synthesize(app: App, given: Given) -> Sequence[Stack]:
    """As much of the app's stacks as a stage looks at, with wires and conditions as the real ones have them."""
    tags = {APP_TAG: app.name}
    vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
    network = {"Resources": {"Network": vpc}, "Outputs": {wires.VPC: {"Value": {"Ref": "Network"}}}}
    stacks = [Stack(name=NETWORK, kind=Kind.NETWORK, template=network, tags=tags)]
    for environment in app.environments:
        template = services_of(app, environment.name, given.variables.get(environment.name, ()))
        stacks.append(
            Stack(
                name=names.stack(app.name, Kind.SERVICES, environment.name),
                kind=Kind.SERVICES,
                template=template,
                environment=environment.name,
                parameters={wires.VPC: OutputOf(stack=NETWORK, output=wires.VPC)},
                tags=tags,
            )
        )
    return stacks


def services_of(app: App, environment: str, variables: Sequence[str]) -> dict[str, Any]:
    cluster = names.cluster(app.name, environment)
    resources: dict[str, Any] = {"Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": cluster}}}
    found = app.environment(environment)
    for service in found.services if found is not None else ():
        definition = names.logical("definition", service.name)
        container = {
            "Name": service.name,
            "Image": {"Ref": wires.IMAGE_DIGEST},
            "Secrets": [f"{name}:{{Ref}}" for name in variables],
            "Version": {"Ref": wires.CONFIGURATION_VERSION},
        }
        resources[definition] = {
            "Type": "AWS::ECS::TaskDefinition",
            "Condition": "HasImage",
            "Properties": {
                "Family": names.family(app.name, environment, service.name),
                "ContainerDefinitions": [container],
            },
        }
        resources[names.logical("running", service.name)] = {
            "Type": "AWS::ECS::Service",
            "Condition": "HasImage",
            "Properties": {
                "Cluster": {"Ref": "Cluster"},
                "ServiceName": service.name,
                "TaskDefinition": {"Ref": definition},
            },
        }
    own = (wires.IMAGE_DIGEST, wires.CONFIGURATION_VERSION, wires.COMMIT)
    return {
        "Parameters": {wires.VPC: {"Type": "String"}, **{name: {"Type": "String", "Default": ""} for name in own}},
        "Conditions": {"HasImage": {"Fn::Not": [{"Fn::Equals": [{"Ref": wires.IMAGE_DIGEST}, ""]}]}},
        "Resources": resources,
        "Outputs": {wires.URL: {"Value": "http://shop.example"}},
    }


@dataclass(slots=True)
class Deployed:
    """The account, with the stacks of the app and no image in them yet once `raise_up` was called."""

    account: Account = field(default_factory=Account)
    ecs: FollowingEcs = field(init=False)
    role: str | None = None
    synthesize: Synthesize = synthesize

    def __post_init__(self) -> None:
        self.ecs = FollowingEcs(self.stacks)

    @property
    def stacks(self) -> MemoryStacks:
        return self.account.stacks

    @property
    def said(self) -> list[str]:
        return self.account.said

    @property
    def text(self) -> str:
        return self.account.text

    async def raise_up(self, **variables: Mapping[str, str]) -> None:
        await self.account.raise_up(**variables)
        for stack in synthesize(self.app(), Given(version="0.1.0")):
            known = {wires.VPC: "vpc-1"} if stack.kind is Kind.SERVICES else {}
            await self.stacks.execute(await self.stacks.propose(stack, known))
            self.stacks.finish(stack.name)

    def app(self, text: str = TOML) -> App:
        return self.account.load(text)

    def handover(self, **changes: Any) -> Handover:
        made = Handover(
            app=APP,
            commit=REVISION.commit,
            subject="Add coupons",
            image=IMAGE,
            text=TOML,
            defaults=Defaults(),
            contract=Contract(variables=()),
            configurations={STAGING: "version-0001", PRODUCTION: "version-0002"},
        )
        return replace(made, **changes)

    def connect(self, region: str) -> Cloud:
        self.account.regions.append(region)
        parts = Parts(
            stacks=self.stacks,
            account=MemoryAccount(self.stacks),
            secrets=self.account.secrets,
            pipeline=MemoryPipeline(self.stacks),
            clock=LoopClock(),
            tell=lambda told: None,
        )
        return Cloud(parts=parts, rollouts=self.ecs)

    async def deploy(self, handover: Handover | None = None, environment: str = PRODUCTION) -> None:
        deploying = Deploying(
            load=self.account.load, connect=self.connect, version="0.1.0", role=self.role, synthesize=self.synthesize
        )
        await deploying.run(handover or self.handover(), environment, Telling(self.said.append, LoopClock()))

    async def seen(self) -> SeenStack:
        found = await self.stacks.find(SERVICES)
        assert found is not None
        return found

    async def definition(self, service: str = "web") -> str:
        """The task definition that the stack has for a service now."""
        family = names.family(APP, PRODUCTION, service)
        found = (await self.stacks.resources(SERVICES)).values()
        return next(physical for kind, physical in found if rollouts.family(physical) == family)

    async def runs(self, service: str = "web") -> str:
        """The definition that ECS runs."""
        primary = (await self.ecs.services(CLUSTER, [ServiceName(service)]))[service].primary
        assert primary is not None
        return primary.definition

    def stop(self, *, code: int | None, reason: str, log: Sequence[str] = (), service: str = "web") -> None:
        """A task of the service has ended after the update began."""
        task = StoppedTask(
            id="1c2d",
            definition="arn:new",
            code="EssentialContainerExited" if code is not None else "TaskFailedToStart",
            reason=reason,
            created_at=2_000_000_000.0,
            started_at=2_000_000_001.0 if code is not None else None,
            stopped_at=2_000_000_003.0,
            containers=(StoppedContainer(name=service, code=code),),
        )
        self.ecs.tasks[CLUSTER, names.family(APP, PRODUCTION, service)] = [task]
        self.ecs.logs[names.log_group(APP, PRODUCTION, service), f"task/{service}/1c2d"] = list(log)
