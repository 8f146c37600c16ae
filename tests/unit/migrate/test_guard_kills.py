"""A server that dies at any call of the guard, just before it, just after it or within it, and the one that comes after
it: the migration is made once, and what is said of it is true.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from fairway.adapters.memory.clock import VirtualLoop
from fairway.domain.migrations import Smoke
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.errors import Unavailable
from fairway.migrate.guard import Guard
from support.guard_mortal import Fate, Killed, mortal
from support.guard_world import DOWN, TABLE, World, add_column, only_the_old_fails

pytestmark = pytest.mark.lengthy

MOST = 200
"""More calls than a passage makes."""


def die_and_come_back(world: World, fate: Fate, between: Callable[[World], None], **settings: Any) -> Any:
    async def story() -> Passage:
        order = world.order(down=DOWN, **settings)
        try:
            return await Guard(mortal(world.parts(), fate)).take(order, world.log.append)
        except Killed:
            between(world)
            return await world.pass_(order)

    return story()


def nothing(world: World) -> None:
    """Nobody does anything."""


def each_death(
    loop: VirtualLoop,
    prepare: Callable[[World], None],
    when: str,
    between: Callable[[World], None] = nothing,
    **settings: Any,
) -> list[Any]:
    """What came of it for a death at each call, with its world. `between` is what happens while no server runs."""
    found: list[Any] = []
    for at in range(1, MOST):
        world, fate = World(), Fate(at, when)
        loop.run_until_complete(world.prepare())
        prepare(world)
        passage = loop.run_until_complete(die_and_come_back(world, fate, between, **settings))
        if fate.calls < at:
            assert at > 15, "the story is shorter than it was"
            return found
        found.append((f"{when} call {at}: {fate.name}", world, passage))
    raise AssertionError("the story has no end")


@pytest.mark.parametrize("when", ["before", "after", "within"])
def test_a_good_migration_is_made_once_whenever_the_server_dies(loop: VirtualLoop, when: str) -> None:
    for place, world, passage in each_death(loop, nothing, when):
        assert (passage.status, passage.outcome) == (PassageStatus.MIGRATED, Outcome.APPLIED), place
        assert world.applied == ["1_coupon"], place
        assert world.migrations == 1, place
        assert passage.number == 1, place
        assert not world.real.held, place


@pytest.mark.parametrize("when", ["before", "after", "within"])
def test_nothing_migrates_while_a_release_serves_that_would_fail_meanwhile(loop: VirtualLoop, when: str) -> None:
    def prepare(world: World) -> None:
        world.trials.bears = only_the_old_fails(world)

    told = {"smoke": (Smoke(path="/orders"),), "maintenance": True}
    for place, world, passage in each_death(loop, prepare, when, **told):
        assert passage.status is PassageStatus.MIGRATED, place
        assert world.applied == ["1_coupon"], place
        assert world.closed_while == [True], place
        assert world.doors.closed, place


@pytest.mark.parametrize("when", ["before", "after", "within"])
def test_one_that_changed_nothing_leaves_the_environment_open(loop: VirtualLoop, when: str) -> None:
    def prepare(world: World) -> None:
        world.trials.bears = only_the_old_fails(world)
        world.script.locked = 99

    told = {"smoke": (Smoke(path="/orders"),), "maintenance": True, "retries": 1}
    for place, world, passage in each_death(loop, prepare, when, **told):
        assert (passage.status, passage.outcome) == (PassageStatus.FAILED, Outcome.UNTOUCHED), place
        assert not world.doors.closed, place


@pytest.mark.parametrize("when", ["before", "after"])
def test_one_whose_container_was_removed_meanwhile_is_not_made_twice(loop: VirtualLoop, when: str) -> None:
    def tidy(world: World) -> None:
        """`docker system prune`: every container that has ended is gone."""
        world.jobs.jobs.clear()

    for place, world, passage in each_death(loop, nothing, when, tidy):
        assert (passage.status, passage.outcome) == (PassageStatus.MIGRATED, Outcome.APPLIED), place
        assert world.applied == ["1_coupon"], place
        assert world.migrations == 1, place


@pytest.mark.parametrize("when", ["before", "after", "within"])
def test_one_that_fails_on_the_copy_never_reaches_the_database(loop: VirtualLoop, when: str) -> None:
    def prepare(world: World) -> None:
        world.script.ups = {"1_coupon": add_column("coupon", required=True)}

    for place, world, passage in each_death(loop, prepare, when):
        assert (passage.status, passage.outcome) == (PassageStatus.FAILED, Outcome.UNTOUCHED), place
        assert (world.applied, world.migrations) == ([], 0), place


@pytest.mark.parametrize("when", ["before", "after", "within"])
def test_one_that_breaks_off_is_half_whoever_looks(loop: VirtualLoop, when: str) -> None:
    def prepare(world: World) -> None:
        world.script.ups["2_note"] = add_column("note")
        world.script.downs["2_note"] = lambda database: database.objects.pop("column public.orders.note", None)  # type: ignore[func-returns-value,assignment]
        world.script.dies_after = 1

    for place, world, passage in each_death(loop, prepare, when):
        assert (passage.status, passage.outcome) == (PassageStatus.FAILED, Outcome.HALF), place
        assert world.applied == ["1_coupon"], place
        assert world.migrations == 1, place


def test_two_servers_at_once_make_it_once(loop: VirtualLoop) -> None:
    world = World()

    async def story() -> list[Any]:
        await world.prepare()
        order = world.order()
        both = (world.pass_(order), world.pass_(order))
        return await asyncio.gather(*both, return_exceptions=True)

    first, second = loop.run_until_complete(story())

    assert world.migrations == 1
    assert world.applied == ["1_coupon"]
    assert any(isinstance(each, Passage) and each.status is PassageStatus.MIGRATED for each in (first, second))


@pytest.mark.parametrize("port", ["jobs.run", "gates.hold", "databases.schema", "databases.read", "jobs.list"])
def test_a_part_that_stays_away_leaves_the_outcome_unknown_and_not_guessed(loop: VirtualLoop, port: str) -> None:
    world = World()
    name, _, method = port.partition(".")

    async def story() -> Passage:
        await world.prepare()
        order = world.order(backup=False)

        def gone(spec: Any) -> Any:
            world.jobs.faults.fail("run", Unavailable("Docker does not answer"))
            getattr(world, name).faults.fail(method, Unavailable("it does not answer"))
            return world.deed(spec)

        world.jobs.deeds = gone
        try:
            return await world.pass_(order)
        except Unavailable:
            return await world.store.passages.get(order.app, 1)

    passage = loop.run_until_complete(story())

    assert world.migrations == 1
    told = {"jobs.run": Outcome.APPLIED, "jobs.list": Outcome.APPLIED, "gates.hold": Outcome.APPLIED}
    assert passage.outcome in (Outcome.UNKNOWN, told.get(port))


def test_a_stop_before_it_migrates_is_heeded(loop: VirtualLoop) -> None:
    from fairway.domain.passage import advance

    world = World()

    async def story() -> Passage:
        await world.prepare()
        task = asyncio.ensure_future(world.pass_(world.order()))
        await asyncio.sleep(0.1)
        passage = await world.store.passages.get(world.order().app, 1)
        await world.store.passages.change(passage, advance(passage, PassageStatus.STOPPED))
        return await task

    passage = loop.run_until_complete(story())

    assert passage.status is PassageStatus.STOPPED
    assert (world.applied, world.migrations) == ([], 0)
    assert world.real.rows[TABLE] == []
