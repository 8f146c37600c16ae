"""What each stage of an execution does, with the adapters that it needs."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from fairway.adapters.buildkit.bases import DockerBases
from fairway.bootstrap.ground import Ground
from fairway.bootstrap.hosting import Hosting
from fairway.bootstrap.operating import Operating
from fairway.bootstrap.rolling import NoDatabases
from fairway.build import contracts, generated, run, secrets
from fairway.build.detect import detect, tree
from fairway.build.run import BuildResult
from fairway.domain.app import App, Build, Defaults
from fairway.domain.contract import Contract
from fairway.domain.detection import Detection
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.image import Image, LocalImage
from fairway.environment.examine import Examiner
from fairway.manifest.load import load
from fairway.migrate.door import Door
from fairway.pipeline.checkouts import Checkouts
from fairway.pipeline.stages.build import BuildStage
from fairway.pipeline.stages.deploy import DeployStage
from fairway.pipeline.stages.fulfil import Fulfilment
from fairway.pipeline.stages.package import PackageStage
from fairway.pipeline.stages.source import SourceStage
from fairway.pipeline.work import StageRunner
from fairway.ports.builder import LogSink
from fairway.registry import publish


def make_stages(
    ground: Ground, operating: Operating, hosting: Hosting, guard: Door, examiner: Examiner
) -> Mapping[str, StageRunner]:
    """What each stage of an execution does, with all that it needs."""
    builder, repositories, apps = ground.builder, ground.repositories, ground.store.apps
    bases = DockerBases(builder)
    checkouts = Checkouts(repositories, ground.settings.checkouts)

    async def build_variables(app: AppName, environment: EnvironmentName) -> Mapping[str, str]:
        version, _ = await ground.variables.names(app, environment)
        return await ground.variables.values(app, environment, version, secrets.SERVICE)

    async def build_commit(app: App, checkout: Path, commit: str, *, log: LogSink, caches: str = "") -> BuildResult:
        found: Mapping[str, str] = {}
        if caches:
            secrets.withhold(app, log)
        else:
            found = await secrets.find(app, build_variables)
        return await run.build(
            app,
            checkout,
            commit,
            builder=builder,
            bases=bases,
            recipe=generated.write,
            log=log,
            caches=caches,
            secrets=found,
        )

    async def push(app: AppName, image: LocalImage, commit: str, *, log: LogSink) -> Image:
        return await publish.publish(app, commit, image, ground.registry)

    async def look(checkout: Path, build: Build) -> Defaults:
        directory = None if build.directory == "." else build.directory
        found = await asyncio.to_thread(detect.detect, tree.Directory(checkout), directory=directory)
        detected[checkout] = found
        return found.defaults

    async def read_contract(checkout: Path, app: App) -> Contract:
        return await asyncio.to_thread(contracts.read, checkout, app, detected.pop(checkout, None))

    # From `look` to `read_contract`, which follows it while the checkout is lent.
    detected: dict[Path, Detection] = {}
    prepare = hosting.preparing.prepare if ground.rolling is None else NoDatabases().prepare
    fulfilment = Fulfilment(read=read_contract, examine=examiner.examine)
    building = BuildStage(build_commit, load, checkouts, ground.instance)
    return {
        "source": SourceStage(repositories, apps, load, look, checkouts, operating.admitting.require_host, fulfilment),
        "build": building,
        "package": PackageStage(push, building),
        "deploy": DeployStage(operating.deployer, load, prepare, guard),
    }
