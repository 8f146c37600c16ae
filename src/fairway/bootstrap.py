"""The only module that knows both rooms and adapters: it puts a server together from its settings.

Read top to bottom it is the order in which a server comes up: its store, the programs beside it (HAProxy, the
registry), the engine, the orchestrator, then the pipeline, which goes on with what a dead server left behind. It goes
down in reverse.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx

from fairway import services
from fairway.adapters.buildkit.bases import DockerBases
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.adapters.dbos.durable import DbosDurable
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.inspector import DockerInspector
from fairway.adapters.docker.logs import DockerLogs
from fairway.adapters.docker.probe import HostProbe
from fairway.adapters.docker.shell import DockerShell
from fairway.adapters.git.repositories import GitRepositories, announcing
from fairway.adapters.haproxy.balancer import HaproxyBalancer
from fairway.adapters.memory.board import Board
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.oci import config as registry_config
from fairway.adapters.oci.registry import DistributionRegistry
from fairway.adapters.process.component import Component, ComponentState
from fairway.adapters.process.supervisor import Supervisor
from fairway.adapters.store import archive
from fairway.adapters.store.store import Store, open_store
from fairway.adapters.store.telling import TellingDesiredStates
from fairway.adapters.system.clock import SystemClock
from fairway.build import generated, run
from fairway.build.detect import detect, tree
from fairway.build.run import BuildResult
from fairway.deploy.deployer import Deployer
from fairway.domain import diagnosis
from fairway.domain.app import App, Build, Defaults
from fairway.domain.ids import AppName
from fairway.domain.image import Image, LocalImage
from fairway.environment import key
from fairway.environment.variables import Variables
from fairway.errors import FairwayError
from fairway.intake.intake import Intake
from fairway.manifest.load import load
from fairway.orchestrator.controller import Controller
from fairway.pipeline.executor import Executor
from fairway.pipeline.log import StageLogs
from fairway.pipeline.stages.build import BuildStage
from fairway.pipeline.stages.deploy import DeployStage
from fairway.pipeline.stages.package import PackageStage
from fairway.pipeline.stages.source import SourceStage
from fairway.pipeline.work import StageRunner
from fairway.ports.builder import LogSink
from fairway.registry import publish
from fairway.settings import Settings

VERSION = "1"
"""The version of the stages' steps: a durable workflow is resumed only by the version that began it."""


@asynccontextmanager
async def build(settings: Settings) -> AsyncIterator[services.Services]:
    """A working server without its HTTP. Raises Unavailable when a part of the host that it needs can't be had."""
    clock, board, notices = SystemClock(), Board(), MemoryNotices()
    instance = read_instance(settings.home)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings.store_url))
        registry_process, credentials = await start_registry(settings)
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
        engine = await stack.enter_async_context(DockerEngine(settings.docker_host, instance))
        builder = await stack.enter_async_context(DockerBuilder(settings.docker_host, owner=f"fairway-{instance}"))
        registry = await stack.enter_async_context(
            DistributionRegistry(
                f"localhost:{settings.registry_port}",
                credentials,
                settings.docker_host,
                directory=settings.home / "registry",
            )
        )
        inspector, logs = DockerInspector(engine.containers), DockerLogs(engine.containers)
        variables = Variables(store.configurations, key.load(settings.home / "secret.key"), clock)
        controller = Controller(
            engine=engine,
            balancer=balancer,
            probe=HostProbe(engine.containers, clock),
            inspector=inspector,
            logs=logs,
            desired_states=store.desired,
            variables=variables.values,
            clock=clock,
            notices=notices,
            events=store.events,
            observations=board,
        )
        desired = TellingDesiredStates(store.desired, controller.wake)
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
        stage_logs = StageLogs(settings.executions)
        durable = DbosDurable(
            f"sqlite:///{settings.home / 'dbos.db'}", executor_id=instance, application_version=VERSION
        )
        executor = Executor(
            store.executions,
            durable,
            make_stages(settings, store, repositories, builder, registry, deployer),
            clock,
            notices,
            stage_logs,
        )
        intake = Intake(
            apps=store.apps,
            executions=store.executions,
            repositories=repositories,
            submit=executor.submitted,
            load=load,
            clock=clock,
        )

        async def components() -> Sequence[services.Component]:
            return [await look_at(engine), describe(balancer.state), describe(registry_process.state)]

        async with asyncio.TaskGroup() as group:
            work = [
                group.create_task(each, name=name)
                for name, each in (
                    ("haproxy", balancer.supervise()),
                    ("registry", registry_process.supervise()),
                    ("orchestrator", controller.run()),
                    ("deployments", deployer.run()),
                    ("events", archive.keep(notices.follow(), store.events, clock)),
                )
            ]
            await executor.open()
            try:
                yield services.Services(
                    settings=settings,
                    clock=clock,
                    apps=store.apps,
                    executions=store.executions,
                    releases=store.releases,
                    deployments=store.deployments,
                    desired=desired,
                    events=store.events,
                    tokens=store.tokens,
                    repositories=repositories,
                    intake=intake,
                    pipeline=executor,
                    deployer=deployer,
                    variables=variables,
                    observations=board,
                    notices=notices,
                    logs=logs,
                    shell=DockerShell(engine.containers),
                    inspector=inspector,
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
) -> Mapping[str, StageRunner]:
    """What each stage of an execution does, with all that it needs."""
    bases = DockerBases(builder)

    async def build_commit(app: App, checkout: Path, commit: str, *, log: LogSink) -> BuildResult:
        return await run.build(app, checkout, commit, builder=builder, bases=bases, recipe=generated.write, log=log)

    async def push(app: AppName, image: LocalImage, commit: str, *, log: LogSink) -> Image:
        return await publish.publish(app, commit, image, registry)

    async def look(checkout: Path, build: Build) -> Defaults:
        directory = None if build.directory == "." else build.directory
        found = await asyncio.to_thread(detect.detect, tree.Directory(checkout), directory=directory)
        return found.defaults

    return {
        "source": SourceStage(repositories, store.apps, load, look, settings.checkouts),
        "build": BuildStage(build_commit, load, repositories, settings.checkouts),
        "package": PackageStage(push),
        "deploy": DeployStage(deployer, load),
    }


async def start_registry(settings: Settings) -> tuple[Supervisor, registry_config.Credentials]:
    """Have the embedded registry running, and what it takes to push to it. Raises Unavailable that says why not."""
    directory = settings.home / "registry"
    command, credentials = registry_config.configure(directory, settings.registry_port)
    url = f"http://127.0.0.1:{settings.registry_port}/v2/"
    supervisor = Supervisor(
        Component(
            name="registry",
            command=command,
            pid_file=settings.run / "registry.pid",
            log=settings.logs / "registry.log",
            ready=lambda: answers(url),
            listens=(("127.0.0.1", settings.registry_port),),
            port_hint="FAIRWAY_REGISTRY_PORT chooses another port",
        )
    )
    await supervisor.ensure()
    return supervisor, credentials


async def answers(url: str) -> bool:
    """Whether anything speaks HTTP there, whatever it says."""
    async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
        try:
            await client.get(url)
        except httpx.HTTPError:
            return False
    return True


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


def read_instance(home: Path) -> str:
    """What tells this home's containers from those of any other: 8 digits, made once."""
    file = home / "instance"
    with contextlib.suppress(FileNotFoundError):
        return file.read_text(encoding="ascii").strip()
    new = file.with_name(f".instance.{secrets.token_hex(4)}")
    new.write_text(f"{secrets.token_hex(4)}\n", encoding="ascii")
    with contextlib.suppress(FileExistsError):
        file.hardlink_to(new)
    new.unlink()
    return file.read_text(encoding="ascii").strip()
