"""What a commit is, held against what is there on AWS: the first part of the stage `build`.

The newest version of each environment's variables is what the release is fixed to, and what its code is held against.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from fairway.cloudformation import wires
from fairway.domain import secrecy
from fairway.domain.app import App, Defaults
from fairway.domain.aws import names
from fairway.domain.aws.seen import Version
from fairway.domain.aws.stack import Kind
from fairway.domain.contract import Contract
from fairway.domain.execution import Revision
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import Conflict, UsageError
from fairway.pipeline.cloud import comparing, refusing
from fairway.pipeline.cloud.telling import Telling, Told
from fairway.pipeline.stages import source
from fairway.pipeline.stages.described import Load
from fairway.pipeline.stages.fulfil import ReadContract
from fairway.pipeline.stages.source import Detect
from fairway.ports.account import CloudSecrets
from fairway.ports.registry import Registry
from fairway.ports.stacks import Stacks

OpenRegistry = Callable[[str], AbstractAsyncContextManager[Registry]]
"""The registry of a host with what comes before an app's name: `1234.dkr.ecr.eu-central-1.amazonaws.com/fairway`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """What a build needs of AWS in one region."""

    stacks: Stacks
    secrets: CloudSecrets
    open_registry: OpenRegistry


Connect = Callable[[str], Cloud]
"""Takes a region. Nothing is asked of AWS yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What is found out. `registry` is the registry's host with what stands before the app's name."""

    app: App
    text: str
    defaults: Defaults
    contract: Contract
    versions: Mapping[EnvironmentName, Version]
    registry: str
    cloud: Cloud


@dataclass(frozen=True, slots=True, kw_only=True)
class Describing:
    """What it works with."""

    load: Load
    detect: Detect
    read_contract: ReadContract
    connect: Connect

    async def run(self, checkout: Path, revision: Revision, telling: Telling, told: Told) -> Described:
        """Raises UsageError for a fairway.toml that can't be run on AWS, Conflict where `fairway aws up` has not been,
        StageFailed for variables that are missing, and what AWS refuses."""
        told.log(f"{revision.commit[:7]} {revision.subject}".rstrip())
        text = read_manifest(checkout)
        region = refusing.require_aws(self.load(text, file=source.MANIFEST)).region
        defaults = await self.detect(checkout, self.load(text, file=source.MANIFEST).build)
        app = self.load(text, file=source.MANIFEST, defaults=defaults)
        refusing.require_one_architecture(app)
        refusing.require_guardable(app)
        cloud = self.connect(region)
        registry = await find_registry(app.name, cloud.stacks)
        versions = {name: await find_version(app.name, name, cloud.secrets) for name in app.stages}
        telling.hide({secret for each in versions.values() for secret in secrecy.secrets_of(each.values)})
        contract = await self.read_contract(checkout, app)
        told.summary = await comparing.compare(app, contract, versions, told.log, undone="built")
        return Described(
            app=app,
            text=text,
            defaults=defaults,
            contract=contract,
            versions=versions,
            registry=registry,
            cloud=cloud,
        )


def read_manifest(checkout: Path) -> str:
    """The commit's fairway.toml. Raises UsageError for none, and for one that is no text."""
    try:
        return source.decode((checkout / source.MANIFEST).read_bytes())
    except FileNotFoundError as error:
        raise UsageError(
            f"the commit has no {source.MANIFEST}",
            why="a pipeline on AWS reads everything from it",
            hint="fairway init, then git add and commit it",
        ) from error
    except OSError as error:
        raise UsageError(f"{source.MANIFEST} can't be read", why=(error.strerror or "").lower()) from error


async def find_registry(app: AppName, stacks: Stacks) -> str:
    """The host of the app's repository, with what stands before the app's name. Raises Conflict where there is none."""
    stack = await stacks.find(names.stack(app, Kind.REGISTRY))
    uri = stack.outputs.get(wires.REPOSITORY_URI) if stack is not None else None
    if not uri:
        raise Conflict(f"{app} has no repository in ECR", why="its stack is not there", hint="fairway aws up")
    return uri.removesuffix(f"/{app}")


async def find_version(app: AppName, environment: EnvironmentName, secrets: CloudSecrets) -> Version:
    """The newest version of an environment's variables. Raises Conflict where there is none."""
    secret = names.secret(app, environment)
    found = await secrets.current(secret)
    if found is None:
        raise Conflict(
            f"{environment} has no variables on AWS", why=f"there is no secret {secret}", hint="fairway aws up"
        )
    return found
