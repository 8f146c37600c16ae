"""An app on AWS as its pipeline's stages meet it: the account in memory, and a checkout of a commit."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fairway.adapters.memory.account import MemorySecrets
from fairway.adapters.memory.builder import MemoryBases, MemoryBuilder
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.cloud import MemoryStacks
from fairway.adapters.memory.registry import MemoryRegistry
from fairway.build import generated, run
from fairway.build.run import BuildResult
from fairway.cloudformation import wires
from fairway.domain.app import App, Build, Defaults
from fairway.domain.aws import names
from fairway.domain.aws.handover import Handover
from fairway.domain.aws.stack import APP_TAG, Kind, Stack
from fairway.domain.aws.wanted import Aws, Provider, Repository
from fairway.domain.contract import Contract, Need, Use, conclude
from fairway.domain.execution import Revision
from fairway.domain.ids import AppName, EnvironmentName
from fairway.manifest import load as manifest
from fairway.pipeline.cloud.attempting import Attempting
from fairway.pipeline.cloud.building import Building
from fairway.pipeline.cloud.describing import Cloud, Describing
from fairway.pipeline.cloud.telling import Telling
from fairway.ports.builder import LogSink
from fairway.ports.registry import Registry

APP = AppName("shop-api")
STAGING, PRODUCTION = EnvironmentName("staging"), EnvironmentName("production")
HOST = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/fairway"
REVISION = Revision(commit="9c1f2e7" + "0" * 33, subject="Add coupons", branch="")
TOML = """\
app = "shop-api"
[services.web]
port = 3000
[environments.staging]
[environments.production]
env_file = "production.env"
"""
DOCKERFILE = 'FROM node:22\nRUN echo hello\nCMD ["node", "server.js"]\n'
AWS = Aws(region="eu-central-1", repository=Repository(provider=Provider.GITHUB, name="acme/shop-api"))
NOTHING = Defaults()
SECRET = "sk_live_3f9a61c2d07b"


@dataclass(slots=True)
class Account:
    """The account, as `fairway aws up` has left it once `raise_up` was called."""

    aws: Aws | None = AWS
    wanted: tuple[str, ...] = ()
    stacks: MemoryStacks = field(default_factory=MemoryStacks)
    registry: MemoryRegistry = field(default_factory=lambda: MemoryRegistry(HOST, immutable=True))
    builder: MemoryBuilder = field(default_factory=lambda: MemoryBuilder(bases=frozenset({"node:22"})))
    said: list[str] = field(default_factory=list)
    secrets: MemorySecrets = field(init=False)
    regions: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.secrets = MemorySecrets(self.stacks)

    @property
    def text(self) -> str:
        return "\n".join(self.said)

    async def raise_up(self, **variables: Mapping[str, str]) -> None:
        """The stacks that a build looks at, and a version of each environment's variables."""
        uri = f"{HOST}/{APP}"
        registry = {"Images": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": names.repository(APP)}}}
        await self.make(Kind.REGISTRY, "", registry, {wires.REPOSITORY_URI: {"Value": uri}})
        for environment in (STAGING, PRODUCTION):
            name = names.secret(APP, environment)
            secret = {"Configuration": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": name}}}
            outputs = {wires.CONFIGURATION: {"Value": {"Ref": "Configuration"}}}
            await self.make(Kind.DATA, environment, secret, outputs)
            await self.secrets.put(name, variables.get(environment, {}))

    async def make(self, kind: Kind, environment: str, resources: Any, outputs: Any) -> None:
        template = {"Resources": resources, "Outputs": outputs}
        name = names.stack(APP, kind, environment)
        stack = Stack(name=name, kind=kind, template=template, tags={APP_TAG: APP})
        await self.stacks.execute(await self.stacks.propose(stack, {}))
        self.stacks.finish(name)

    def building(self) -> Building:
        describing = Describing(load=self.load, detect=detect, read_contract=self.contract, connect=self.connect)
        return Building(describing=describing, build=self.build, clock=LoopClock(), version="0.1.0")

    async def run_try(self, checkout: Path, revision: Revision = REVISION) -> None:
        """The stage of a pull request."""
        telling = Telling(self.said.append, LoopClock())
        attempting = Attempting(load=manifest.load, detect=detect, build=self.build)
        await attempting.run(contextlib.nullcontext(checkout), revision, telling)

    async def run_build(self, checkout: Path, revision: Revision = REVISION) -> Handover:
        telling = Telling(self.said.append, LoopClock())
        return await self.building().run(contextlib.nullcontext(checkout), revision, telling)

    def load(self, text: str, *, file: str = "fairway.toml", defaults: Defaults = NOTHING) -> App:
        return replace(manifest.load(text, file=file, defaults=defaults), aws=self.aws)

    def connect(self, region: str) -> Cloud:
        self.regions.append(region)
        return Cloud(stacks=self.stacks, secrets=self.secrets, open_registry=self.open_registry)

    @contextlib.asynccontextmanager
    async def open_registry(self, host: str) -> AsyncIterator[Registry]:
        assert host == HOST
        yield self.registry

    async def contract(self, checkout: Path, app: App) -> Contract:
        uses = [
            Use(name=name, file="src/app.ts", line=3, how=f"process.env.{name}", need=Need.REQUIRED, rule="used")
            for name in self.wanted
        ]
        return conclude(uses)

    async def build(
        self,
        app: App,
        checkout: Path,
        commit: str,
        *,
        log: LogSink,
        caches: str = "",
        secrets: Mapping[str, str] | None = None,
    ) -> BuildResult:
        return await run.build(
            app,
            checkout,
            commit,
            builder=self.builder,
            bases=MemoryBases(),
            recipe=generated.write,
            log=log,
            caches=caches,
            secrets=secrets,
        )


async def detect(checkout: Path, build: Build) -> Defaults:
    return Defaults()


def lay_out(folder: Path, *, toml: str = TOML, dockerfile: str = DOCKERFILE) -> Path:
    """A checkout."""
    (folder / "fairway.toml").write_text(toml)
    (folder / "Dockerfile").write_text(dockerfile)
    return folder
