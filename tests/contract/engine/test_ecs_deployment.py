"""Whole deployments to ECS: the controller, the adapter, moto with a scheduler; the verdict, and its cost in calls."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace

import pytest

from fairway.adapters.ecs.logs import EcsLogs, EcsPrinting
from fairway.adapters.memory.board import Board
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.notices import MemoryNotices
from fairway.domain import rolling
from fairway.domain.deployment import RolloutState
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ServiceName
from fairway.domain.verdict import Verdict, judge
from fairway.orchestrator.controller import Controller
from fairway.ports.balancer import Unbalanced
from fairway.ports.probe import Unprobed, Unseen
from support.ecs_room import EcsRoom, open_room
from support.ecs_scheduler import Program
from support.orchestrator_harbour import DesiredShelf, EventShelf
from support.orchestrator_world import PRODUCTION, SHOP, Rollout, desire, web, worker

ROLLOUT = Rollout(bake=0.2, timeout=60.0)


class Deployments:
    """A controller over the room, whose time passes twenty times as fast as the engine is looked at."""

    def __init__(self, room: EcsRoom) -> None:
        self.room = room
        self.desired = DesiredShelf()
        self.events = EventShelf()
        self.board = Board()
        self.clock = LoopClock()
        engine = room.engine()
        self.controller = Controller(
            engine=engine,
            balancer=Unbalanced(),
            probe=Unprobed(),
            inspector=Unseen(),
            logs=EcsLogs(EcsPrinting(room.session, engine, room.places, self.clock)),
            desired_states=self.desired,
            variables=self.variables,
            clock=self.clock,
            notices=MemoryNotices(),
            events=self.events,
            observations=self.board,
            resync=15.0,
        )

    async def variables(
        self, app: AppName, environment: EnvironmentName, version: int, service: ServiceName
    ) -> Mapping[str, str]:
        return {"GREETING": "ahoy"}

    async def verdict(self, release: int) -> Verdict:
        """Deploy the release, and see it to its verdict."""
        started = self.clock.now()
        await self.desired.put(desire(web(2, release), worker(1, release)))
        self.controller.wake(SHOP, PRODUCTION)
        async with asyncio.timeout(60):
            while True:
                progress = self.board.progress(SHOP, PRODUCTION)
                if progress is not None:
                    given = judge(progress, ROLLOUT, started, self.clock.now(), deployment=DeploymentId(release))
                    if given is not None:
                        return given
                await asyncio.sleep(0.05)


@pytest.fixture
def room() -> Iterator[EcsRoom]:
    def program(container: Mapping[str, object]) -> Program:
        return Program(lives=0, code=3) if str(container["image"]).endswith("2") else Program()

    with open_room(program) as made:
        yield made


@pytest.fixture
async def deployments(room: EcsRoom, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Deployments]:
    monkeypatch.setattr(rolling, "LOOK", 0.2)

    async def pass_time() -> None:
        while True:
            room.scheduler.turn()
            await asyncio.sleep(0.1)

    made = Deployments(room)
    passing = asyncio.create_task(pass_time())
    async with made.controller:
        yield made
    passing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await passing


async def test_a_release_is_deployed_with_the_word_of_ecs_in_few_calls(deployments: Deployments, room: EcsRoom) -> None:
    verdict = await deployments.verdict(1)

    assert (verdict.state, verdict.reason) == (RolloutState.COMPLETED, "3 of 3 tasks healthy")
    changes = {name: count for name, count in room.session.calls.items() if not name.startswith(("ecs:L", "ecs:D"))}
    assert changes == {
        "secretsmanager:PutSecretValue": 2,
        "secretsmanager:CreateSecret": 2,
        "ecs:RegisterTaskDefinition": 2,
        "ecs:CreateService": 2,
    }
    looks = room.calls("ecs:ListServices")
    # A look: ListServices, DescribeServices, ListTasks twice, DescribeTasks. Beside it, for each of two services: one
    # description, the tags of its revision twice, and its service deployments at each change.
    assert sum(count for name, count in room.session.calls.items() if name.startswith("ecs:L")) <= 3 * looks + 2 * 4
    assert sum(count for name, count in room.session.calls.items() if name.startswith("ecs:D")) <= 2 * looks + 2 * 6


async def test_a_release_that_ecs_gives_up_fails_with_its_cause_and_is_not_tried_again(
    deployments: Deployments, room: EcsRoom
) -> None:
    room.scheduler.ids = []
    await deployments.verdict(1)

    verdict = await deployments.verdict(2)
    registered = room.calls("ecs:RegisterTaskDefinition")
    await asyncio.sleep(1.5)

    assert verdict.state is RolloutState.FAILED
    assert verdict.facts is not None
    assert verdict.facts.exit is not None
    assert verdict.facts.exit.code == 3
    assert room.calls("ecs:RegisterTaskDefinition") == registered
    assert room.calls("ecs:UpdateService") == 2, "each service was given it once"

    await deployments.desired.put(replace(desire(web(2, 1), worker(1, 1))))
    deployments.controller.wake(SHOP, PRODUCTION)
    await asyncio.sleep(1.0)
    observed = deployments.board.observed(SHOP, PRODUCTION)
    assert observed is not None
    assert {each.deployment for each in observed.services} == {1}
