"""A server that dies at any call of a way back, just before it, just after it or within it, and the one that comes
after it: what came is taken away once, and what is said of it is true.
"""

from collections.abc import Callable

import pytest

from fairway.adapters.memory.clock import VirtualLoop
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.migrate.guard import Guard
from support.guard_mortal import Fate, Killed, mortal
from support.guard_world import DOWN, World, add_column, drop_column

pytestmark = pytest.mark.lengthy

MOST = 120
"""More calls than a way back makes."""


def nothing(world: World) -> None:
    """Nobody does anything."""


def each_death(
    loop: VirtualLoop,
    when: str,
    opens_at: Outcome,
    prepare: Callable[[World], None] = nothing,
    between: Callable[[World], None] = nothing,
) -> list[tuple[str, World, Passage]]:
    """What came of it for a death at each call, with its world. `prepare` comes between the migration and its way back,
    `between` is what happens while no server runs."""

    async def story(world: World, fate: Fate) -> Passage:
        await world.prepare()
        world.script.ups["2_note"], world.script.downs["2_note"] = add_column("note"), drop_column("note")
        await world.pass_(world.order(down=DOWN))
        prepare(world)
        order = world.order(down=DOWN, key="execution/42/production/back/1", back=1, opens_at=opens_at)
        try:
            return await Guard(mortal(world.parts(), fate)).take(order, world.log.append)
        except Killed:
            between(world)
            return await world.pass_(order)

    found: list[tuple[str, World, Passage]] = []
    for at in range(1, MOST):
        world, fate = World(), Fate(at, when)
        passage = loop.run_until_complete(story(world, fate))
        if fate.calls < at:
            assert at > 15, "the story is shorter than it was"
            return found
        found.append((f"{when} call {at}: {fate.name}", world, passage))
    raise AssertionError("the story has no end")


@pytest.mark.parametrize("opens_at", [Outcome.APPLIED, Outcome.UNTOUCHED])
@pytest.mark.parametrize("when", ["before", "after", "within"])
def test_it_is_gone_once_whenever_the_server_dies(loop: VirtualLoop, when: str, opens_at: Outcome) -> None:
    for place, world, passage in each_death(loop, when, opens_at):
        assert (passage.status, passage.outcome) == (PassageStatus.MIGRATED, Outcome.APPLIED), place
        assert (passage.number, passage.taken) == (2, ("1_coupon", "2_note")), place
        assert world.applied == [], place
        assert world.migrations == 2, place
        assert world.closed_while == [False, True], place
        assert world.doors.closed == (opens_at is Outcome.UNTOUCHED), place
        assert not world.real.held, place


@pytest.mark.parametrize("when", ["before", "after"])
def test_one_whose_container_was_removed_meanwhile_is_not_gone_twice(loop: VirtualLoop, when: str) -> None:
    def tidy(world: World) -> None:
        world.jobs.jobs.clear()

    for place, world, passage in each_death(loop, when, Outcome.APPLIED, between=tidy):
        assert (passage.status, passage.outcome) == (PassageStatus.MIGRATED, Outcome.APPLIED), place
        assert (world.applied, world.migrations) == ([], 2), place


@pytest.mark.parametrize("when", ["before", "after", "within"])
def test_one_that_breaks_off_is_half_way_and_closed_whoever_looks(loop: VirtualLoop, when: str) -> None:
    def prepare(world: World) -> None:
        world.script.down_dies_after = 1

    for place, world, passage in each_death(loop, when, Outcome.APPLIED, prepare):
        assert (passage.status, passage.outcome) == (PassageStatus.FAILED, Outcome.HALF), place
        assert (world.applied, world.migrations) == (["1_coupon"], 2), place
        assert world.doors.closed, place
