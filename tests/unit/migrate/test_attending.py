"""Passages that nobody waits for any more: found out or ended, and what they left is removed."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from fairway.adapters.memory.clock import VirtualLoop
from fairway.domain.execution import ExecutionStatus
from fairway.domain.ids import JobId
from fairway.domain.moves import MoveExecution
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.errors import Unavailable
from fairway.migrate.attending import EVERY, Attendant
from fairway.migrate.guard import Guard
from support.guard_world import World
from support.pipeline_values import APP, PUSH, REVISION, define, make_release


def leave(loop: VirtualLoop, world: World, *, after: float, **settings: Any) -> Passage:
    """A passage whose server dies so many seconds after its beginning."""

    async def story() -> Passage:
        order = world.order(**settings)
        await world.store.releases.create(make_release(description=order.release.description))
        dying = asyncio.ensure_future(world.pass_(order))
        await asyncio.sleep(after)
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        return await world.store.passages.get(APP, 1)

    return loop.run_until_complete(story())


def attend(loop: VirtualLoop, world: World, *, looks: int = 3) -> Passage:
    """The next server's attendant, for some looks."""

    async def story() -> Passage:
        attendant = Attendant(Guard(world.parts()), world.store.executions)
        running = asyncio.ensure_future(attendant.run())
        await asyncio.sleep(looks * EVERY)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return await world.store.passages.get(APP, 1)

    return loop.run_until_complete(story())


def renumber(world: World) -> None:
    """The release of the world's orders is the one that the store has."""
    world.release = lambda number, **settings: World.release(1 if number == 18 else number, **settings)  # type: ignore[method-assign]


def test_a_migration_that_was_left_is_watched_to_its_end(loop: VirtualLoop, world: World) -> None:
    renumber(world)
    world.script.takes, world.serving = 5.0, None
    left = leave(loop, world, after=7.0)

    found = attend(loop, world)

    assert left.status is PassageStatus.MIGRATING
    assert (found.status, found.outcome) == (PassageStatus.MIGRATED, Outcome.APPLIED)
    assert world.migrations == 1
    assert world.jobs.jobs == {}


def test_it_is_left_alone_for_the_time_of_one_look(loop: VirtualLoop, world: World) -> None:
    renumber(world)
    world.script.takes, world.serving = 5.0, None
    leave(loop, world, after=7.0)

    assert attend(loop, world, looks=1).status is PassageStatus.MIGRATING


def test_a_rehearsal_whose_server_died_is_ended_and_leaves_nothing(loop: VirtualLoop, world: World) -> None:
    world.script.takes = 50.0
    left = leave(loop, world, after=1.0, goes=False)

    found = attend(loop, world)

    assert left.status is PassageStatus.REHEARSING
    assert (found.status, found.outcome) == (PassageStatus.STOPPED, Outcome.UNTOUCHED)
    assert world.jobs.jobs == {}


@pytest.mark.parametrize("ended", [True, False])
def test_one_of_an_execution_waits_for_that_as_long_as_it_goes_on(loop: VirtualLoop, world: World, ended: bool) -> None:
    async def prepare() -> None:
        made = await world.store.executions.create(APP, REVISION, PUSH, define(["production"]), at=1.0)
        if ended:
            move = MoveExecution(expected=ExecutionStatus.QUEUED, to=ExecutionStatus.STOPPED)
            await world.store.executions.change(made, [move], at=2.0)

    loop.run_until_complete(prepare())
    world.script.takes = 50.0
    order = world.order
    world.order = lambda **changes: order(execution=1, **changes)  # type: ignore[method-assign]
    leave(loop, world, after=1.0)

    found = attend(loop, world)

    assert found.status is (PassageStatus.STOPPED if ended else PassageStatus.REHEARSING)


def test_a_stopped_execution_ends_what_does_not_migrate_yet(loop: VirtualLoop, world: World) -> None:
    world.script.takes = 50.0
    leave(loop, world, after=1.0, key="execution/42/production/1")

    async def abandon(key: str) -> PassageStatus:
        await Attendant(Guard(world.parts()), world.store.executions).abandon(APP, key)
        return (await world.store.passages.get(APP, 1)).status

    assert loop.run_until_complete(abandon("execution/4/production/")) is PassageStatus.REHEARSING
    assert loop.run_until_complete(abandon("execution/42/production/")) is PassageStatus.STOPPED


def test_one_that_migrates_is_not_stopped(loop: VirtualLoop, world: World) -> None:
    renumber(world)
    world.script.takes, world.serving = 5.0, None
    leave(loop, world, after=7.0, key="execution/42/production/1")

    async def abandon() -> PassageStatus:
        await Attendant(Guard(world.parts()), world.store.executions).abandon(APP, "execution/42/production/")
        return (await world.store.passages.get(APP, 1)).status

    assert loop.run_until_complete(abandon()) is PassageStatus.MIGRATING
    assert attend(loop, world).status is PassageStatus.MIGRATED


def test_the_next_order_finds_out_first_what_the_last_one_left(loop: VirtualLoop, world: World) -> None:
    renumber(world)
    world.script.takes, world.serving = 5.0, None
    leave(loop, world, after=7.0, key="execution/42/production/1")

    second = loop.run_until_complete(world.pass_(world.order(key="execution/42/production/2")))

    first = loop.run_until_complete(world.store.passages.get(APP, 1))
    assert (first.status, second.status) == (PassageStatus.MIGRATED, PassageStatus.SKIPPED)
    assert world.migrations == 1
    assert "passage 1 was left while it migrated; that comes first" in world.log


def test_a_store_that_is_away_is_asked_again(loop: VirtualLoop, world: World) -> None:
    world.script.takes = 50.0
    leave(loop, world, after=1.0, goes=False)
    world.trials.faults.fail("sweep", Unavailable("Docker does not answer"))
    mend: Callable[[], None] = world.trials.faults.mend
    loop.call_later(EVERY * 1.5, mend)

    assert attend(loop, world, looks=5).status is PassageStatus.STOPPED


def test_the_container_of_a_passage_that_ended_goes(loop: VirtualLoop, world: World) -> None:
    async def begin() -> None:
        spec = world.specs[-1]
        await world.jobs.begin(JobId("left"), spec, {})

    loop.run_until_complete(world.pass_(world.order()))
    loop.run_until_complete(begin())

    attend(loop, world, looks=1)

    assert world.jobs.jobs == {}
