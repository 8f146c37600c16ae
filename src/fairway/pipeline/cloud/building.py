"""The stage `build` inside CodeBuild: a commit that is laid out becomes an image in ECR, and a handover.

The three parts are those of a server's first three stages. A commit whose image is in ECR already is not built again:
its tag can't be moved, and a second image of it would be thrown away.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fairway.build import secrets as buildsecrets
from fairway.domain.app import App
from fairway.domain.aws.handover import Handover
from fairway.domain.aws.seen import Version
from fairway.domain.aws.wanted import Architecture
from fairway.domain.execution import Revision
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.image import Image, LocalImage
from fairway.errors import UsageError
from fairway.pipeline.cloud import refusing, setting
from fairway.pipeline.cloud.describing import Described, Describing
from fairway.pipeline.cloud.telling import Telling, Told
from fairway.pipeline.stages.build import Built
from fairway.pipeline.stages.package import SHOWN
from fairway.ports.builder import LogSink
from fairway.ports.clock import Clock
from fairway.ports.registry import Registry
from fairway.registry import publish

PARTS = ("source", "build", "package")
PROCESSORS = {Architecture.X86_64: "amd64", Architecture.ARM64: "arm64"}
"""What images call the processors that ECS's task definitions name."""


class BuildCommit(Protocol):
    """`build.run.build` with its builder, its bases and its recipe given."""

    async def __call__(
        self, app: App, checkout: Path, commit: str, *, log: LogSink, secrets: Mapping[str, str]
    ) -> Built:
        """Build it. Raises UsageError or WorkFailed, saying what failed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """What the stage works with; `version` is Fairway's own."""

    describing: Describing
    build: BuildCommit
    clock: Clock
    version: str

    async def run(self, tree: AbstractAsyncContextManager[Path], revision: Revision, telling: Telling) -> Handover:
        """The handover of the commit whose files `tree` lays out for as long as they are needed. Raises, and has told,
        what failed: UsageError for a fairway.toml that can't be run on AWS, Conflict where `fairway aws up` has not
        been, StageFailed for variables that are missing, and what laying out, the build and the registry raise."""
        telling.names = PARTS
        async with AsyncExitStack() as lent:
            with telling.stage(PARTS[0]) as told:
                checkout = await lent.enter_async_context(tree)
                described = await self.describing.run(checkout, revision, telling, told)
            return await self._make(described, checkout, revision, telling)

    async def _make(self, described: Described, checkout: Path, revision: Revision, telling: Telling) -> Handover:
        app, commit = described.app, revision.commit
        async with described.cloud.open_registry(described.registry) as registry:
            with telling.stage(PARTS[1]) as told:
                found = await publish.find(app.name, commit, registry)
                local = await self._build(described, checkout, commit, told) if found is None else None
                if found is not None:
                    told.summary = "the commit's image is in ECR already: nothing was built"
            with telling.stage(PARTS[2]) as told:
                image = found or await push(app, commit, local, registry)
                told.log(image.reference)
                told.summary = f"{image.digest[:SHOWN]}…"
        return Handover(
            app=app.name,
            commit=commit,
            subject=revision.subject,
            image=image,
            text=described.text,
            defaults=described.defaults,
            contract=described.contract,
            configurations={name: each.id for name, each in described.versions.items()},
            built_at=self.clock.now(),
            fairway=self.version,
        )

    async def _build(self, described: Described, checkout: Path, commit: str, told: Told) -> LocalImage:
        given = await find_secrets(described.app, described.versions)
        built = await self.build(described.app, checkout, commit, log=told.log, secrets=given)
        require_processor(described.app, built.image)
        told.summary = str(built)
        return built.image


async def push(app: App, commit: str, local: LocalImage | None, registry: Registry) -> Image:
    """The image under the commit's tag. Raises what the registry raises."""
    assert local is not None, "what is not in the registry was built"
    return await publish.publish_once(app.name, commit, local, registry)


async def find_secrets(app: App, versions: Mapping[EnvironmentName, Version]) -> Mapping[str, str]:
    """What the build is given. Raises UsageError, which names all that no environment has."""

    async def latest(name: AppName, environment: EnvironmentName) -> Mapping[str, str]:
        return versions[environment].values

    try:
        return await buildsecrets.find(app, latest)
    except UsageError as error:
        missing = [name for name in app.build.secrets if all(name not in each.values for each in versions.values())]
        raise UsageError(error.what, why=error.why, hint=setting.put(app, app.stages[0], missing)) from error


def require_processor(app: App, image: LocalImage) -> None:
    """Raise UsageError for an image that no environment can run: before it is pushed, since its tag could not be given
    to another one."""
    wanted = refusing.require_one_architecture(app)
    if image.architecture in ("", PROCESSORS[wanted]):
        return
    raise UsageError(
        f"the image is made for {image.architecture}, and {app.name} runs on {wanted}",
        why="ECS would start no task of it",
        hint=f'take --platform out of the Dockerfile, or say architecture = "{other(wanted)}" in fairway.toml',
    )


def other(architecture: Architecture) -> Architecture:
    """The one that it is not."""
    return Architecture.ARM64 if architecture is Architecture.X86_64 else Architecture.X86_64
