"""Deployments to an engine that rolls by itself, with the orchestrator at work: the verdict, the way back, and what a
person may do to an environment."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from fairway.adapters.memory.engine import Program
from fairway.adapters.memory.rolling import MemoryRollingEngine
from fairway.domain.deployment import Cause, RolloutState
from fairway.domain.desired import TaskSpec
from fairway.domain.ids import AppName, EnvironmentName, ExecutionNumber, ServiceName
from fairway.domain.observed import TaskStatus
from fairway.orchestrator.controller import Controller
from fairway.ports.balancer import Unbalanced
from fairway.ports.logs import LogLine
from fairway.ports.probe import Unprobed, Unseen
from support.pipeline_deploys import Yard, other_image
from support.pipeline_values import APP, IMAGE, PRODUCTION, WEB

KEY = APP, PRODUCTION, ServiceName("web")


class Silent:
    """`ports.logs.Logs`: nothing was printed."""

    async def read(self, *about: object, **words: object) -> AsyncIterator[LogLine]:
        none: tuple[LogLine, ...] = ()
        for line in none:
            yield line


class RollingYard(Yard):
    """Tasks of another image than the usual one can't start."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = MemoryRollingEngine(self.clock, self.program)

    def program(self, spec: TaskSpec) -> Program:
        return Program() if spec.image == IMAGE else Program(refused="there is no such image")

    async def variables(
        self, app: AppName, environment: EnvironmentName, version: int, service: ServiceName
    ) -> Mapping[str, str]:
        return {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The orchestrator and the deployer's own background."""
        controller = Controller(
            engine=self.engine,
            balancer=Unbalanced(),
            probe=Unprobed(),
            inspector=Unseen(),
            logs=Silent(),
            desired_states=self.store.desired,
            variables=self.variables,
            clock=self.clock,
            notices=self.notices,
            events=self.store.events,
            observations=self.board,
        )
        async with controller:
            yield

    def releases(self) -> list[int]:
        return [each.release for each in self.engine.live(KEY) if each.status is TaskStatus.RUNNING]


@pytest.fixture
async def yard() -> RollingYard:
    made = RollingYard()
    await made.store.apps.create(APP, at=1.0)
    return made


async def test_a_deployment_is_completed_by_the_engines_word_and_the_bake_time(yard: RollingYard) -> None:
    async with yard.running():
        began = yard.clock.now()
        deployment = await yard.deploy(42)

    assert (deployment.state, deployment.reason) == (RolloutState.COMPLETED, "3 of 3 tasks healthy")
    assert yard.clock.now() - began >= 10.0
    assert yard.releases() == [1, 1]


async def test_what_the_engine_gives_up_goes_back_and_the_old_release_still_serves(yard: RollingYard) -> None:
    async with yard.running():
        await yard.deploy(41)
        failed = await yard.deploy(42, image=other_image(2))
        await yard.clock.sleep(60)

        assert failed.state is RolloutState.FAILED
        assert failed.reason.endswith("; release 1 still serves")
        assert failed.cause == Cause(sentence="diagnosed ")
        assert yard.releases() == [1, 1]
        assert [each for each in yard.engine.applied if each[1] == failed.id] == [
            ("web", failed.id),
            ("worker", failed.id),
        ], "each service was given it once"


async def test_a_first_deployment_that_fails_leaves_no_task(yard: RollingYard) -> None:
    async with yard.running():
        failed = await yard.deploy(42, image=other_image(2))
        await yard.clock.sleep(60)

        assert failed.state is RolloutState.FAILED
        assert failed.reason.endswith("no release serves: there was none before")
        assert yard.engine.live(KEY) == []
        later = await yard.deploy(43)
        assert later.state is RolloutState.COMPLETED


async def test_scaling_replaces_no_task_and_a_rollback_is_a_deployment(yard: RollingYard) -> None:
    async with yard.running():
        await yard.deploy(41)
        (one, two) = yard.engine.live(KEY)
        await yard.deployer.scale(APP, PRODUCTION, {WEB.name: 3})
        await yard.clock.sleep(30)
        assert [each.id for each in yard.engine.live(KEY)][:2] == [one.id, two.id]
        assert len(yard.releases()) == 3

        await yard.deploy(42)
        again = await yard.deployer.repeat(APP, 1, ExecutionNumber(43), yard.log.append)  # type: ignore[arg-type]

        assert again.state is RolloutState.COMPLETED
        assert set(yard.releases()) == {3}


async def test_taken_down_nothing_is_left(yard: RollingYard) -> None:
    async with yard.running():
        await yard.deploy(41)
        await yard.deployer.down(APP, PRODUCTION)
        await yard.clock.sleep(60)

        assert yard.engine.given == {}
        assert yard.engine.forgotten == [(APP, PRODUCTION)]
