"""A whole server inside the test's own loop: the real ASGI app behind the real uvicorn, real repositories, stores in
memory, and a pipeline that does what the test's script says."""

import asyncio
import contextlib
import functools
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from time import time

import httpx
from fastapi import FastAPI

from fairway.adapters.files.workspaces import FileWorkspaces
from fairway.adapters.git import repositories as git
from fairway.adapters.git.remotes import GitRemotes
from fairway.adapters.memory.board import Board
from fairway.adapters.memory.builder import MemoryBuilder
from fairway.adapters.memory.databases import MemoryDatabases, MemoryWorld
from fairway.adapters.memory.dumps import MemoryDumps
from fairway.adapters.memory.forge import MemoryStatuses
from fairway.adapters.memory.jobs import MemoryJobs
from fairway.adapters.memory.logstore import MemoryLogStore
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.memory.printing import MemoryPrinting
from fairway.adapters.memory.samples import MemoryConsumption, MemoryHistory, MemorySamples, MemoryTraffic
from fairway.adapters.memory.scratches import MemoryScratches
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.adapters.vault.vault import FileVault
from fairway.domain import progression, rollback
from fairway.domain.address import Address
from fairway.domain.app import Environment
from fairway.domain.deployment import Cause, Deployment, RolloutState
from fairway.domain.events import Event
from fairway.domain.execution import ActionStatus, Execution, ExecutionStatus, Revision, Trigger
from fairway.domain.facts import Usage
from fairway.domain.ids import AppName, EnvironmentName, ExecutionNumber, ServiceName, TaskId
from fairway.domain.moves import Move, MoveAction, MoveExecution
from fairway.domain.pipeline import DisabledTransition
from fairway.domain.progression import RetryMode
from fairway.domain.rollback import Rollback
from fairway.environment.examine import Examiner
from fairway.environment.masking import Masking
from fairway.environment.variables import Variables
from fairway.errors import Conflict, NotFound
from fairway.intake.description import Describer
from fairway.intake.follower import Follower
from fairway.intake.intake import Intake
from fairway.intake.pulling import Pulling
from fairway.intake.reporting import Reporter
from fairway.intake.sourcing import Sourcing
from fairway.jobs.current import Finder
from fairway.jobs.desk import Desk
from fairway.jobs.ledger import Ledger
from fairway.jobs.runner import Runner
from fairway.logkeeping.reading import Reading
from fairway.manifest.load import load
from fairway.measure.meter import Meter
from fairway.migrate.backups import safekeeping
from fairway.migrate.backups.safekeeping import Safekeeping
from fairway.migrate.backups.targets import Targets
from fairway.pipeline import decisions
from fairway.pipeline.artifacts import Artifacts
from fairway.pipeline.candidates import Candidates
from fairway.pipeline.log import StageLogs
from fairway.ports.leases import Alone, Sharing
from fairway.ports.stores import TokenRecord
from fairway.registry.forget import forget
from fairway.server import auth, pushes
from fairway.server.app import create
from fairway.server.running import Server
from fairway.services import Component, Services
from fairway.settings import Settings
from support.certificate_desk import ScriptedDesk
from support.databases_hosting import make_desk
from support.guard_world import World as GuardWorld
from support.ports import free_port

TOKEN = "the-owner's-token"


class Clock:
    """Real time."""

    def now(self) -> float:
        return time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class SetClock(Clock):
    """The time that a test has set, real time before."""

    at: float | None = None

    def now(self) -> float:
        return super().now() if self.at is None else self.at


@dataclass
class ScriptedPipeline:
    """Each submitted execution goes through its stages; `summaries` are said, `fails` end it, `gates` are waited for
    before the stage ends."""

    store: MemoryStore
    notices: MemoryNotices
    summaries: dict[str, str] = field(default_factory=dict)
    fails: dict[str, Cause] = field(default_factory=dict)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    begun: list[int] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    asked: list[tuple[object, ...]] = field(default_factory=list)

    async def submitted(self, app: AppName, number: ExecutionNumber) -> None:
        self.begun.append(number)
        task = asyncio.get_running_loop().create_task(self._run(app, number))
        self.tasks.add(task)

    async def stop(self, app: AppName, number: int, *, wait: bool = False, reason: str = "", by: str = "") -> None:
        execution = await self.store.executions.get(app, number)
        if execution.finished:
            raise Conflict(f"execution {number} has ended")
        await self._move(execution, MoveExecution(expected=execution.status, to=ExecutionStatus.STOPPED))

    async def retry(self, app: AppName, number: int, mode: RetryMode, *, by: str = "") -> Execution:
        self.asked.append(("retry", app, number, mode, by))
        return await self.store.executions.get(app, number)

    async def rollback(
        self,
        app: AppName,
        environment: EnvironmentName,
        release: int | None = None,
        *,
        by: str = "",
        accepted: bool = False,
        take_back: bool = False,
    ) -> Execution:
        self.asked.append(("rollback", app, environment, release, by))
        kept = await self.store.releases.get(app, release or 1)
        made = await self.store.executions.create(
            app,
            Revision(commit=kept.commit, subject=kept.subject, branch="master"),
            Trigger(kind=rollback.TRIGGER, by=by),
            rollback.define(environment),
            at=time(),
            rollback=Rollback(
                release=kept.number,
                target=ExecutionNumber(1),
                accepted=accepted,
                takes_back=7 if take_back else None,
            ),
        )
        await self.submitted(app, made.number)
        return made

    async def decide(self, app: AppName, number: int, *, approved: bool, by: str, comment: str = "") -> Execution:
        self.asked.append(("decide", app, number, approved, by, comment))
        return await self.store.executions.get(app, number)

    async def disable_transition(self, app: AppName, transition: DisabledTransition) -> None:
        await self.store.transitions.disable(app, transition)

    async def enable_transition(self, app: AppName, stage: str) -> None:
        if not await self.store.transitions.enable(app, stage):
            raise Conflict(f"{stage} is not disabled")

    async def _run(self, app: AppName, number: ExecutionNumber) -> None:
        execution = await self.store.executions.get(app, number)
        for name in [stage.name for stage in execution.stages]:
            stage = execution.stage(name)
            assert stage is not None
            execution = await self._move(execution, *progression.enter(execution, stage))
            if gate := self.gates.get(name):
                await gate.wait()
                execution = await self.store.executions.get(app, number)
            failed = name in self.fails
            end = MoveAction(
                stage=name,
                action=stage.actions[0].action.name,
                expected=ActionStatus.IN_PROGRESS,
                to=ActionStatus.FAILED if failed else ActionStatus.SUCCEEDED,
                summary=self.summaries.get(name, ""),
                cause=self.fails.get(name),
            )
            execution = await self._move(execution, *decisions.follow(execution, [end], name))
            if failed:
                return

    async def _move(self, execution: Execution, *moves: Move) -> Execution:
        await self.store.executions.change(execution, moves, at=time())
        self._say(execution.app, execution.number)
        return await self.store.executions.get(execution.app, execution.number)

    def _say(self, app: AppName, number: ExecutionNumber) -> None:
        self.notices.publish(Event(at=time(), kind="stage.changed", text="", app=app, execution=number))


@dataclass
class ScriptedDeployer:
    """Remembers what it was asked for."""

    store: MemoryStore
    board: Board
    asked: list[tuple[object, ...]] = field(default_factory=list)

    async def restart(
        self, app: AppName, environment: EnvironmentName, service: ServiceName | None = None, *, by: str = ""
    ) -> Deployment:
        self.asked.append(("restart", app, environment, service, by))
        kept = await self.store.releases.get(app, 1)
        return await self.store.deployments.start(
            app, environment, kept.number, previous=None, at=1.0, key=str(len(self.asked))
        )

    async def scale(
        self, app: AppName, environment: EnvironmentName, counts: Mapping[ServiceName, int], *, by: str = ""
    ) -> Mapping[ServiceName, tuple[int, int]]:
        self.asked.append(("scale", app, environment, dict(counts), by))
        return {name: (1, count) for name, count in counts.items()}

    async def stop(self, app: AppName, id: int, *, reason: str = "", by: str = "") -> Deployment:
        self.asked.append(("stop", app, id, reason, by))
        made = await self.store.deployments.get(app, id)
        await self.store.deployments.finish(app, made.id, RolloutState.FAILED, reason=reason, at=2.0)
        return await self.store.deployments.get(app, id)

    async def down(self, app: AppName, environment: EnvironmentName, *, by: str = "") -> None:
        self.asked.append(("down", app, environment, by))
        desired = await self.store.desired.get(app, environment)
        if desired is None:
            raise NotFound(f"{app} has no environment {environment}")
        await self.store.desired.put(replace(desired, services=()))
        self.board.forget(app, environment)


class EchoSession:
    """Says its command, then repeats its input until that is closed, then ends with 7."""

    def __init__(self, command: Sequence[str]) -> None:
        self.queue: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self.queue.put_nowait(("stdout", " ".join(command).encode()))
        self.sizes: list[tuple[int, int]] = []

    async def write(self, data: bytes) -> None:
        self.queue.put_nowait(("stderr", data))

    async def resize(self, columns: int, rows: int) -> None:
        self.sizes.append((columns, rows))

    async def output(self) -> AsyncIterator[tuple[str, bytes]]:
        while (item := await self.queue.get())[1]:
            yield item

    async def exit_code(self) -> int:
        return 7


@dataclass
class EchoShell:
    """Starts such sessions."""

    sessions: list[EchoSession] = field(default_factory=list)

    async def start(self, task: TaskId, command: Sequence[str], *, tty: bool = False) -> EchoSession:
        self.sessions.append(EchoSession(command))
        return self.sessions[-1]


@dataclass
class ScriptedInspector:
    """Usage by task, each look 50 ms of CPU later."""

    usages: dict[str, Usage] = field(default_factory=dict)

    async def listening(self, task: TaskId) -> None:
        return None

    async def usage(self, task: TaskId) -> Usage | None:
        if (known := self.usages.get(task)) is None:
            return None
        self.usages[task] = replace(known, cpu_ns=known.cpu_ns + 50_000_000)
        return known


@dataclass
class Served:
    """A server that runs."""

    settings: Settings
    services: Services
    app: FastAPI
    store: MemoryStore
    pipeline: ScriptedPipeline
    deployer: ScriptedDeployer
    variables: Variables
    board: Board
    notices: MemoryNotices
    printing: MemoryPrinting
    kept: MemoryLogStore
    shell: EchoShell
    inspector: ScriptedInspector
    samples: MemorySamples
    history: MemoryHistory
    traffic: MemoryTraffic
    consumption: MemoryConsumption
    jobs: MemoryJobs
    runner: Runner
    world: MemoryWorld
    dumps: MemoryDumps
    safekeeping: Safekeeping
    guarded: GuardWorld
    measured_at: SetClock
    certificates: ScriptedDesk
    api: httpx.AsyncClient
    listener: socket.socket
    server: Server | None = None
    _task: asyncio.Task[None] | None = None

    def remote(self, app: str, *, token: str = TOKEN) -> str:
        """The URL to push to."""
        return f"http://fairway:{token.replace(chr(39), '%27')}@127.0.0.1:{self.settings.port}/git/{app}.git"

    async def start(self) -> None:
        """Begin to serve, and wait until it does."""
        self.server = Server(self.app)
        self._task = asyncio.get_running_loop().create_task(self.server.serve(sockets=[self.listener]))
        pushes.open_door(self.settings, self.app.state.secret)
        async with asyncio.timeout(10):
            while not self.server.started:
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """End it as SIGTERM does."""
        if self.server and self._task:
            self.server.should_exit = True
            await self._task
            self.server = None


def free_listener() -> socket.socket:
    """A listening socket on a free port."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", free_port()))
    listener.listen(128)
    listener.setblocking(False)
    return listener


@dataclass
class Made:
    """Services, and the fakes that they are made of."""

    services: Services
    store: MemoryStore
    pipeline: ScriptedPipeline
    deployer: ScriptedDeployer
    variables: Variables
    board: Board
    notices: MemoryNotices
    printing: MemoryPrinting
    kept: MemoryLogStore
    shell: EchoShell
    inspector: ScriptedInspector
    samples: MemorySamples
    history: MemoryHistory
    traffic: MemoryTraffic
    consumption: MemoryConsumption
    jobs: MemoryJobs
    runner: Runner
    world: MemoryWorld
    dumps: MemoryDumps
    safekeeping: Safekeeping
    guarded: GuardWorld
    measured_at: SetClock
    certificates: ScriptedDesk


def make_services(settings: Settings, sharing: Sharing) -> Made:
    """Everything that the server offers."""
    store, notices, board, clock = make_store(), MemoryNotices(), Board(), Clock()
    repositories = git.GitRepositories(settings.repositories, git.announcing(settings.run))
    pipeline = ScriptedPipeline(store, notices)
    intake = Intake(
        apps=store.apps,
        executions=store.executions,
        repositories=repositories,
        submit=pipeline.submitted,
        load=load,
        clock=clock,
        schedules=store.schedules,
    )
    remotes = GitRemotes(repositories, settings.run / "remotes")
    sourcing = Sourcing(
        apps=store.apps,
        sources=store.sources,
        executions=store.executions,
        repositories=repositories,
        remotes=remotes,
        intake=intake,
        pulling=Pulling(
            apps=store.apps,
            sources=store.sources,
            executions=store.executions,
            repositories=repositories,
            remotes=remotes,
            describer=Describer(repositories, load),
            submit=pipeline.submitted,
            stop=functools.partial(pipeline.stop, wait=True),
            clock=clock,
        ),
        events=store.events,
        key=b"k" * 32,
        clock=clock,
    )
    masks = Masking(store.configurations, b"k" * 32)
    deployer = ScriptedDeployer(store, board)
    variables = Variables(store.configurations, b"k" * 32, clock, masks.renew)
    kept, printing = MemoryLogStore(), MemoryPrinting()
    jobs, run_logs = MemoryJobs(clock), StageLogs(settings.runs)
    ledger = Ledger(store.runs, store.timetable, clock, notices)
    runner = Runner(ledger, jobs, no_values, run_logs, sharing, server="0a1b2c3d")
    finder = Finder(store.desired, store.deployments, store.releases)
    desk = Desk(ledger, finder, runner)
    world, dumps, kept_safe = make_safekeeping(settings, store, variables, finder, notices)
    guarded = GuardWorld(store)
    shell, inspector = EchoShell(), ScriptedInspector()
    samples, history = MemorySamples(), MemoryHistory()
    traffic, consumption = MemoryTraffic(), MemoryConsumption()
    measured_at = SetClock()
    certificates = ScriptedDesk()
    meter = Meter(traffic, consumption, samples, measured_at)

    async def components() -> Sequence[Component]:
        return [Component(name="docker", state="ok", detail="20.10")]

    services = Services(
        settings=settings,
        clock=clock,
        apps=store.apps,
        executions=store.executions,
        transitions=store.transitions,
        schedules=store.schedules,
        releases=store.releases,
        deployments=store.deployments,
        runs=store.runs,
        backups=store.backups,
        orders=kept_safe.orders,
        guard=guarded.door(),
        candidates=Candidates(store.executions, load, guarded.draft),
        databases=make_desk(store, clock, notices),
        certificates=certificates,
        passages=store.passages,
        timetable=store.timetable,
        jobs=finder,
        run_logs=run_logs,
        desk=desk,
        desired=store.desired,
        activities=store.activities,
        events=store.events,
        tokens=store.tokens,
        repositories=repositories,
        intake=intake,
        sourcing=sourcing,
        follower=Follower(sourcing, store.sources, clock),
        reporter=Reporter(
            sources=store.sources,
            executions=store.executions,
            statuses=MemoryStatuses(),
            events=store.events,
            notices=notices,
            key=b"k" * 32,
            clock=clock,
            url=settings.outside,
        ),
        pipeline=pipeline,
        deployer=deployer,
        variables=variables,
        examiner=Examiner(variables.latest),
        masks=masks,
        observations=board,
        samples=samples,
        history=history,
        meter=meter,
        notices=notices,
        tasklogs=Reading(printing=printing, store=kept),
        shell=shell,
        inspector=inspector,
        artifacts=Artifacts(settings.executions),
        forget_logs=kept.forget,
        forget_backups=kept_safe.keeping.forget,
        forget_images=functools.partial(forget, executions=store.executions, builder=MemoryBuilder()),
        instance="0a1b2c3d",
        sharing=sharing,
        components=components,
    )
    return Made(
        services,
        store,
        pipeline,
        deployer,
        variables,
        board,
        notices,
        printing,
        kept,
        shell,
        inspector,
        samples,
        history,
        traffic,
        consumption,
        jobs,
        runner,
        world,
        dumps,
        kept_safe,
        guarded,
        measured_at,
        certificates,
    )


def make_safekeeping(
    settings: Settings, store: MemoryStore, variables: Variables, finder: Finder, notices: MemoryNotices
) -> tuple[MemoryWorld, MemoryDumps, Safekeeping]:
    """Backups of databases in memory, in a vault on the disk."""
    world = MemoryWorld()
    dumps = MemoryDumps(world)

    async def key() -> bytes:
        return b"k" * 32

    async def described(app: AppName, environment: EnvironmentName) -> Environment | None:
        current = await finder.find(app, environment)
        return None if current is None else current.release.description

    async def reach(app: AppName, environment: EnvironmentName, address: Address) -> Address:
        return address

    ports = safekeeping.Ports(
        apps=store.apps,
        releases=store.releases,
        backups=store.backups,
        passages=store.passages,
        databases=MemoryDatabases(world),
        dumps=dumps,
        scratches=MemoryScratches(world),
        vault=FileVault(settings.vault, key),
        workspaces=FileWorkspaces(settings.dumps),
        clock=Clock(),
        notices=notices,
    )
    return world, dumps, safekeeping.put_together(ports, Targets(variables.latest, described, reach))


async def no_values(app: AppName, environment: EnvironmentName, version: int) -> Mapping[str, str]:
    """What a run of a job gets."""
    return {}


def make_served(home: Path, listener: socket.socket, sharing: Sharing | None = None) -> Served:
    """Everything but the serving. `sharing`: with which other servers."""
    settings = Settings(home=home, port=listener.getsockname()[1])
    settings.run.mkdir(parents=True, exist_ok=True)
    settings.repositories.mkdir(parents=True, exist_ok=True)
    made = make_services(settings, sharing or Alone())
    headers = {"Authorization": f"Bearer {TOKEN}"}
    # There is no TLS here; without that word it reads the certificates of all authorities, in each test.
    api = httpx.AsyncClient(base_url=settings.url, headers=headers, trust_env=False, verify=False)
    parts = {field.name: getattr(made, field.name) for field in fields(made)}
    return Served(settings=settings, app=create(made.services), api=api, listener=listener, **parts)


@asynccontextmanager
async def serving(home: Path, sharing: Sharing | None = None) -> AsyncIterator[Served]:
    """A server that runs, with one token and one app `shop`."""
    with free_listener() as listener:
        served = make_served(home, listener, sharing)
        await served.store.tokens.add(TokenRecord(name="owner", digest=auth.digest(TOKEN), created_at=1.0))
        await served.store.apps.create(AppName("shop"), at=1.0)
        await served.services.repositories.create("shop")
        await served.start()
        following = asyncio.get_running_loop().create_task(served.services.follower.run())
        running = asyncio.get_running_loop().create_task(served.runner.run())
        errands = asyncio.get_running_loop().create_task(served.safekeeping.errands.run())
        rehearsals = asyncio.get_running_loop().create_task(served.services.guard.requests.run())
        try:
            async with served.api:
                yield served
        finally:
            following.cancel()
            await served.stop()
            running.cancel()
            errands.cancel()
            rehearsals.cancel()
            await asyncio.wait({running, errands, rehearsals})
            for task in served.pipeline.tasks:
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*served.pipeline.tasks, return_exceptions=True)


def completed(deployment: Deployment) -> Deployment:
    """The same with its verdict."""
    return replace(deployment, state=RolloutState.COMPLETED, ended_at=2.0)
