"""What every engine that rolls by itself does: the one in memory is held to what the adapter to ECS really does.

ECS is moto's, with the scheduler that moto lacks (`support.ecs_scheduler`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.engine import Program as MemoryProgram
from fairway.adapters.memory.rolling import MemoryRollingEngine
from fairway.domain.deployment import RolloutState
from fairway.domain.desired import DesiredService
from fairway.domain.ids import DeploymentId, ReleaseNumber
from fairway.domain.observed import Task, TaskStatus
from fairway.domain.rolled import ObservedService
from fairway.ports.engine import RollingEngine
from support.ecs_room import open_room
from support.ecs_scheduler import Program
from support.orchestrator_world import PRODUCTION, SHOP, web, worker

COMPLETED, FAILED = RolloutState.COMPLETED, RolloutState.FAILED
BROKEN, ENDS, OUT = 66, 67, 68
"""Releases whose tasks can't start, end soon with 3, or run out of memory."""
TURNS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """An engine, and how time passes for it."""

    engine: RollingEngine
    pass_time: Callable[[], Awaitable[None]]

    async def apply(self, service: DesiredService, *, routed: bool = True) -> None:
        await self.engine.apply(service, variables={"GREETING": "ahoy"}, told={"PORT": "3000"}, routed=routed)

    async def seen(self, name: str = "web") -> ObservedService | None:
        return next((each for each in await self.engine.services() if each.service == name), None)

    async def until(self, holds: Callable[[ObservedService | None], bool], name: str = "web") -> ObservedService | None:
        for _ in range(TURNS):
            if holds(seen := await self.seen(name)):
                return seen
            await self.pass_time()
        raise AssertionError(f"it did not hold: {seen}")

    async def steady(self, name: str = "web") -> ObservedService:
        found = await self.until(lambda each: each is not None and each.steady, name)
        assert found is not None
        return found

    async def tasks(self, status: TaskStatus) -> list[Task]:
        return [each for each in await self.engine.observe() if each.status is status]

    async def until_ended(self) -> Task:
        for _ in range(TURNS):
            if ended := await self.tasks(TaskStatus.STOPPED):
                return ended[0]
            await self.pass_time()
        raise AssertionError("no task ended")


@pytest.fixture
async def memory() -> Room:
    programs = {
        BROKEN: MemoryProgram(refused="there is no such image", starts=0.01),
        ENDS: MemoryProgram(starts=0.01, lives=0.05, code=3, ready=None),
        OUT: MemoryProgram(starts=0.01, lives=0.05, code=137, oom_killed=True),
    }
    usual = MemoryProgram(starts=0.01, ready=0.01)
    engine = MemoryRollingEngine(LoopClock(), lambda spec: programs.get(spec.release, usual))
    return Room(engine=engine, pass_time=lambda: asyncio.sleep(0.01))


@pytest.fixture
def ecs() -> Iterator[Room]:
    programs = {
        BROKEN: Program(refused="CannotPullContainerError: there is no such image"),
        ENDS: Program(lives=0, code=3),
        OUT: Program(lives=1, code=137, oom_killed=True),
    }

    def program(container: object) -> Program:
        digest = int(str(container["image"]).rpartition(":")[2], 16)  # type: ignore[index]
        return programs.get(digest, Program())

    with open_room(program) as room:

        async def pass_time() -> None:
            room.scheduler.turn()

        yield Room(engine=room.engine(), pass_time=pass_time)


@pytest.fixture(params=["memory", "ecs"])
def room(request: pytest.FixtureRequest) -> Room:
    made: Room = request.getfixturevalue(request.param)
    return made


async def test_an_engine_without_services_shows_none(room: Room) -> None:
    assert room.engine.capabilities().rolls
    assert list(await room.engine.services()) == []
    assert list(await room.engine.observe()) == []


async def test_a_service_that_was_given_is_seen_at_once_and_complete_when_all_its_tasks_run(room: Room) -> None:
    await room.apply(web(2, 18))

    first = await room.seen()
    last = await room.steady()

    assert first is not None
    assert (first.deployment, first.replicas, first.rollout) == (18, 2, RolloutState.IN_PROGRESS)
    assert not first.steady
    assert (last.app, last.environment, last.service, last.release) == (SHOP, PRODUCTION, "web", 18)
    assert (last.running, last.pending, last.old, last.rollout) == (2, 0, 0, COMPLETED)


async def test_its_tasks_are_seen_with_all_that_they_belong_to(room: Room) -> None:
    await room.apply(web(1, 18))
    await room.steady()

    (task,) = await room.engine.observe()

    assert (task.app, task.environment, task.service) == (SHOP, PRODUCTION, "web")
    assert (task.release, task.deployment, task.status) == (18, 18, TaskStatus.RUNNING)
    assert task.address is not None
    assert task.started_at is not None
    assert task.exit is None


async def test_what_it_has_already_changes_nothing(room: Room) -> None:
    await room.apply(web(1))
    await room.steady()
    before = await room.engine.observe()

    await room.apply(web(1))
    await room.pass_time()
    await room.steady()

    assert [each.id for each in await room.engine.observe()] == [each.id for each in before]


async def test_another_release_takes_the_place_of_the_one_before(room: Room) -> None:
    await room.apply(web(2, 1))
    await room.steady()

    await room.apply(web(2, 2))
    rolling = await room.seen()
    last = await room.steady()

    assert rolling is not None
    assert (rolling.deployment, rolling.steady) == (2, False)
    assert (last.deployment, last.release, last.old) == (2, 2, 0)
    assert {each.release for each in await room.engine.observe()} == {2}, "what it ended itself is no failure"


async def test_a_release_with_fewer_tasks_takes_the_place_of_one_with_more(room: Room) -> None:
    await room.apply(web(3, 1))
    await room.steady()

    await room.apply(web(1, 2))
    last = await room.steady()

    assert (last.deployment, last.running, last.old) == (2, 1, 0)


async def test_the_same_release_under_another_deployment_replaces_every_task(room: Room) -> None:
    await room.apply(web(1))
    await room.steady()
    (before,) = await room.engine.observe()

    again = web(1)
    await room.apply(replace(again, spec=replace(again.spec, deployment=DeploymentId(9))))
    last = await room.steady()

    (after,) = await room.engine.observe()
    assert (last.deployment, last.release, after.deployment) == (9, 1, 9)
    assert after.id != before.id


async def test_another_count_alone_replaces_no_task(room: Room) -> None:
    await room.apply(web(1))
    await room.steady()
    (first,) = await room.engine.observe()

    await room.apply(web(3))
    up = await room.until(lambda each: each is not None and each.steady and each.running == 3)
    await room.apply(web(1))
    down = await room.until(lambda each: each is not None and each.steady and each.running == 1)

    assert up is not None
    assert down is not None
    assert (up.deployment, down.deployment) == (1, 1)
    assert [each.id for each in await room.tasks(TaskStatus.RUNNING)] == [first.id]


async def test_a_release_that_can_not_start_is_given_up_and_the_one_before_comes_back(room: Room) -> None:
    await room.apply(web(1, 1))
    await room.steady()
    (serving,) = await room.engine.observe()

    await room.apply(web(1, BROKEN))
    back = await room.until(lambda each: each is not None and BROKEN in each.given_up and each.steady)

    assert back is not None
    assert (back.deployment, back.release, back.rollout) == (1, 1, COMPLETED)
    assert back.given_up[DeploymentId(BROKEN)].endswith(("tasks failed to start", "tasks failed to start."))
    assert serving.id in {each.id for each in await room.tasks(TaskStatus.RUNNING)}
    ended = await room.until_ended()
    assert ended.deployment == BROKEN
    assert ended.exit is not None
    assert "there is no such image" in ended.exit.error


async def test_after_a_release_that_was_given_up_the_next_one_is_taken(room: Room) -> None:
    await room.apply(web(1, 1))
    await room.steady()
    await room.apply(web(1, BROKEN))
    await room.until(lambda each: each is not None and BROKEN in each.given_up and each.steady)

    await room.apply(web(1, 3))
    last = await room.steady()

    assert (last.deployment, last.rollout) == (3, COMPLETED)


async def test_a_first_release_that_can_not_start_has_failed_and_has_no_way_back(room: Room) -> None:
    await room.apply(web(1, BROKEN))

    failed = await room.until(lambda each: each is not None and each.rollout is FAILED)

    assert failed is not None
    assert failed.deployment == BROKEN
    assert failed.reason
    assert failed.failed >= 3
    assert not failed.steady


async def test_a_task_that_ends_by_itself_is_seen_with_its_exit(room: Room) -> None:
    await room.apply(web(1, ENDS))

    ended = await room.until_ended()

    assert ended.exit is not None
    assert (ended.exit.code, ended.exit.oom_killed, ended.exit.error) == (3, False, "")
    assert ended.stopped_at is not None


async def test_a_task_that_runs_out_of_memory_says_so(room: Room) -> None:
    await room.apply(web(1, OUT))

    ended = await room.until_ended()

    assert ended.exit is not None
    assert (ended.exit.code, ended.exit.oom_killed) == (137, True)


async def test_services_of_one_environment_are_apart(room: Room) -> None:
    await room.apply(web(1, 1))
    await room.apply(worker(2, 1), routed=False)

    await room.steady()
    other = await room.steady("worker")

    assert other.running == 2
    assert {each.service for each in await room.engine.services()} == {"web", "worker"}


async def test_a_service_that_is_taken_back_leaves_with_its_tasks(room: Room) -> None:
    await room.apply(web(2))
    await room.steady()

    await room.engine.withdraw(SHOP, PRODUCTION, web().spec.service)
    leaving = await room.seen()
    await room.until(lambda each: each is None)

    assert leaving is None or leaving.leaving
    assert await room.tasks(TaskStatus.RUNNING) == []
    await room.apply(web(1, 2))
    assert (await room.steady()).release == ReleaseNumber(2)


async def test_what_is_not_there_can_be_taken_back_and_forgotten(room: Room) -> None:
    await room.engine.withdraw(SHOP, PRODUCTION, web().spec.service)
    await room.engine.forget(SHOP, PRODUCTION)
    await room.engine.forget(SHOP, PRODUCTION)

    assert list(await room.engine.services()) == []
