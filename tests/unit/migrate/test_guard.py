"""The guard: what each order comes to, and that the real database is only touched when all before it has held."""

from dataclasses import replace
from typing import Any

import pytest

from fairway.adapters.memory.clock import VirtualLoop
from fairway.adapters.memory.databases import MemoryDatabase
from fairway.adapters.memory.trials import Bearing
from fairway.domain.guarding import agree
from fairway.domain.health import ProbeResult
from fairway.domain.judgement import Finding
from fairway.domain.migrations import Policy, Restoring, Smoke, Tool
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.errors import Unavailable, WorkFailed
from support.guard_world import DOWN, UP, World, add_column, drop_column, only_the_old_fails

FINDING = Finding(rule="adding-not-nullable-field", step="1_coupon", effect="locks orders", advice="do it in two steps")


def go(loop: VirtualLoop, world: World, **changes: Any) -> Passage:
    return loop.run_until_complete(world.pass_(world.order(**changes)))


def untouched(world: World) -> bool:
    return world.applied == [] and "column public.orders.coupon" not in world.real.objects


def test_a_good_migration_is_rehearsed_and_then_made_once(loop: VirtualLoop, world: World) -> None:
    passage = go(loop, world)

    assert (passage.status, passage.outcome, passage.applied) == (
        PassageStatus.MIGRATED,
        Outcome.APPLIED,
        ("1_coupon",),
    )
    assert world.applied == ["1_coupon"]
    assert world.begun == ["network-shop-api-1", None]
    assert passage.backup == 1
    assert passage.summary == "backup 1 verified; 1 migration in 0.3 s"


def test_nothing_is_left_of_it(loop: VirtualLoop, world: World) -> None:
    go(loop, world)

    assert (world.scratches.there, world.jobs.jobs, world.trials.there) == ({}, {}, {})
    assert not world.real.held


def test_with_nothing_pending_nothing_is_done(loop: VirtualLoop, world: World) -> None:
    world.script.ups = {}

    passage = go(loop, world)

    assert passage.status is PassageStatus.SKIPPED
    assert passage.summary == "nothing pending (knex, 0 migrations applied)"
    assert (world.begun, passage.backup) == ([], None)


def test_the_same_order_a_second_time_gives_the_same_passage(loop: VirtualLoop, world: World) -> None:
    first = go(loop, world)

    second = go(loop, world)

    assert second == first
    assert world.migrations == 1


def test_the_rehearsal_has_the_copy_s_url_and_the_real_one_is_not_given(loop: VirtualLoop, world: World) -> None:
    world.variables |= {"DB_HOST": "db", "PGPASSWORD": "secret-word"}
    given: dict[str, str] = {}
    begin = world.jobs._start

    def note(job: Any, spec: Any, variables: Any) -> Any:
        given.update(variables if spec.network else {})
        return begin(job, spec, variables)

    world.jobs._start = note  # type: ignore[method-assign]
    go(loop, world)

    assert given["DATABASE_URL"] == "postgres://shop:password%20of%20shop-api-1@scratch-shop-api-1:5432/shop"
    assert (given["DB_HOST"], given["PGPASSWORD"]) == ("scratch-shop-api-1", "password of shop-api-1")
    assert given["PGOPTIONS"] == "-c lock_timeout=5000"


def test_what_fails_on_the_copy_leaves_the_database_untouched(loop: VirtualLoop, world: World) -> None:
    world.script.ups = {"1_coupon": add_column("coupon", required=True)}

    passage = go(loop, world)

    assert (passage.status, passage.outcome) == (PassageStatus.FAILED, Outcome.UNTOUCHED)
    assert passage.cause is not None
    assert passage.cause.sentence == 'column "coupon" of relation "orders" contains null values'
    assert "the database was not touched" in passage.cause.seen
    assert untouched(world)
    assert world.migrations == 0


def test_a_command_that_goes_elsewhere_is_named(loop: VirtualLoop, world: World) -> None:
    world.script.away = True
    world.script.lines = ("Error: getaddrinfo ENOTFOUND db",)
    world.script.code = 1

    passage = go(loop, world)

    assert passage.cause is not None
    assert "goes to the real database at db by an address of its own" in passage.cause.sentence
    assert world.migrations == 0


def test_a_command_that_ends_well_and_opened_nothing_has_not_succeeded(loop: VirtualLoop, world: World) -> None:
    world.script.away = True

    passage = go(loop, world)

    assert passage.status is PassageStatus.FAILED
    assert passage.cause is not None
    assert "never opened the database" in passage.cause.sentence
    assert world.migrations == 0


def test_a_command_that_asks_is_named(loop: VirtualLoop, world: World) -> None:
    world.script.lines = ("This will drop a table. Are you sure? (y/N)",)
    world.script.ups["1_coupon"] = lambda database: None
    world.script.takes = 10_000.0

    passage = go(loop, world)

    assert passage.cause is not None
    assert passage.cause.sentence.startswith("the migration asks a question on its standard input")
    assert passage.cause.seen.startswith("This will drop a table. Are you sure? (y/N)")


def test_a_command_without_an_end_is_ended(loop: VirtualLoop, world: World) -> None:
    world.script.takes = 10_000.0

    passage = go(loop, world, timeout=60.0)

    assert passage.cause is not None
    assert passage.cause.sentence == "the migration took longer than 60 s and was ended"
    assert untouched(world)


def test_a_command_that_is_not_in_the_image_stops_the_release(loop: VirtualLoop, world: World) -> None:
    world.script.refused = "there is no program npx"

    passage = go(loop, world)

    assert passage.status is PassageStatus.FAILED
    assert untouched(world)


def test_a_backup_that_can_t_be_verified_stops_the_release(loop: VirtualLoop, world: World) -> None:
    world.copies.trouble = WorkFailed("backup 1 is not what is in the database", why="public.orders: 3 rows, 2")

    passage = go(loop, world)

    assert (passage.status, passage.summary) == (PassageStatus.FAILED, "backup 1 is not what is in the database")
    assert world.begun == []


def test_a_database_that_can_t_be_reached_stops_the_release(loop: VirtualLoop, world: World) -> None:
    world.world.unreachable.add("db")

    passage = go(loop, world)

    assert passage.status is PassageStatus.FAILED
    assert passage.cause is not None
    assert "can't be reached" in passage.cause.sentence


def test_an_environment_without_the_variable_is_told(loop: VirtualLoop, world: World) -> None:
    del world.variables["DATABASE_URL"]

    passage = go(loop, world)

    assert passage.cause is not None
    assert passage.cause.sentence == "production has no variable DATABASE_URL, which should name the database"


def test_a_rehearsal_alone_goes_no_further(loop: VirtualLoop, world: World) -> None:
    passage = go(loop, world, goes=False)

    assert passage.status is PassageStatus.REHEARSED
    assert untouched(world)
    assert world.migrations == 0


def test_a_way_back_is_rehearsed_too(loop: VirtualLoop, world: World) -> None:
    passage = go(loop, world, down=DOWN)

    assert passage.rehearsal is not None
    assert passage.rehearsal.back
    assert world.applied == ["1_coupon"]


def test_a_way_back_that_leads_elsewhere_does_not_count(loop: VirtualLoop, world: World) -> None:
    def forget(database: MemoryDatabase) -> None:
        database.objects["column public.orders.left"] = "text"
        drop_column("coupon")(database)

    world.script.downs = {"1_coupon": forget}

    passage = go(loop, world, down=DOWN)

    assert passage.status is PassageStatus.MIGRATED
    assert passage.rehearsal is not None
    assert not passage.rehearsal.back


@pytest.mark.parametrize("goes", [True, False])
def test_a_refused_finding_stops_it_before_anything_is_copied(loop: VirtualLoop, world: World, goes: bool) -> None:
    world.findings = [FINDING]

    passage = go(loop, world, goes=goes, policy=Policy.REFUSE)

    assert (passage.status, passage.backup) == (PassageStatus.REFUSED, None)
    assert passage.cause is not None
    assert passage.cause.fix == "do it in two steps"
    assert world.begun == []


def test_a_finding_that_asks_stops_only_who_has_not_agreed(loop: VirtualLoop, world: World) -> None:
    world.findings = [FINDING]
    shown = go(loop, world, goes=False, key="a", policy=Policy.ASK)
    alone = go(loop, world, key="b", policy=Policy.ASK)
    assert shown.judged is not None
    order = replace(world.order(key="c", policy=Policy.ASK), agreed=agree(shown.judged.asked))

    agreed = loop.run_until_complete(world.pass_(order))

    assert [each.status for each in (shown, alone, agreed)] == [
        PassageStatus.REHEARSED,
        PassageStatus.REFUSED,
        PassageStatus.MIGRATED,
    ]
    assert shown.summary == "1 migration rehearsed in 0.3 s; 1 finding to agree to"


def test_an_old_release_that_fails_on_the_new_schema_stops_it(loop: VirtualLoop, world: World) -> None:
    world.trials.bears = only_the_old_fails(world)

    passage = go(loop, world, smoke=(Smoke(path="/orders"),))

    assert passage.status is PassageStatus.REFUSED
    assert passage.cause is not None
    assert passage.cause.sentence.startswith("release 17, which serves, would fail on the new schema")
    assert "GET /orders answered 500" in passage.cause.seen
    assert passage.cause.log == ("no column code",)
    assert "migrations.maintenance = true" in passage.cause.fix
    assert untouched(world)


def test_with_maintenance_the_environment_is_closed_while_it_migrates(loop: VirtualLoop, world: World) -> None:
    world.trials.bears = only_the_old_fails(world)

    passage = go(loop, world, smoke=(Smoke(path="/orders"),), maintenance=True)

    assert (passage.status, world.applied) == (PassageStatus.MIGRATED, ["1_coupon"])
    assert world.closed_while == [True]
    assert world.doors.closed, "the deployment that follows opens it"


def test_with_maintenance_nothing_is_closed_that_holds(loop: VirtualLoop, world: World) -> None:
    passage = go(loop, world, smoke=(Smoke(path="/orders"),), maintenance=True)

    assert passage.status is PassageStatus.MIGRATED
    assert (world.closed_while, world.doors.closed) == ([False], False)


def test_a_new_release_that_fails_stops_it_whatever_may_be_closed(loop: VirtualLoop, world: World) -> None:
    world.trials.bears = lambda spec, variables: Bearing(code=1 if variables["FAIRWAY_RELEASE"] == "18" else None)

    passage = go(loop, world, maintenance=True)

    assert passage.status is PassageStatus.REFUSED
    assert untouched(world) and not world.doors.closed


def test_one_that_changed_nothing_opens_the_environment_again(loop: VirtualLoop, world: World) -> None:
    world.trials.bears = only_the_old_fails(world)
    world.script.locked = 9

    passage = go(loop, world, smoke=(Smoke(path="/orders"),), maintenance=True, retries=2)

    assert (passage.status, passage.outcome) == (PassageStatus.FAILED, Outcome.UNTOUCHED)
    assert (world.closed_while, world.doors.closed) == ([True] * 3, False)
    assert any("open again" in line for line in world.log)


def test_one_that_stopped_half_way_leaves_it_closed_and_says_so(loop: VirtualLoop, world: World) -> None:
    world.trials.bears = only_the_old_fails(world)
    world.script.ups["2_index"] = add_column("index")
    world.script.dies_after = 1

    passage = go(loop, world, smoke=(Smoke(path="/orders"),), maintenance=True)

    assert (passage.status, passage.outcome) == (PassageStatus.FAILED, Outcome.HALF)
    assert world.doors.closed
    assert passage.cause is not None
    assert "the environment stays closed" in passage.cause.seen
    assert "fairway restart" in passage.cause.fix


def test_one_that_can_t_be_closed_is_not_migrated(loop: VirtualLoop, world: World) -> None:
    world.trials.bears = only_the_old_fails(world)
    world.doors.trouble = WorkFailed("production could not be closed", why="its tasks did not end")

    passage = go(loop, world, smoke=(Smoke(path="/orders"),), maintenance=True)

    assert (passage.status, passage.outcome) == (PassageStatus.FAILED, Outcome.UNTOUCHED)
    assert untouched(world) and not world.doors.closed


def test_a_release_that_fails_without_the_migration_too_proves_nothing(loop: VirtualLoop, world: World) -> None:
    world.trials.bears = lambda spec, variables: Bearing(
        well=ProbeResult(ok=False, detail="GET /healthz answered 500: no redis", status=500)
    )

    passage = go(loop, world)

    assert passage.status is PassageStatus.MIGRATED
    assert passage.rehearsal is not None
    assert passage.rehearsal.old is not None
    assert "no redis" in passage.rehearsal.old.blind


def test_a_new_release_that_fails_on_the_copy_stops_it(loop: VirtualLoop, world: World) -> None:
    world.trials.bears = lambda spec, variables: Bearing(code=1 if variables["FAIRWAY_RELEASE"] == "18" else None)

    passage = go(loop, world)

    assert passage.status is PassageStatus.REFUSED
    assert passage.cause is not None
    assert passage.cause.sentence == "the new release fails on the migrated copy of the database"
    assert untouched(world)


def test_where_nothing_serves_nothing_is_tried(loop: VirtualLoop, world: World) -> None:
    world.serving = None

    passage = go(loop, world)

    assert passage.status is PassageStatus.MIGRATED
    assert world.trials.started == []


def test_without_a_backup_nothing_is_rehearsed_and_it_is_made_all_the_same(loop: VirtualLoop, world: World) -> None:
    passage = go(loop, world, backup=False)

    assert (passage.status, passage.backup, passage.rehearsal) == (PassageStatus.MIGRATED, None, None)
    assert world.begun == [None]


def test_a_tool_that_can_t_be_read_is_always_rehearsed(loop: VirtualLoop, world: World) -> None:
    world.tool = Tool.COMMAND

    passage = go(loop, world)

    assert (passage.status, passage.outcome) == (PassageStatus.MIGRATED, Outcome.APPLIED)
    assert len(world.begun) == 2


def test_a_lock_that_is_waited_for_too_long_is_tried_again(loop: VirtualLoop, world: World) -> None:
    world.script.locked = 2

    passage = go(loop, world)

    assert passage.status is PassageStatus.MIGRATED
    assert [attempt.code for attempt in passage.attempts] == [1, 1, 0]
    assert any("attempt 2 of 6 follows in 1.0 s" in line for line in world.log)


def test_it_is_not_tried_for_ever(loop: VirtualLoop, world: World) -> None:
    world.script.locked = 100

    passage = go(loop, world, retries=2)

    assert (passage.status, passage.outcome) == (PassageStatus.FAILED, Outcome.UNTOUCHED)
    assert len(passage.attempts) == 3
    assert untouched(world)


def test_a_migration_that_breaks_off_is_reported_as_half(loop: VirtualLoop, world: World) -> None:
    world.script.ups["2_note"] = add_column("note")
    world.script.dies_after = 1

    passage = go(loop, world)

    assert (passage.status, passage.outcome) == (PassageStatus.FAILED, Outcome.HALF)
    assert passage.cause is not None
    assert "1 of 2 migrations" in passage.cause.seen
    assert "fairway db restore 1" in passage.cause.fix
    assert world.restored == []


def test_by_policy_the_backup_takes_its_place(loop: VirtualLoop, world: World) -> None:
    world.script.ups["2_note"] = add_column("note")
    world.script.dies_after = 1

    passage = go(loop, world, restore=Restoring.AUTOMATIC)

    assert (passage.status, passage.outcome, world.restored) == (PassageStatus.FAILED, Outcome.UNTOUCHED, [1])
    assert untouched(world)


def test_a_gate_that_another_server_holds_is_waited_for_and_then_given_up(loop: VirtualLoop, world: World) -> None:
    world.real.held = True

    passage = go(loop, world)

    assert (passage.status, passage.outcome) == (PassageStatus.FAILED, Outcome.UNTOUCHED)
    assert world.migrations == 0


def test_an_engine_that_does_not_answer_is_asked_again(loop: VirtualLoop, world: World) -> None:
    async def story() -> Passage:
        import asyncio

        world.jobs.faults.hang("list")
        task = asyncio.ensure_future(world.pass_(world.order(backup=False)))
        world.jobs.faults.fail("run", Unavailable("Docker does not answer"))
        await asyncio.sleep(20)
        world.jobs.faults.mend()
        return await task

    passage = loop.run_until_complete(story())

    assert passage.status is PassageStatus.MIGRATED
    assert world.migrations == 1


def test_a_command_that_ends_badly_after_its_work_is_told(loop: VirtualLoop, world: World) -> None:
    world.script.code = 0

    def end_badly(spec: Any) -> Any:
        return replace(world.deed(spec), code=0 if spec.network else 1)

    world.jobs.deeds = end_badly

    passage = go(loop, world)

    assert (passage.status, passage.outcome) == (PassageStatus.MIGRATED, Outcome.APPLIED)
    assert passage.summary.endswith("its command did not end well, though all of it is in the database")


def test_the_command_of_fairway_toml_is_what_runs(loop: VirtualLoop, world: World) -> None:
    passage = go(loop, world)

    assert passage.attempts[0].command == UP


def test_plain_sql_files_are_run_by_the_database_s_own_psql(loop: VirtualLoop, world: World) -> None:
    world.tool = Tool.SQL

    passage = go(loop, world, command=())

    assert (passage.status, passage.applied) == (PassageStatus.MIGRATED, ("1_coupon",))
    assert passage.rehearsal is not None
    assert passage.rehearsal.back
    assert [spec.command[1] for spec in world.specs] == ["up", "down", "up", "up"]
    real = world.specs[-1]
    assert (real.image.repository, real.files) == ("postgres", {"/fairway/sql/0.sql": "1_coupon"})
    assert world.jobs.starts
