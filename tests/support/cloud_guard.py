"""An environment on AWS with migrations: the account of `cloud_deploy`, the databases and containers of `guard_world`,
and the real guard between them."""

import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fairway.adapters.memory.jobs import Deed, MemoryJobs
from fairway.adapters.memory.shipments import MemoryShipments
from fairway.cloudformation import wires
from fairway.cloudformation.synthesis import Given
from fairway.domain.app import App
from fairway.domain.aws import names
from fairway.domain.aws.handover import Handover
from fairway.domain.aws.stack import APP_TAG, Kind, Stack
from fairway.domain.passage import Passage
from fairway.migrate.guard import Guard
from fairway.pipeline.cloud.deploying import Cloud, Deploying
from fairway.pipeline.cloud.guarding import Opened, Wanted
from fairway.pipeline.cloud.insisting import Insisted
from fairway.pipeline.cloud.telling import Telling
from fairway.ports.jobs import JobSpec
from fairway.ports.shipments import Shipments
from fairway.provision import raising, wiring
from fairway.provision.raising import Wish
from support import cloud_deploy
from support.cloud_deploy import NEXT, SECOND, Deployed
from support.cloud_stage import APP, PRODUCTION, STAGING, TOML
from support.guard_world import URL, World, add_column, drop_column
from support.mortal import Killed, Mortal

MIGRATIONS = '[migrations]\ncommand = "migrate up"\ndown = "migrate down"\n'
GUARDED = TOML + MIGRATIONS
DATA = {wires.PASSAGES: "shop-passages", wires.BACKUPS: "shop-backups", wires.BACKUP_KEY: "arn:key"}
SERVICES = {
    wires.CLUSTER: names.cluster(APP, PRODUCTION),
    wires.MIGRATION_SUBNETS: "subnet-1,subnet-2",
    wires.MIGRATION_GROUPS: "sg-1",
    wires.MIGRATION_ROLE: "arn:role",
    wires.MIGRATION_TASK_ROLE: "",
    wires.MIGRATION_LOGS: "/fairway/shop-api/production/migration",
}
PORTS = ("passages", "databases", "gates", "jobs", "tasks", "planning")


def synthesize(app: App, given: Given) -> Sequence[Stack]:
    """The stacks with what the guard needs of them."""
    return [with_outputs(each, SERVICES) if each.environment else each for each in cloud_deploy.synthesize(app, given)]


def with_outputs(stack: Stack, outputs: Mapping[str, str]) -> Stack:
    """The stack, which puts these out besides."""
    values = {name: {"Value": value} for name, value in outputs.items()}
    return replace(stack, template={**stack.template, "Outputs": {**stack.template["Outputs"], **values}})


async def raise_up(world: Deployed, text: str, production: Mapping[str, str]) -> None:
    """The app's own stacks, as `fairway aws up` makes them, with these variables."""
    parts = world.connect("eu-central-1").parts
    outputs: dict[str, dict[str, str]] = {}
    known = {STAGING: ("LOG",), PRODUCTION: tuple(production)}
    for stack in world.synthesize(world.app(text), Given(variables=known, version="0.1.0")):
        wish = Wish(app=APP, until=parts.clock.now() + 3600.0)
        seen = await raising.bring(parts, stack, wiring.resolve(stack, outputs), wish)
        outputs[stack.name] = dict(seen.outputs)
    await world.account.secrets.put(names.secret(APP, STAGING), {"LOG": "debug"})
    await world.account.secrets.put(names.secret(APP, PRODUCTION), production)


class Unlike(World):
    """Containers of two engines: those on copies are the build's, those on the real database are tasks of ECS."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks = MemoryJobs(self.clock, self.deed)
        self.begins: Callable[[], None] = lambda: None

    def deed(self, spec: JobSpec) -> Deed:
        """`begins` is called before a task of ECS is."""
        if spec.network is None:
            self.begins()
        return super().deed(spec)


@dataclass(slots=True)
class GuardedCloud(Deployed):
    """`database` is what the guard works on. `opened` counts how often a guard was opened, `wanted` is what the last
    one was opened for. Its ports end the process at call `at`, before it or after it; 0: never."""

    database: Unlike = field(default_factory=Unlike)
    shipments: MemoryShipments = field(default_factory=lambda: MemoryShipments(APP, PRODUCTION))
    accepted: str = ""
    restored: str = ""
    opened: int = 0
    wanted: Wanted | None = None
    at: int = 0
    after: bool = False
    count: list[int] = field(default_factory=lambda: [0])

    async def prepare(self, **variables: str) -> None:
        """What `fairway aws up` leaves, with the database's URL among the variables."""
        self.synthesize = synthesize
        await self.database.prepare()
        await self.raise_up(staging={}, production={"DATABASE_URL": URL, **variables})
        for stack in synthesize(self.app(), Given(version="0.1.0")):
            if stack.kind is Kind.SERVICES:
                await self.make(stack, {wires.VPC: "vpc-1"})
        await self.put_out(**DATA)

    async def put_out(self, **outputs: str) -> None:
        """The data stack puts these out."""
        secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": names.secret(APP, PRODUCTION)}}
        found = {name: {"Value": value} for name, value in outputs.items()}
        template: dict[str, Any] = {"Resources": {"Configuration": secret}, "Outputs": found}
        name = names.stack(APP, Kind.DATA, PRODUCTION)
        await self.make(Stack(name=name, kind=Kind.DATA, template=template, tags={APP_TAG: APP}), {})

    async def make(self, stack: Stack, parameters: Mapping[str, str]) -> None:
        await self.stacks.execute(await self.stacks.propose(stack, parameters))
        self.stacks.finish(stack.name)

    def mortal(self, port: Any) -> Any:
        return Mortal(port, self.count, self.at, self.after)

    async def dies(self, work: Coroutine[Any, Any, Any], at: int, *, after: bool = True) -> bool:
        """Whether the process ends in the work: before its call `at`, or after it. Later work is another process's."""
        self.at, self.after, self.count = at, after, [0]
        try:
            await work
        except Killed:
            self.at = 0
            return True
        return False

    def connect(self, region: str) -> Cloud:
        cloud = Deployed.connect(self, region)
        parts = replace(cloud.parts, stacks=self.mortal(self.stacks), secrets=self.mortal(self.account.secrets))
        return Cloud(parts=parts, rollouts=self.mortal(self.ecs), guard=self.open)

    @contextlib.asynccontextmanager
    async def open(self, wanted: Wanted) -> AsyncIterator[Opened]:
        self.opened += 1
        self.wanted = wanted
        shipments: Shipments = self.mortal(self.shipments)
        views = wanted.views(shipments)
        parts = self.database.parts(
            tasks=self.database.tasks,
            values=views.values,
            serving=views.serving,
            release=views.release,
            doors=wanted.doors,
            masks=wanted.masks,
            advice=wanted.advice,
        )
        ports = {name: self.mortal(getattr(parts, name)) for name in PORTS}
        guard = Guard(replace(parts, **ports))
        yield Opened(shipments=shipments, passages=guard.parts.passages, guard=guard)

    async def deploy(self, handover: Handover | None = None, environment: str = PRODUCTION) -> None:
        deploying = Deploying(
            load=self.account.load,
            connect=self.connect,
            version="0.1.0",
            insisted=Insisted(accepted=self.accepted, restored=self.restored),
            synthesize=self.synthesize,
        )
        telling = Telling(self.said.append, self.database.clock)
        await deploying.run(handover or self.handover(), environment, telling)

    def handover(self, **changes: Any) -> Handover:
        """Of the first release, which has migrations."""
        return replace(Deployed.handover(self), **{"text": GUARDED, "built_at": 1.0, **changes})

    def second(self, **changes: Any) -> Handover:
        """Of the release after it."""
        return self.handover(**{"commit": SECOND, "image": NEXT, "built_at": 2.0, **changes})

    def bring(self, *names_: str, required: bool = False) -> None:
        """The image that comes next has these migrations too, each of which adds a column and takes it away."""
        for name in names_:
            self.database.script.ups[name] = add_column(name, required=required)
            self.database.script.downs[name] = drop_column(name)

    async def passages(self) -> Sequence[Passage]:
        """Newest first."""
        return await self.database.store.passages.list(APP, environment=PRODUCTION, limit=50)

    @property
    def migrations(self) -> int:
        """How many tasks were begun on the real database."""
        return len(self.database.tasks.starts)
