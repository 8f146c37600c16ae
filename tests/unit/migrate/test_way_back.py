"""A way back: what a passage has migrated is taken away again, all of it and nothing else, or the database stays."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from fairway.adapters.memory.clock import VirtualLoop
from fairway.adapters.memory.databases import MemoryDatabase
from fairway.domain.ids import ReleaseNumber
from fairway.domain.image import Image
from fairway.domain.migrations import Restoring, Smoke, Tool
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.errors import Conflict
from fairway.migrate.attending import EVERY, Attendant
from fairway.migrate.guard import Guard
from fairway.migrate.parts import WayBack
from support.guard_world import DOWN, TABLE, World, add_column, drop_column, only_the_old_fails
from support.pipeline_values import APP, PRODUCTION, make_release

CLOSING = {"smoke": (Smoke(path="/orders"),), "maintenance": True}


def migrated(loop: VirtualLoop, world: World, **settings: Any) -> Passage:
    """Passage 1, which has migrated."""
    passage = loop.run_until_complete(world.pass_(world.order(**{"down": DOWN, **settings})))
    assert passage.status is PassageStatus.MIGRATED
    world.begun.clear()
    world.specs.clear()
    world.log.clear()
    world.closed_while.clear()
    return passage


def go_back(loop: VirtualLoop, world: World, opens_at: Outcome | None = None, **settings: Any) -> Passage:
    order = world.order(
        **{"down": DOWN, "key": "execution/42/production/back/1", **settings}, back=1, opens_at=opens_at
    )
    return loop.run_until_complete(world.pass_(order))


def is_migrated(world: World) -> bool:
    return world.applied == ["1_coupon"] and "column public.orders.coupon" in world.real.objects


def test_what_a_passage_has_migrated_is_rehearsed_and_then_taken_back_once(loop: VirtualLoop, world: World) -> None:
    first = migrated(loop, world)

    passage = go_back(loop, world)

    assert (passage.status, passage.outcome, passage.back_of) == (PassageStatus.MIGRATED, Outcome.APPLIED, 1)
    assert (passage.taken, passage.applied) == (("1_coupon",), ())
    assert world.applied == []
    assert "column public.orders.coupon" not in world.real.objects
    assert world.begun == ["network-shop-api-2", None]
    assert [spec.command for spec in world.specs] == [DOWN, DOWN]
    assert first.rehearsal is not None
    assert passage.schema == first.rehearsal.before
    assert passage.summary == "backup 2 verified; 1 migration of passage 1 taken back in 0.3 s"
    assert (world.scratches.there, world.jobs.jobs) == ({}, {})


def test_the_same_order_a_second_time_gives_the_same_passage(loop: VirtualLoop, world: World) -> None:
    migrated(loop, world)

    assert go_back(loop, world) == go_back(loop, world)
    assert world.migrations == 1


def test_with_nothing_of_it_there_any_more_nothing_is_done(loop: VirtualLoop, world: World) -> None:
    migrated(loop, world)
    go_back(loop, world)
    world.doors.closed = True

    passage = go_back(loop, world, Outcome.APPLIED, key="execution/42/production/back/2")

    assert (passage.status, passage.taken) == (PassageStatus.SKIPPED, ())
    assert passage.summary == "nothing to take back: the database has nothing of passage 1 any more"
    assert (world.migrations, passage.backup) == (1, None)
    assert not world.doors.closed, "the database is as what served before needs it"


def test_what_came_after_it_bars_the_way(loop: VirtualLoop, world: World) -> None:
    migrated(loop, world)
    world.script.ups["2_note"], world.script.downs["2_note"] = add_column("note"), drop_column("note")
    migrated(loop, world, key="execution/43/production/1")

    passage = go_back(loop, world)

    assert (passage.status, passage.outcome) == (PassageStatus.REFUSED, Outcome.UNTOUCHED)
    assert passage.summary == "passage 1 is not taken back: 2_note came after it"
    assert passage.cause is not None
    assert "fairway db restore 1, which says first which writes since would be lost" in passage.cause.fix
    assert (world.begun, world.applied) == ([], ["1_coupon", "2_note"])


def test_a_part_of_it_bars_the_way_too(loop: VirtualLoop, world: World) -> None:
    world.script.ups["2_note"], world.script.downs["2_note"] = add_column("note"), drop_column("note")
    migrated(loop, world)
    world.real.rows[TABLE].pop()

    passage = go_back(loop, world)

    assert passage.status is PassageStatus.REFUSED
    assert passage.summary == "passage 1 is not taken back: of its migrations only 1_coupon is there"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"down": None}, "passage 1 has rehearsed no way back"),
        ({"rehearse": False}, "passage 1 has rehearsed no way back"),
        ({"backup": False}, "passage 1 has rehearsed no way back"),
    ],
)
def test_what_was_never_rehearsed_is_refused(
    loop: VirtualLoop, world: World, settings: dict[str, Any], said: str
) -> None:
    migrated(loop, world, **settings)

    passage = go_back(loop, world)

    assert (passage.status, passage.summary) == (PassageStatus.REFUSED, f"passage 1 is not taken back: {said}")
    assert is_migrated(world)


def test_one_that_led_elsewhere_when_it_was_rehearsed_is_refused(loop: VirtualLoop, world: World) -> None:
    world.script.downs["1_coupon"] = lambda database: None
    migrated(loop, world)

    passage = go_back(loop, world)

    assert passage.status is PassageStatus.REFUSED
    assert passage.summary.endswith("the way back that passage 1 rehearsed did not lead back")


def test_what_has_not_migrated_is_refused(loop: VirtualLoop, world: World) -> None:
    world.script.ups = {}
    loop.run_until_complete(world.pass_(world.order(down=DOWN)))

    assert go_back(loop, world).summary == "passage 1 is not taken back: passage 1 has not migrated: it is SKIPPED"


def test_a_way_back_that_leads_elsewhere_by_now_never_reaches_the_database(loop: VirtualLoop, world: World) -> None:
    migrated(loop, world)

    def take_more(database: MemoryDatabase) -> None:
        drop_column("coupon")(database)
        drop_column("code")(database)

    world.script.downs["1_coupon"] = take_more

    passage = go_back(loop, world)

    assert (passage.status, passage.outcome) == (PassageStatus.FAILED, Outcome.UNTOUCHED)
    assert passage.summary == (
        "the way back does not lead back to before passage 1: column public.orders.code is not as before passage 1"
    )
    assert world.migrations == 0
    assert is_migrated(world)


def test_one_that_takes_an_earlier_migration_too_never_reaches_the_database(loop: VirtualLoop, world: World) -> None:
    world.real.insert(TABLE, [{"name": "0_start"}])
    world.script.ups = {"0_start": add_column("start"), **world.script.ups}
    migrated(loop, world)
    world.script.downs["0_start"] = lambda database: None

    passage = go_back(loop, world)

    assert "it took 0_start away too, which passage 1 did not bring" in passage.summary
    assert world.applied == ["0_start", "1_coupon"]


def test_a_command_that_takes_nothing_away_never_reaches_the_database(loop: VirtualLoop, world: World) -> None:
    migrated(loop, world)
    world.script.downs.clear()

    passage = go_back(loop, world)

    assert passage.summary.endswith("1_coupon is still in the tool's table")
    assert world.migrations == 0


def test_the_environment_is_closed_and_stays_so_for_the_release_that_comes(loop: VirtualLoop, world: World) -> None:
    migrated(loop, world)

    passage = go_back(loop, world, Outcome.UNTOUCHED)

    assert passage.status is PassageStatus.MIGRATED
    assert (world.closed_while, world.doors.closed) == ([True], True)


def test_after_a_failed_deployment_it_is_opened_with_what_served_before(loop: VirtualLoop, world: World) -> None:
    world.trials.bears = only_the_old_fails(world)
    migrated(loop, world, **CLOSING)
    closed = world.doors.closed

    go_back(loop, world, Outcome.APPLIED, **CLOSING)

    assert closed
    assert (world.closed_while, world.doors.closed) == ([True], False)


def test_one_that_was_told_to_close_nothing_closes_nothing(loop: VirtualLoop, world: World) -> None:
    migrated(loop, world, **CLOSING)

    go_back(loop, world, **CLOSING)

    assert world.closed_while == [False]


def test_one_that_changed_nothing_opens_what_needs_the_migrations(loop: VirtualLoop, world: World) -> None:
    migrated(loop, world)
    world.script.locked = 99

    passage = go_back(loop, world, Outcome.UNTOUCHED, retries=1)

    assert (passage.status, passage.outcome) == (PassageStatus.FAILED, Outcome.UNTOUCHED)
    assert world.migrations == 2
    assert not world.doors.closed
    assert passage.cause is not None
    assert passage.cause.seen == "the database has all of the migrations still"


def test_one_that_changed_nothing_stays_closed_to_what_served_before(loop: VirtualLoop, world: World) -> None:
    migrated(loop, world)
    world.script.locked = 99

    passage = go_back(loop, world, Outcome.APPLIED, retries=0)

    assert world.doors.closed
    assert passage.cause is not None
    assert passage.cause.seen == "the database has all of the migrations still; the environment stays closed"
    assert "fairway db restore 1, which says" in passage.cause.fix, "the backup of before the migration"
    assert passage.cause.fix.endswith("then fairway restart -e production opens it with what it had")


def half_way(loop: VirtualLoop, world: World, opens_at: Outcome | None, **settings: Any) -> Passage:
    world.script.ups["2_note"], world.script.downs["2_note"] = add_column("note"), drop_column("note")
    migrated(loop, world)
    world.script.down_dies_after = 1
    return go_back(loop, world, opens_at, **settings)


@pytest.mark.parametrize(("opens_at", "backup"), [(None, 2), (Outcome.UNTOUCHED, 2), (Outcome.APPLIED, 1)])
def test_one_that_breaks_off_is_half_way_and_is_not_tried_again(
    loop: VirtualLoop, world: World, opens_at: Outcome | None, backup: int
) -> None:
    passage = half_way(loop, world, opens_at)

    assert (passage.status, passage.outcome) == (PassageStatus.FAILED, Outcome.HALF)
    assert (world.applied, world.migrations) == (["1_coupon"], 1)
    assert world.doors.closed == (opens_at is not None)
    assert passage.cause is not None
    assert "half-way back: 1 of 2 migrations are in the tool's table" in passage.cause.seen
    assert f"fairway db restore {backup}" in passage.cause.fix


def test_by_policy_the_backup_takes_the_place_of_one_that_is_half_way(loop: VirtualLoop, world: World) -> None:
    passage = half_way(loop, world, Outcome.UNTOUCHED, restore=Restoring.AUTOMATIC)

    assert (passage.outcome, world.restored) == (Outcome.UNTOUCHED, [2])
    assert world.world.at(world.address).rows[TABLE] == [{"name": "1_coupon"}, {"name": "2_note"}]
    assert not world.doors.closed


def test_without_a_table_that_can_be_read_the_schema_says_what_is_there(loop: VirtualLoop, world: World) -> None:
    world.tool = Tool.COMMAND
    migrated(loop, world)

    first = go_back(loop, world)
    second = go_back(loop, world, key="execution/42/production/back/2")

    assert (first.status, first.outcome) == (PassageStatus.MIGRATED, Outcome.APPLIED)
    assert second.status is PassageStatus.SKIPPED


def test_of_sql_files_exactly_those_are_taken_back_that_came(loop: VirtualLoop, world: World) -> None:
    world.tool = Tool.SQL
    migrated(loop, world, command=(), down=None)

    passage = go_back(loop, world, command=(), down=None)

    assert passage.status is PassageStatus.MIGRATED
    assert [spec.command for spec in world.specs] == [("psql", "down")] * 2
    assert [list(spec.files.values()) for spec in world.specs] == [["1_coupon"]] * 2


def test_one_that_was_left_is_found_out_by_the_attendant_and_opens_the_environment(
    loop: VirtualLoop, world: World
) -> None:
    world.release = lambda number, **settings: World.release(1 if number == 18 else number, **settings)  # type: ignore[method-assign]
    migrated(loop, world)
    world.script.takes = 5.0

    async def story() -> tuple[Passage, Passage]:
        order = world.order(key="execution/42/production/back/1", back=1, opens_at=Outcome.APPLIED, down=DOWN)
        await world.store.releases.create(make_release(description=order.release.description))
        dying = asyncio.ensure_future(world.pass_(order))
        await asyncio.sleep(7.0)
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        left = await world.store.passages.get(APP, 2)
        attendant = Attendant(Guard(world.parts()), world.store.executions)
        running = asyncio.ensure_future(attendant.run())
        await asyncio.sleep(3 * EVERY)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return left, await world.store.passages.get(APP, 2)

    left, found = loop.run_until_complete(story())

    assert (left.status, world.closed_while) == (PassageStatus.MIGRATING, [True])
    assert (found.status, found.outcome) == (PassageStatus.MIGRATED, Outcome.APPLIED)
    assert world.migrations == 1
    assert not world.doors.closed


def ask_back(loop: VirtualLoop, world: World) -> Passage:
    wanted = WayBack(app=APP, environment=PRODUCTION, key="execution/50/production/back/1", by="ada", passage=1)
    return loop.run_until_complete(world.door().take_back(wanted, world.log.append))


def test_it_runs_the_image_of_the_release_that_brought_them(loop: VirtualLoop, world: World) -> None:
    world.release = lambda number, **settings: World.release(1 if number == 18 else number, **settings)  # type: ignore[method-assign]
    migrated(loop, world)
    kept = replace(world.release(18, down=DOWN), image=Image(repository="shop", digest=f"sha256:{7:064}"))
    loop.run_until_complete(world.store.releases.create(kept))

    passage = ask_back(loop, world)

    assert (passage.status, passage.back_of, passage.release) == (PassageStatus.MIGRATED, 1, 1)
    assert {spec.image for spec in world.specs} == {kept.image}


def test_without_that_release_it_is_refused_with_what_else_there_is(loop: VirtualLoop, world: World) -> None:
    migrated(loop, world)

    with pytest.raises(Conflict) as refused:
        ask_back(loop, world)

    assert refused.value.why == "release 18, whose image has the way back, is not kept any more"
    assert "fairway db restore 1, which says first" in refused.value.hint
    assert len(loop.run_until_complete(world.store.passages.list(APP))) == 1


def test_the_way_to_an_earlier_release_is_free_once_it_is_taken_back(loop: VirtualLoop, world: World) -> None:
    migrated(loop, world)
    go_back(loop, world)
    world.script.ups["1_coupon"] = add_column("coupon")
    migrated(loop, world, key="execution/44/production/1")
    old = replace(World.release(17, down=DOWN), number=ReleaseNumber(17))
    world.script.ups = {}

    found = loop.run_until_complete(world.door().find_return(old))

    assert found is not None
    assert found.passage == 3, "passage 1 was taken back, and is no part of it"
