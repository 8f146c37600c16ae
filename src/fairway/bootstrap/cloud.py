"""What runs a pipeline's stages inside CodeBuild, put together from AWS's adapters and the rooms: no server is needed.

The credentials are those of the role that CodeBuild gives, found by AWS's SDK itself.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from fairway.adapters.aws.account import AwsAccount
from fairway.adapters.aws.ecr import EcrLogin
from fairway.adapters.aws.pipeline import AwsPipeline
from fairway.adapters.aws.rollouts import EcsRollouts
from fairway.adapters.aws.secrets import AwsSecrets
from fairway.adapters.aws.session import Session
from fairway.adapters.aws.stacks import AwsStacks
from fairway.adapters.buildkit.bases import DockerBases
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.adapters.git import command as git
from fairway.adapters.git import worktree
from fairway.adapters.git.worktree import Tree
from fairway.adapters.oci.registry import DistributionRegistry
from fairway.adapters.system.clock import SystemClock
from fairway.build import contracts, generated, run
from fairway.build.detect import detect, tree
from fairway.build.run import BuildResult
from fairway.domain.app import App, Build, Defaults
from fairway.domain.aws.handover import Handover
from fairway.domain.contract import Contract
from fairway.domain.execution import Revision
from fairway.manifest.load import load
from fairway.pipeline.cloud import deploying, insisting
from fairway.pipeline.cloud.attempting import Attempting
from fairway.pipeline.cloud.building import Building
from fairway.pipeline.cloud.deploying import Deploying
from fairway.pipeline.cloud.describing import Cloud, Describing
from fairway.pipeline.cloud.guarding import Opened, Wanted
from fairway.pipeline.cloud.telling import Say, Telling
from fairway.ports.builder import LogSink
from fairway.ports.registry import Registry
from fairway.provision.parts import Parts
from fairway.settings import Settings

OWNER = "fairway-stage"
"""Names the throwaway containers of its builds: in CodeBuild no other build has the same engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A commit, and where it is: in the repository `git`, or as the files of `directory` where there is none."""

    revision: Revision
    directory: Path
    git: Path | None = None


def telling(say: Say) -> Telling:
    """What a stage tells through, a line at a time."""
    return Telling(say, SystemClock())


async def build(source: Source, settings: Settings, telling: Telling) -> Handover:
    """The stage `build` of a commit. Raises what it has told."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        builder = await stack.enter_async_context(DockerBuilder(settings.docker_host, owner=OWNER, alone=True))
        bases = DockerBases(builder)

        def connect(region: str) -> Cloud:
            session = Session(region)
            stack.push_async_callback(session.close)
            login = EcrLogin(session, clock)

            @asynccontextmanager
            async def open_registry(host: str) -> AsyncIterator[Registry]:
                async with DistributionRegistry(host, login, settings.docker_host) as registry:
                    yield registry

            return Cloud(stacks=AwsStacks(session, clock), secrets=AwsSecrets(session), open_registry=open_registry)

        async def build_commit(
            app: App, checkout: Path, commit: str, *, log: LogSink, secrets: Mapping[str, str]
        ) -> BuildResult:
            return await run.build(
                app, checkout, commit, builder=builder, bases=bases, recipe=generated.write, log=log, secrets=secrets
            )

        describing = Describing(load=load, detect=look, read_contract=read_contract, connect=connect)
        building = Building(describing=describing, build=build_commit, clock=clock, version=version())
        return await building.run(lay_out(source), source.revision, telling)


async def attempt(source: Source, settings: Settings, telling: Telling) -> None:
    """The stage `try` of a pull request's head. Raises what it has told."""
    async with DockerBuilder(settings.docker_host, owner=OWNER, alone=True) as builder:
        bases = DockerBases(builder)

        async def build_commit(app: App, checkout: Path, commit: str, *, log: LogSink, caches: str = "") -> BuildResult:
            return await run.build(
                app, checkout, commit, builder=builder, bases=bases, recipe=generated.write, log=log, caches=caches
            )

        attempting = Attempting(load=load, detect=look, build=build_commit)
        await attempting.run(lay_out(source), source.revision, telling)


async def deploy(
    handover: Handover,
    environment: str,
    role: str | None,
    settings: Settings,
    telling: Telling,
    environ: Mapping[str, str],
) -> None:
    """The stage of an environment. `role` is the ARN of CloudFormation's; `environ` says what somebody insists on.
    Raises what it has told."""
    async with AsyncExitStack() as stack:

        def connect(region: str) -> deploying.Cloud:
            session = Session(region)
            stack.push_async_callback(session.close)
            parts = Parts(
                stacks=AwsStacks(session, telling.clock),
                account=AwsAccount(session),
                secrets=AwsSecrets(session),
                pipeline=AwsPipeline(session),
                clock=telling.clock,
                tell=lambda told: None,
            )

            def guard(wanted: Wanted) -> AbstractAsyncContextManager[Opened]:
                # Its databases' drivers are not loaded for an environment without migrations.
                from fairway.bootstrap import cloud_guard

                return cloud_guard.open_guard(session, settings.docker_host, wanted, telling.clock)

            return deploying.Cloud(parts=parts, rollouts=EcsRollouts(session), guard=guard)

        deployment = Deploying(
            load=load, connect=connect, version=version(), role=role, insisted=insisting.read(environ)
        )
        await deployment.run(handover, environment, telling)


def version() -> str:
    """Fairway's own."""
    return metadata.version("fairway")


@asynccontextmanager
async def lay_out(source: Source) -> AsyncIterator[Path]:
    """The commit's files and nothing else, as a server lays them out: what lies beside them in CodeBuild's directory,
    the whole history for one, would else come into images that copy everything. Raises WorkFailed, also for an archive
    that lacks a part of the commit."""
    if source.git is None:
        await worktree.require_whole(source.directory)
        yield source.directory
        return
    with tempfile.TemporaryDirectory(prefix="fairway-commit-") as name:
        folder = Path(name)
        tree = Tree(
            repository=source.git, commit=source.revision.commit, into=folder / "tree", kept=folder / "kept" / "index"
        )
        await worktree.fill(tree, git.environment(folder))
        yield tree.into


async def look(checkout: Path, build: Build) -> Defaults:
    """What the checkout shows of the keys that fairway.toml leaves out."""
    directory = None if build.directory == "." else build.directory
    found = await asyncio.to_thread(detect.detect, tree.Directory(checkout), directory=directory)
    return found.defaults


async def read_contract(checkout: Path, app: App) -> Contract:
    """The variables that the code needs."""
    return await asyncio.to_thread(contracts.read, checkout, app)
