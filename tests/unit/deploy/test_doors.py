"""An environment is closed while its database changes under it, and every deployment opens it."""

import asyncio
from dataclasses import replace

import pytest

from fairway.adapters.memory.board import Board
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.deploy.doors import Doors
from fairway.domain.deployment import RolloutState
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.observed import ObservedEnvironment
from fairway.domain.rollout import Progress
from fairway.domain.run import RunStatus
from fairway.errors import WorkFailed
from support.jobs_values import make_run
from support.orchestrator_world import PRODUCTION, SHOP, desire, task, web, worker
from support.pipeline_deploys import Yard, other_image, running
from support.pipeline_values import APP


class World:
    """A store, a board, and somebody who looks."""

    def __init__(self) -> None:
        self.store: MemoryStore = make_store()
        self.board = Board()
        self.doors = Doors(self.store.desired, self.board, LoopClock(), self.store.runs)
        self.log: list[str] = []

    async def desire(self, wanted: DesiredEnvironment) -> None:
        await self.store.apps.create(SHOP, at=1.0)
        await self.store.desired.put(wanted)

    async def desired(self) -> DesiredEnvironment:
        found = await self.store.desired.get(SHOP, PRODUCTION)
        assert found is not None
        return found

    def look(self, *tasks: str, closed: bool = True, trouble: str = "") -> None:
        seen = ObservedEnvironment(tasks=tuple(task(name, service="web") for name in tasks))
        now = asyncio.get_running_loop().time()
        progress = Progress(app=SHOP, environment=PRODUCTION, at=now, services={}, trouble=trouble, closed=closed)
        self.board.post(progress, seen)

    async def close(self) -> None:
        await self.doors.close(SHOP, PRODUCTION, self.log.append)


async def test_it_is_closed_when_no_task_is_left_and_keeps_its_counts() -> None:
    world = World()
    await world.desire(desire(web(3), worker(2)))
    closing = asyncio.create_task(world.close())

    looks = [(("1", "2"), False, ""), (("1", "2"), True, ""), ((), True, "Docker does not answer"), (("1",), True, "")]
    for names, closed, trouble in looks:
        await asyncio.sleep(1)
        world.look(*names, closed=closed, trouble=trouble)
    await asyncio.sleep(1)
    before = closing.done()
    world.look()
    await closing

    assert not before, "what was seen said nothing of it"
    assert world.log == [
        "closed; 2 tasks have still to end",
        "closed; 1 task has still to end",
        "closed; no task is left",
    ]
    found = await world.desired()
    assert found == replace(desire(web(3), worker(2)), closed=True, closed_at=found.closed_at, version=2)
    assert found.closed_at is not None


async def test_what_was_there_comes_back_when_it_is_opened() -> None:
    world = World()
    await world.desire(desire(web(3)))
    world.look()
    await world.close()
    await world.close()

    await world.doors.open(SHOP, PRODUCTION)
    await world.doors.open(SHOP, PRODUCTION)

    assert await world.desired() == replace(desire(web(3)), version=3)


async def test_a_run_that_had_begun_is_named_and_neither_one_that_has_not_nor_another_apps() -> None:
    world = World()
    await world.desire(desire(web(1)))
    await world.store.apps.create(APP, at=1.0)
    for app, status in ((SHOP, RunStatus.RUNNING), (SHOP, RunStatus.PENDING), (APP, RunStatus.RUNNING)):
        await world.store.runs.create(make_run(app=app, status=status))
    world.look()

    await world.close()

    assert world.log == ["closed; no task is left", "run 1 (exec) had begun before and goes on; fairway jobs stop 1"]


async def test_a_task_that_does_not_end_is_told() -> None:
    world = World()
    await world.desire(desire(web(1)))
    world.look("1")

    with pytest.raises(WorkFailed, match="could not be closed") as error:
        await world.close()

    assert "fairway ps" in error.value.hint


async def test_where_nothing_is_desired_there_is_nothing_to_close() -> None:
    world = World()
    await world.close()
    await world.desire(desire())
    await world.close()

    assert world.log == []


async def test_a_deployment_opens_it_and_one_that_fails_closes_it_again() -> None:
    yard = Yard()
    await yard.store.apps.create(APP, at=1.0)
    doors = Doors(yard.store.desired, yard.board, yard.clock, yard.store.runs)
    async with running(yard, fails=frozenset({2})):
        await yard.deploy(41)
        yard_closed = asyncio.create_task(doors.close(APP, PRODUCTION, print))
        await asyncio.sleep(1)
        closed = await yard.desired()
        failed = await yard.deploy(42, image=other_image(2))
        after = await yard.desired()
        done = await yard.deploy(43)
        yard_closed.cancel()

    assert closed.closed
    assert failed.state is RolloutState.FAILED
    assert failed.reason.endswith(
        "nothing serves: the environment is closed again, for release 1 fails on its database as it is"
    )
    assert after.closed
    assert done.state is RolloutState.COMPLETED
    assert not (await yard.desired()).closed


async def test_a_restart_opens_it_with_what_it_had() -> None:
    yard = Yard()
    await yard.store.apps.create(APP, at=1.0)
    doors = Doors(yard.store.desired, yard.board, yard.clock, yard.store.runs)
    async with running(yard):
        await yard.deploy(41)
        closing = asyncio.create_task(doors.close(APP, PRODUCTION, print))
        await asyncio.sleep(1)
        closed = await yard.desired()
        await yard.deployer.restart(APP, PRODUCTION)
        after = await yard.desired()
        closing.cancel()

    assert closed.closed and not after.closed
    assert [each.replicas for each in after.services] == [each.replicas for each in closed.services]
