"""The only module that knows both rooms and adapters: it puts a server together from its settings.

Read top to bottom it is the order in which a server comes up: its store, the programs beside it (HAProxy, the
registry), the engine, the orchestrator, then the pipeline, which goes on with what a dead server left behind. It goes
down in reverse.
"""

import asyncio
import contextlib
import hashlib
import hmac
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NoReturn

from fairway import services
from fairway.adapters.buildkit.bases import DockerBases
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.adapters.dbos.durable import DbosDurable
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.inspector import DockerInspector
from fairway.adapters.docker.jobs import DockerJobs
from fairway.adapters.docker.logs import DockerLogs
from fairway.adapters.docker.probe import HostProbe
from fairway.adapters.docker.shell import DockerShell
from fairway.adapters.forge.statuses import HttpStatuses
from fairway.adapters.git.remotes import GitRemotes
from fairway.adapters.git.repositories import GitRepositories, announcing
from fairway.adapters.haproxy.balancer import HaproxyBalancer
from fairway.adapters.memory.board import Board
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.oci import embedded as embedded_registry
from fairway.adapters.oci import login as registry_login
from fairway.adapters.oci.embedded import Embedded
from fairway.adapters.oci.login import DockerLogin
from fairway.adapters.oci.registry import DistributionRegistry
from fairway.adapters.process.component import ComponentState
from fairway.adapters.store import archive
from fairway.adapters.store.store import Store, open_store
from fairway.adapters.store.telling import TellingDesiredStates
from fairway.adapters.system.clock import SystemClock
from fairway.adapters.web.client import HttpxWeb
from fairway.build import generated, run
from fairway.build.detect import detect, tree
from fairway.build.run import BuildResult
from fairway.deploy.deployer import Deployer
from fairway.domain import diagnosis
from fairway.domain.app import App, Build, Defaults
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.image import Image, LocalImage
from fairway.domain.lease import Member
from fairway.domain.retention import DAY, Policy
from fairway.environment import key
from fairway.environment.handed import Handed
from fairway.environment.variables import Variables
from fairway.errors import FairwayError
from fairway.intake.follower import Follower
from fairway.intake.intake import Intake
from fairway.intake.reporting import Reporter
from fairway.intake.sourcing import Sourcing
from fairway.manifest.load import load
from fairway.orchestrator.controller import Controller
from fairway.pipeline.artifacts import Artifacts
from fairway.pipeline.checkouts import Checkouts
from fairway.pipeline.executor import Executor
from fairway.pipeline.log import StageLogs
from fairway.pipeline.stages import package
from fairway.pipeline.stages.build import BuildStage
from fairway.pipeline.stages.command import CommandRunner, keep_clear
from fairway.pipeline.stages.deploy import DeployStage
from fairway.pipeline.stages.package import PackageStage
from fairway.pipeline.stages.request import RequestRunner
from fairway.pipeline.stages.source import SourceStage
from fairway.pipeline.work import StageRunner
from fairway.ports.builder import LogSink
from fairway.ports.leases import Alone
from fairway.ports.registry import Login
from fairway.registry import publish
from fairway.registry.housekeeping import Housekeeper
from fairway.registry.needs import Records
from fairway.settings import Settings
from fairway.sharing.keeper import Keeper

VERSION = "1"
"""The version of the stages' steps: a durable workflow is resumed only by the version that began it."""


@asynccontextmanager
async def build(settings: Settings) -> AsyncIterator[services.Services]:
    """A working server without its HTTP. Raises Unavailable when a part of the host that it needs can't be had."""
    clock, board, notices = SystemClock(), Board(), MemoryNotices()
    instance = read_instance(settings.home)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings.store_url))
        sealing = key.load(settings.home / "secret.key")
        keeper = None
        if settings.shared:
            member = describe_member(settings, instance, sealing)
            keeper = Keeper(store.leases, member, clock, lost=begin_anew)
            await keeper.check()
        sharing = keeper or Alone()
        held = store.held(sharing.holds)
        embedded = await start_registry(settings)
        login = registry_login.joined({embedded.host: embedded.credentials} if embedded else {}, DockerLogin())
        balancer = await stack.enter_async_context(
            HaproxyBalancer(
                settings.home / "haproxy",
                settings.apps_address,
                settings.apps_port,
                log=settings.logs / "haproxy.log",
                pid_file=settings.run / "haproxy.pid",
                trusted=[each.strip() for each in settings.trusted_proxies.split(",") if each.strip()],
            )
        )
        engine = await stack.enter_async_context(DockerEngine(settings.docker_host, instance, login=login))
        builder = await stack.enter_async_context(DockerBuilder(settings.docker_host, owner=f"fairway-{instance}"))
        own, registry = await open_registries(stack, settings, embedded, login)
        inspector, logs = DockerInspector(engine.containers), DockerLogs(engine.containers)
        variables = Variables(store.configurations, sealing, clock)
        jobs = DockerJobs(engine)

        async def latest_variables(app: AppName, environment: EnvironmentName) -> Mapping[str, str]:
            version, _ = await variables.names(app, environment)
            return await variables.values(app, environment, version)

        controller = Controller(
            engine=engine,
            balancer=balancer,
            probe=HostProbe(engine.containers, clock),
            inspector=inspector,
            logs=logs,
            desired_states=held.desired,
            variables=variables.values,
            clock=clock,
            notices=notices,
            events=store.events,
            observations=board,
            holding=sharing,
        )
        desired = TellingDesiredStates(held.desired, controller.wake)
        deployer = Deployer(
            store.releases,
            store.deployments,
            desired,
            store.configurations,
            board,
            diagnosis.diagnose,
            clock,
            notices,
        )
        repositories = GitRepositories(settings.repositories, announcing(settings.run))
        stage_logs, artifacts = StageLogs(settings.executions), Artifacts(settings.executions)
        durable = DbosDurable(
            f"sqlite:///{settings.home / 'dbos.db'}", executor_id=instance, application_version=VERSION
        )
        executor = Executor(
            held.executions,
            store.transitions,
            durable,
            {
                **make_stages(settings, store, repositories, builder, registry, deployer, instance),
                "command": CommandRunner(jobs, latest_variables, Handed(sealing), artifacts),
                "request": RequestRunner(HttpxWeb(), latest_variables, Handed(sealing)),
            },
            clock,
            notices,
            stage_logs,
            deployer.find_ways_back,
            sharing,
        )
        housekeeper = Housekeeper(
            apps=store.apps,
            records=Records(
                releases=store.releases,
                deployments=store.deployments,
                desired=store.desired,
                executions=store.executions,
                find_pushed=package.find,
            ),
            registry=own,
            builder=builder,
            events=store.events,
            clock=clock,
            policy=Policy(keep=settings.keep_releases, age=settings.keep_days * DAY),
        )
        intake = Intake(
            apps=held.apps,
            executions=store.executions,
            repositories=repositories,
            submit=executor.submitted,
            load=load,
            clock=clock,
            schedules=held.schedules,
        )
        remotes = GitRemotes(repositories, settings.run / "remotes")
        await remotes.clear()
        sourcing = Sourcing(
            apps=store.apps,
            sources=store.sources,
            executions=store.executions,
            repositories=repositories,
            remotes=remotes,
            intake=intake,
            events=store.events,
            key=sealing,
            clock=clock,
        )
        follower = Follower(sourcing, held.sources, clock)
        reporter = Reporter(
            sources=held.sources,
            executions=store.executions,
            statuses=HttpStatuses(),
            events=store.events,
            notices=notices,
            key=sealing,
            clock=clock,
            url=settings.outside,
        )

        async def take_over(apps: frozenset[AppName]) -> None:
            await executor.take_over(apps)
            await deployer.take_over(apps)
            await intake.resync()
            follower.wake()

        async def components() -> Sequence[services.Component]:
            supervised = [balancer.state, *([embedded.process.state] if embedded else [])]
            return [await look_at(engine), *map(describe, supervised)]

        if keeper:
            # As late as can be: from here on it is renewed.
            await keeper.join()
        async with asyncio.TaskGroup() as group:
            work = [
                group.create_task(each, name=name)
                for name, each in (
                    ("haproxy", balancer.supervise()),
                    *([("registry", embedded.process.supervise())] if embedded else []),
                    ("orchestrator", controller.run()),
                    ("deployments", deployer.run()),
                    ("approvals", executor.run()),
                    ("sources", follower.run()),
                    ("statuses", reporter.run()),
                    ("housekeeping", housekeeper.run()),
                    ("events", archive.keep(notices.follow(), store.events, clock)),
                    *([("lease", keeper.run(take_over))] if keeper else []),
                )
            ]
            await executor.open()
            # Beside the rest: a Docker that does not answer must not keep the server from starting.
            work.append(group.create_task(keep_clear(jobs, held.executions, clock), name="left jobs"))
            work.append(group.create_task(intake.run(), name="schedules"))
            try:
                yield services.Services(
                    settings=settings,
                    clock=clock,
                    apps=store.apps,
                    executions=store.executions,
                    transitions=store.transitions,
                    schedules=store.schedules,
                    releases=store.releases,
                    deployments=store.deployments,
                    desired=desired,
                    events=store.events,
                    tokens=store.tokens,
                    repositories=repositories,
                    intake=intake,
                    sourcing=sourcing,
                    follower=follower,
                    reporter=reporter,
                    pipeline=executor,
                    deployer=deployer,
                    variables=variables,
                    observations=board,
                    notices=notices,
                    logs=logs,
                    shell=DockerShell(engine.containers),
                    inspector=inspector,
                    artifacts=artifacts,
                    instance=instance,
                    sharing=sharing,
                    components=components,
                )
            finally:
                await executor.close()
                for task in work:
                    task.cancel()


def make_stages(
    settings: Settings,
    store: Store,
    repositories: GitRepositories,
    builder: DockerBuilder,
    registry: DistributionRegistry,
    deployer: Deployer,
    instance: str,
) -> Mapping[str, StageRunner]:
    """What each stage of an execution does, with all that it needs."""
    bases = DockerBases(builder)
    checkouts = Checkouts(repositories, settings.checkouts)

    async def build_commit(app: App, checkout: Path, commit: str, *, log: LogSink) -> BuildResult:
        return await run.build(app, checkout, commit, builder=builder, bases=bases, recipe=generated.write, log=log)

    async def push(app: AppName, image: LocalImage, commit: str, *, log: LogSink) -> Image:
        return await publish.publish(app, commit, image, registry)

    async def look(checkout: Path, build: Build) -> Defaults:
        directory = None if build.directory == "." else build.directory
        found = await asyncio.to_thread(detect.detect, tree.Directory(checkout), directory=directory)
        return found.defaults

    building = BuildStage(build_commit, load, checkouts, instance)
    return {
        "source": SourceStage(repositories, store.apps, load, look, checkouts),
        "build": building,
        "package": PackageStage(push, building),
        "deploy": DeployStage(deployer, load),
    }


async def start_registry(settings: Settings) -> Embedded | None:
    """Have the embedded registry running if it is needed. Raises Unavailable that says why it does not run."""
    if not embedded_registry.needed(settings.home, settings.registry):
        return None
    return await embedded_registry.start(settings.home, settings.registry_port)


async def open_registries(
    stack: AsyncExitStack, settings: Settings, embedded: Embedded | None, login: Login
) -> tuple[DistributionRegistry | None, DistributionRegistry]:
    """The embedded registry if it runs, and the one that images are pushed to, which is the same or another."""
    own = None
    if embedded is not None:
        opened = DistributionRegistry(embedded.host, login, settings.docker_host, directory=embedded.directory)
        own = await stack.enter_async_context(opened)
    if own is not None and not settings.registry:
        return own, own
    return own, await stack.enter_async_context(DistributionRegistry(settings.registry, login, settings.docker_host))


async def look_at(engine: DockerEngine) -> services.Component:
    """How Docker does, by asking it."""
    try:
        tasks = await engine.observe()
    except FairwayError as error:
        return services.Component(name="docker", state="down", detail=f"{error.what}: {error.why}")
    return services.Component(name="docker", state="ok", detail=f"{len(tasks)} containers")


def describe(state: ComponentState) -> services.Component:
    """How a supervised program does."""
    return services.Component(
        name=state.name, state="ok" if state.state == "running" else "down", detail=state.detail or state.state
    )


def describe_member(settings: Settings, instance: str, secret: bytes) -> Member:
    """The server as those see it that share its work, and what they must have in common with it."""
    host = socket.gethostname()
    address = host if settings.address in ("0.0.0.0", "::") else settings.address  # noqa: S104 - compared with
    return Member(
        server=instance,
        name=host,
        url=settings.outside if settings.public_url or address == "127.0.0.1" else f"http://{address}:{settings.port}",
        seconds=float(settings.lease),
        terms={
            "key": hmac.new(secret, b"fairway: which key is it", hashlib.sha256).hexdigest()[:16],
            "registry": settings.registry,
            "repositories": read_instance(settings.repositories),
        },
    )


def begin_anew() -> NoReturn:
    """Replace this process by a fresh server: its lease is lost, so nothing that it knows or has begun counts any more.
    HAProxy, the registry and the tasks are processes of their own and go on."""
    os.write(2, b"another server has taken this one's apps over: it begins anew\n")
    os.execv(sys.executable, [sys.executable, "-m", "fairway.server"])  # noqa: S606 - its own program, no shell


def read_instance(home: Path) -> str:
    """What tells this home's containers (or this folder) from those of any other: 8 digits, made once."""
    file = home / "instance"
    with contextlib.suppress(FileNotFoundError):
        return file.read_text(encoding="ascii").strip()
    new = file.with_name(f".instance.{secrets.token_hex(4)}")
    new.write_text(f"{secrets.token_hex(4)}\n", encoding="ascii")
    with contextlib.suppress(FileExistsError):
        file.hardlink_to(new)
    new.unlink()
    return file.read_text(encoding="ascii").strip()
