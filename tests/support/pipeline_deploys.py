"""A deployer on memory adapters, and an orchestrator of paper: it posts what the tests say that it sees."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from fairway.adapters.memory.board import Board
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.deploy.admitting import Admitting
from fairway.deploy.deployer import Deployer
from fairway.domain.app import Environment
from fairway.domain.deployment import Cause, Deployment
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.facts import Facts
from fairway.domain.health import Health, HealthState, ProbeResult
from fairway.domain.ids import DeploymentId, ExecutionNumber, ReleaseNumber, TaskId
from fairway.domain.image import Image
from fairway.domain.observed import (
    ObservedEnvironment,
    ObservedTask,
    Target,
    TargetState,
    Task,
    TaskStatus,
)
from fairway.domain.rollout import Progress, ServiceProgress
from fairway.ports.stores import DesiredStates
from support.pipeline_values import APP, DESCRIPTION, IMAGE, PRODUCTION, REVISION


def diagnose(facts: Facts, *, previous: ReleaseNumber | None) -> Cause:
    return Cause(sentence=f"diagnosed {facts.probe.detail if facts.probe else ''}", log=facts.log)


@asynccontextmanager
async def running(yard: "Yard", *, fails: frozenset[int] = frozenset(), conductor: bool = True) -> AsyncIterator[None]:
    """The orchestrator of paper, and the deployer's own background, for as long as the block lasts."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(yard.run_orchestrator(fails=fails))]
        if conductor:
            tasks.append(group.create_task(yard.deployer.run()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


class Yard:
    """A deployer, what it stands on, and the paper orchestrator."""

    def __init__(self, store: MemoryStore | None = None, *, desired: DesiredStates | None = None) -> None:
        self.store = store or make_store()
        self.clock = LoopClock()
        self.board = Board()
        self.notices = MemoryNotices()
        self.log: list[str] = []
        self.desired_states = desired or self.store.desired
        self.deployer = self.make_deployer()

    def make_deployer(self, admitting: Admitting | None = None) -> Deployer:
        return Deployer(
            self.store.releases,
            self.store.deployments,
            self.desired_states,
            self.store.configurations,
            self.board,
            diagnose,
            self.clock,
            self.notices,
            self.store.activities,
            admitting,
        )

    async def deploy(self, execution: int, description: Environment = DESCRIPTION, image: Image = IMAGE) -> Deployment:
        return await self.deployer.deploy(
            APP, description, image, REVISION, ExecutionNumber(execution), self.log.append
        )

    async def desired(self) -> DesiredEnvironment:
        found = await self.store.desired.get(APP, PRODUCTION)
        assert found is not None
        return found

    async def run_orchestrator(self, *, fails: frozenset[int] = frozenset(), after: float = 1.0) -> None:
        """Make each desired state true after a while, but for the deployments that fail: their tasks get sick, and
        those of the deployment before go on serving."""
        serving: dict[str, int] = {}
        while True:
            await self.clock.sleep(after)
            kept = await self.store.desired.get(APP, PRODUCTION)
            if kept is not None:
                self.post(kept, serving, fails)

    def post(self, kept: DesiredEnvironment, serving: dict[str, int], fails: frozenset[int]) -> None:
        before = self.board.progress(APP, PRODUCTION)
        services, tasks = {}, []
        for each in kept.services:
            name, deployment = each.spec.service, each.spec.deployment
            well = deployment not in fails
            if well:
                serving[name] = deployment
            count = each.replicas if well else 0
            known = before.services.get(name) if before else None
            since = known.settled_since if known and known.deployment == deployment else None
            services[name] = ServiceProgress(
                deployment=deployment,
                desired=each.replicas,
                running=each.replicas,
                healthy=count,
                serving=count,
                old=0 if well else each.replicas,
                unhealthy=0 if well or not each.replicas else 1,
                settled_since=(since or self.clock.now()) if well else None,
                facts=None if well else make_facts(kept, name),
            )
            if name in serving:
                tasks.append(make_task(kept, name, serving[name]))
        now, closed = self.clock.now(), kept.closed
        progress = Progress(app=APP, environment=PRODUCTION, at=now, services=services, closed=closed)
        self.board.post(progress, ObservedEnvironment(tasks=() if closed else tuple(tasks)))


def make_task(kept: DesiredEnvironment, service: str, deployment: int) -> ObservedTask:
    spec = next(each.spec for each in kept.services if each.spec.service == service)
    id = TaskId("0123456789ab")
    task = Task(
        id=id,
        app=APP,
        environment=PRODUCTION,
        service=spec.service,
        release=spec.release,
        deployment=DeploymentId(deployment),
        status=TaskStatus.RUNNING,
        created_at=0.0,
    )
    target = Target(
        task=id,
        app=APP,
        environment=PRODUCTION,
        service=spec.service,
        address="172.17.0.2",
        port=3000,
        state=TargetState.READY,
    )
    return ObservedTask(task=task, health=Health(state=HealthState.HEALTHY), target=target)


def make_facts(kept: DesiredEnvironment, service: str) -> Facts:
    spec = next(each.spec for each in kept.services if each.spec.service == service)
    return Facts(
        task=TaskId("ba9876543210"),
        spec=spec,
        exit=None,
        lived=31.0,
        probe=ProbeResult(ok=False, detail="GET /healthz answered 500", status=500),
        sockets=None,
        usage=None,
        log=("Error: database is down",),
    )


def other_image(number: int) -> Image:
    return replace(IMAGE, digest="sha256:" + f"{number:064x}")


async def beside(yard: Yard, *, fails: frozenset[int] = frozenset()) -> asyncio.Task[None]:
    """The orchestrator, running; the caller cancels it."""
    return asyncio.get_running_loop().create_task(yard.run_orchestrator(fails=fails))
