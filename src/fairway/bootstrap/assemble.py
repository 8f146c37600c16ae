"""A server put together from its settings.

Read top to bottom it is the order in which a server comes up: its store, the programs beside it (HAProxy, the
registry), the engine, the orchestrator, then the pipeline, which goes on with what a dead server left behind. It goes
down in reverse.
"""

import asyncio
import functools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from fairway import services
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.adapters.dbos.durable import DbosDurable
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.inspector import DockerInspector
from fairway.adapters.docker.jobs import DockerJobs
from fairway.adapters.docker.logs import DockerLogs
from fairway.adapters.docker.meter import DockerMeter
from fairway.adapters.docker.names import RUN
from fairway.adapters.docker.printing import DockerPrinting
from fairway.adapters.docker.probe import HostProbe
from fairway.adapters.docker.shell import DockerShell
from fairway.adapters.docker.size import DockerHostSize
from fairway.adapters.files.logstore import FileLogStore
from fairway.adapters.forge.statuses import HttpStatuses
from fairway.adapters.git.remotes import GitRemotes
from fairway.adapters.git.repositories import GitRepositories, announcing
from fairway.adapters.haproxy.balancer import HaproxyBalancer
from fairway.adapters.haproxy.meter import HaproxyMeter
from fairway.adapters.memory.board import Board
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.oci import login as registry_login
from fairway.adapters.oci.login import DockerLogin
from fairway.adapters.samples.files import SampleFiles
from fairway.adapters.samples.hour import Hour
from fairway.adapters.store import archive
from fairway.adapters.store.store import open_store
from fairway.adapters.store.telling import TellingActivities, TellingDesiredStates
from fairway.adapters.system.clock import SystemClock
from fairway.adapters.web.client import HttpxWeb
from fairway.autoscale import scaler as scaling
from fairway.autoscale.scaler import Scaler
from fairway.bootstrap import components, identity, keys, registries, stages, tasklogs
from fairway.build import secrets as build_secrets
from fairway.deploy.admitting import Admitting
from fairway.deploy.deployer import Deployer
from fairway.domain import capacity, diagnosis
from fairway.domain import run as domain_run
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.retention import DAY, Policy
from fairway.environment.examine import Examiner
from fairway.environment.handed import Handed
from fairway.environment.masking import Masking
from fairway.environment.variables import Variables
from fairway.intake.description import Describer
from fairway.intake.follower import Follower
from fairway.intake.intake import Intake
from fairway.intake.pulling import Pulling
from fairway.intake.reporting import Reporter
from fairway.intake.sourcing import Sourcing
from fairway.jobs.current import Finder
from fairway.jobs.desk import Desk
from fairway.jobs.ledger import Ledger
from fairway.jobs.pruning import Pruner
from fairway.jobs.runner import Runner
from fairway.jobs.timekeeper import Timekeeper
from fairway.logkeeping.collector import Collector
from fairway.logkeeping.reading import Reading
from fairway.manifest.load import load
from fairway.measure.archive import Archivist
from fairway.measure.meter import Meter
from fairway.orchestrator.controller import Controller
from fairway.pipeline.artifacts import Artifacts
from fairway.pipeline.executor import Executor
from fairway.pipeline.log import StageLogs
from fairway.pipeline.stages import package
from fairway.pipeline.stages.command import CommandRunner, keep_clear
from fairway.pipeline.stages.request import RequestRunner
from fairway.ports.leases import Alone
from fairway.registry.forget import forget
from fairway.registry.housekeeping import Housekeeper
from fairway.registry.needs import Records
from fairway.settings import Settings
from fairway.sharing.keeper import Keeper

VERSION = "1"
"""The version of the stages' steps: a durable workflow is resumed only by the version that began it."""

RUN_LOG = 5 * 1024 * 1024
"""Bytes that are kept of what one attempt of a run printed."""


@asynccontextmanager
async def build(settings: Settings) -> AsyncIterator[services.Services]:
    """A working server without its HTTP. Raises Unavailable when a part of the host that it needs can't be had."""
    clock, board, notices = SystemClock(), Board(), MemoryNotices()
    instance = identity.read_instance(settings.home)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings.store_url))
        sealing = await keys.open_key(settings, store)
        masks = Masking(store.configurations, sealing)
        store = store.masked(masks)
        keeper = None
        if settings.shared:
            member = identity.describe_member(settings, instance, sealing)
            keeper = Keeper(store.leases, member, clock, lost=identity.begin_anew)
            await keeper.check()
        sharing = keeper or Alone()
        held = store.held(sharing.holds)
        embedded = await registries.start_registry(settings)
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
        own, registry = await registries.open_registries(stack, settings, embedded, login)
        inspector, logs = DockerInspector(engine.containers), DockerLogs(engine.containers)
        printing = DockerPrinting(engine.containers)
        kept = FileLogStore(settings.task_logs, tasklogs.limits(settings))
        collector = Collector(
            printing=printing, store=kept, observations=board, apps=store.apps, notices=notices, clock=clock
        )
        variables = Variables(store.configurations, sealing, clock, masks.renew)
        jobs = DockerJobs(engine)
        run_logs = StageLogs(settings.runs, RUN_LOG)

        samples, history, traffic = Hour(), SampleFiles(settings.home / "samples"), HaproxyMeter(balancer)
        stack.callback(traffic.close)
        meter = Meter(traffic, DockerMeter(engine), samples, clock)

        async def latest_variables(app: AppName, environment: EnvironmentName) -> Mapping[str, str]:
            version, _ = await variables.names(app, environment)
            return await variables.values(app, environment, version)

        examiner = Examiner(variables.latest)

        async def build_variables(app: AppName, environment: EnvironmentName) -> Mapping[str, str]:
            version, _ = await variables.names(app, environment)
            return await variables.values(app, environment, version, build_secrets.SERVICE)

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
            keeping=collector,
            masks=masks,
        )

        def wake(app: AppName, environment: EnvironmentName) -> None:
            controller.wake(app, environment)
            scaler.wake(app, environment)
            timekeeper.wake()

        desired = TellingDesiredStates(held.desired, wake)
        activities = TellingActivities(store.activities, wake)
        policy = capacity.Policy(
            system=settings.system_memory * capacity.MIB or None,
            memory_percent=settings.memory_percent,
            surge_percent=settings.surge_percent,
            cpu_factor=settings.cpu_factor,
        )

        async def reserved_by_runs() -> capacity.Amount:
            return capacity.reserved_by(await held.runs.unfinished())

        size = DockerHostSize(engine.containers.connection)
        admitting = Admitting(size, store.deployments, desired, policy, reserved_by_runs)
        scaler = Scaler(
            scaling.Parts(
                desired_states=held.desired,
                activities=activities,
                deployments=store.deployments,
                samples=samples,
                observations=board,
                clock=clock,
                notices=notices,
                holding=sharing,
                bound=admitting.most,
                turn=admitting.turn,
            )
        )
        deployer = Deployer(
            store.releases,
            store.deployments,
            desired,
            store.configurations,
            board,
            diagnosis.diagnose,
            clock,
            notices,
            activities,
            admitting,
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
                **stages.make_stages(
                    settings,
                    store,
                    repositories,
                    builder,
                    registry,
                    deployer,
                    admitting,
                    instance,
                    examiner,
                    build_variables,
                ),
                "command": CommandRunner(jobs, latest_variables, Handed(sealing), artifacts),
                "request": RequestRunner(HttpxWeb(), latest_variables, Handed(sealing)),
            },
            clock,
            notices,
            stage_logs,
            deployer.find_ways_back,
            sharing,
            masks,
        )
        ledger = Ledger(held.runs, held.timetable, clock, notices)
        finder = Finder(store.desired, store.deployments, store.releases)
        runner = Runner(
            ledger,
            DockerJobs(engine, RUN),
            variables.values,
            run_logs,
            sharing,
            server=instance,
            ended=lambda: timekeeper.wake(),
        )
        timekeeper = Timekeeper(ledger, finder, held.desired, runner.wake)
        desk = Desk(ledger, finder, runner)
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
        pulling = Pulling(
            apps=store.apps,
            sources=store.sources,
            executions=store.executions,
            repositories=repositories,
            remotes=remotes,
            describer=Describer(repositories, load),
            submit=executor.submitted,
            stop=functools.partial(executor.stop, wait=True, reason="the pull request was closed"),
            clock=clock,
        )
        sourcing = Sourcing(
            apps=store.apps,
            sources=store.sources,
            executions=store.executions,
            repositories=repositories,
            remotes=remotes,
            intake=intake,
            pulling=pulling,
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
            for app in apps:
                await masks.renew(app)
            await executor.take_over(apps)
            await deployer.take_over(apps)
            await intake.resync()
            follower.wake()
            runner.wake()
            timekeeper.wake()

        async def look_around() -> Sequence[services.Component]:
            supervised = [balancer.state, *([embedded.process.state] if embedded else [])]
            return [await components.look_at(engine), *map(components.describe, supervised)]

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
                    ("logs", collector.run()),
                    ("deployments", deployer.run()),
                    ("scaling", scaler.run()),
                    ("approvals", executor.run()),
                    ("sources", follower.run()),
                    ("statuses", reporter.run()),
                    ("runs", runner.run()),
                    ("times of jobs", timekeeper.run(notices.follow())),
                    ("old runs", Pruner(held.apps, store.runs, run_logs, clock, domain_run.Policy()).run()),
                    ("housekeeping", housekeeper.run()),
                    ("samples", meter.run()),
                    ("history", Archivist(samples, history, clock).run()),
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
                    runs=store.runs,
                    timetable=store.timetable,
                    jobs=finder,
                    run_logs=run_logs,
                    desk=desk,
                    desired=desired,
                    activities=activities,
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
                    examiner=examiner,
                    masks=masks,
                    observations=board,
                    samples=samples,
                    history=history,
                    meter=meter,
                    notices=notices,
                    tasklogs=Reading(printing=printing, store=kept),
                    shell=DockerShell(engine.containers),
                    inspector=inspector,
                    artifacts=artifacts,
                    forget_logs=collector.forget,
                    forget_images=functools.partial(forget, executions=store.executions, builder=builder),
                    instance=instance,
                    sharing=sharing,
                    components=look_around,
                )
            finally:
                await executor.close()
                for task in work:
                    task.cancel()
