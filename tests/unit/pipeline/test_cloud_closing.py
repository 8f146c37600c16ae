"""An environment on AWS that is closed while its database is migrated: by its own stack, and opened by what follows."""

import pytest

from fairway.adapters.memory.trials import Bearing
from fairway.cloudformation import wires
from fairway.domain.passage import Outcome, PassageStatus
from fairway.errors import Conflict, Unavailable
from fairway.pipeline.cloud.failing import StageFailed
from support.cloud_closing import CLOSING, SCALED, SMOKE, WEB, begin, count, door, make_doors
from support.cloud_deploy import IMAGE, NEXT, SERVICES
from support.cloud_guard import GUARDED, GuardedCloud
from support.cloud_stage import APP, PRODUCTION
from support.examples import ALL, some

pytestmark = pytest.mark.lengthy

THIRD = "3e" * 20


@pytest.fixture
async def world() -> GuardedCloud:
    return await begin()


async def fail(world: GuardedCloud, text: str = CLOSING) -> StageFailed:
    with pytest.raises(StageFailed) as failure:
        await world.deploy(world.second(text=text))
    return failure.value


async def serves(world: GuardedCloud) -> str:
    return (await world.seen()).parameters[wires.IMAGE_DIGEST]


def told(world: GuardedCloud, logical: str) -> list[str]:
    """What has become of a resource since the first deployment."""
    began = max(
        number
        for number, each in enumerate(world.stacks.held[SERVICES].events)
        if each.status == "CREATE_COMPLETE" and each.logical == "RunningWeb"
    )
    return [each.status for each in world.stacks.held[SERVICES].events[began + 1 :] if each.logical == logical]


def line(world: GuardedCloud, beginning: str) -> int:
    return next(place for place, line in enumerate(world.said) if line.startswith(beginning))


async def test_it_is_migrated_behind_the_page_with_no_task_and_the_new_release_opens_it(world: GuardedCloud) -> None:
    while_it_ran: list[tuple[str, object, bool]] = []
    world.database.begins = lambda: while_it_ran.append(
        (door(world), count(world), "ClosedPage" in world.stacks.held[SERVICES].resources)
    )

    await world.deploy(world.second(text=CLOSING))

    assert while_it_ran == [("closed", 0, True)]
    assert (door(world), count(world), await serves(world)) == ("open", 1, NEXT.digest)
    assert "ClosedPage" not in world.stacks.held[SERVICES].resources
    assert world.database.applied == ["1_coupon", "2_note"]
    assert line(world, "maintenance   …") < line(world, "closed; no task is left") < line(world, "migration     ✓")


async def test_the_page_comes_before_the_tasks_go_and_goes_after_they_have_come(world: GuardedCloud) -> None:
    await world.deploy(world.second(text=CLOSING))

    events = [(each.logical, each.status) for each in world.stacks.held[SERVICES].events]
    made = events.index(("ClosedPage", "CREATE_COMPLETE"))
    gone = events.index(("ClosedPage", "DELETE_COMPLETE"))
    between = [place for place, each in enumerate(events) if each == ("RunningWeb", "UPDATE_COMPLETE")]
    emptied, came, *_ = between
    assert made < emptied < came < gone


async def test_where_the_release_that_serves_holds_nothing_is_closed(world: GuardedCloud) -> None:
    world.database.trials.bears = lambda spec, variables: Bearing()

    await world.deploy(world.second(text=CLOSING))

    assert await serves(world) == NEXT.digest
    assert told(world, "ClosedPage") == [] and "maintenance" not in world.text


async def test_it_is_migrated_once_no_task_runs_any_more(world: GuardedCloud) -> None:
    world.ecs.living[WEB] = [(await world.definition(),) * 2, (await world.definition(),), ()]

    await world.deploy(world.second(text=CLOSING))

    assert line(world, "closed; 2 tasks have") < line(world, "closed; 1 task has")
    assert line(world, "closed; 1 task has") < line(world, "migration     ✓")


async def test_beside_a_task_that_does_not_end_nothing_is_migrated_and_it_opens_again(world: GuardedCloud) -> None:
    world.ecs.living[WEB] = [(await world.definition(),)]

    failure = await fail(world)

    assert world.database.applied == ["1_coupon"]
    assert "production could not be closed" in failure.cause.sentence
    assert (door(world), count(world), await serves(world)) == ("open", 1, IMAGE.digest)


async def test_a_migration_that_left_the_database_as_before_opens_it_with_what_served(world: GuardedCloud) -> None:
    world.database.script.dies_after = 1

    failure = await fail(world)

    assert world.database.applied == ["1_coupon"] and "the database is as before" in failure.cause.seen
    assert (door(world), count(world), await serves(world)) == ("open", 1, IMAGE.digest)
    assert "stays closed" not in failure.cause.seen


async def half(world: GuardedCloud) -> StageFailed:
    world.bring("3_more")
    world.database.script.dies_after = 2
    return await fail(world)


async def test_half_way_it_stays_closed_and_says_so(world: GuardedCloud) -> None:
    failure = await half(world)

    assert (door(world), count(world)) == ("closed", 0)
    assert failure.cause.seen.count("the environment stays closed") == 1
    assert "FAIRWAY_RESTORE=2" in failure.cause.fix


async def test_what_mends_it_opens_it(world: GuardedCloud) -> None:
    await half(world)
    world.database.script.dies_after = None
    world.restored = "2"

    await world.deploy(world.second(commit=THIRD, built_at=3.0, text=CLOSING))

    assert world.database.restored == [2] and world.database.applied == ["1_coupon", "2_note", "3_more"]
    assert (door(world), count(world), await serves(world)) == ("open", 1, NEXT.digest)


def break_deployment(world: GuardedCloud) -> None:
    """The next release never comes up; what served before does."""
    world.stacks.break_resource("DefinitionWeb", "the circuit breaker opened")


async def test_when_the_new_release_does_not_come_up_it_is_taken_back_and_what_served_opens_it(
    world: GuardedCloud,
) -> None:
    break_deployment(world)

    failure = await fail(world)

    back, *_ = await world.passages()
    assert (back.status, back.back_of, back.opens_at) == (PassageStatus.MIGRATED, 2, Outcome.APPLIED)
    assert world.database.applied == ["1_coupon"]
    assert (door(world), count(world), await serves(world)) == ("open", 1, IMAGE.digest)
    assert failure.cause.seen.endswith("the environment is open again, with the release that served")
    assert "its migrations come again" in failure.cause.fix
    assert "still serves" not in failure.cause.sentence and "production is closed" in failure.cause.sentence


async def test_what_does_not_come_up_again_either_leaves_it_closed_and_says_so(world: GuardedCloud) -> None:
    break_deployment(world)
    world.database.begins = lambda: (
        world.stacks.break_resource("RunningWeb", "no image", "UPDATE") if world.migrations == 2 else None
    )

    failure = await fail(world)

    assert world.database.applied == ["1_coupon"] and door(world) == "closed"
    assert "the environment stays closed: what served did not come up again" in failure.cause.seen


@pytest.mark.parametrize("rehearsed", [True, False])
async def test_a_release_that_the_stack_has_and_ecs_does_not_run_keeps_its_schema(
    world: GuardedCloud, rehearsed: bool
) -> None:
    if not rehearsed:
        world.database.script.downs.clear()
    world.ecs.back["web"] = await world.runs()

    failure = await fail(world)

    assert world.database.applied == ["1_coupon", "2_note"] and await serves(world) == NEXT.digest
    assert "has not gone back to another release" in failure.cause.seen
    assert "shown to fail on that" in failure.cause.seen and "stays closed" not in failure.cause.seen


async def stay_closed(world: GuardedCloud) -> StageFailed:
    """No way back was shown."""
    world.database.script.downs.clear()
    break_deployment(world)
    failure = await fail(world)
    world.stacks.mend_resource("DefinitionWeb")
    world.said.clear()
    return failure


async def test_without_a_way_back_it_stays_closed_and_says_what_opens_it(world: GuardedCloud) -> None:
    failure = await stay_closed(world)

    assert (door(world), count(world)) == ("closed", 0) and world.database.applied == ["1_coupon", "2_note"]
    assert "which are not taken back" in failure.cause.seen and "the environment stays closed" in failure.cause.seen
    assert "a retry of the stage deploys it again" in failure.cause.fix
    assert "FAIRWAY_RESTORE=2" in failure.cause.fix


async def test_a_retry_that_comes_up_opens_it(world: GuardedCloud) -> None:
    await stay_closed(world)

    await world.deploy(world.second(text=CLOSING))

    assert (door(world), count(world), await serves(world)) == ("open", 1, NEXT.digest)
    assert world.migrations == 2


async def test_its_backup_and_a_commit_that_runs_on_that_open_it(world: GuardedCloud) -> None:
    await stay_closed(world)
    with pytest.raises(StageFailed):
        break_deployment(world)
        await world.deploy(world.second(text=CLOSING))
    world.stacks.mend_resource("DefinitionWeb")
    world.restored = "2"
    del world.database.script.ups["2_note"]

    await world.deploy(world.second(commit=THIRD, built_at=3.0, text=CLOSING))

    assert world.database.restored == [2] and world.database.applied == ["1_coupon"]
    assert door(world) == "open"


async def test_left_there_the_variable_restores_nothing_in_an_environment_that_is_open(world: GuardedCloud) -> None:
    await world.deploy(world.second(text=CLOSING))
    world.restored = "2"

    await world.deploy(world.second(text=CLOSING))

    assert world.database.restored == [] and "FAIRWAY_RESTORE=2 is passed over" in world.text


async def test_a_service_that_is_scaled_comes_back_with_its_least_and_is_left_to_scaling() -> None:
    world = await begin(SCALED)
    while_it_ran: list[object] = []
    world.database.begins = lambda: while_it_ran.append(count(world))

    await world.deploy(world.second(text=SCALED))

    assert (while_it_ran, world.ecs.counts["web"], count(world)) == ([0], 3, None)


async def test_workers_alone_for_whom_there_is_no_page_are_closed_and_opened_too() -> None:
    world = await begin(CLOSING.replace("port = 3000", 'command = "node worker.js"').replace(SMOKE, ""))
    made = make_doors(world)

    await made.close(APP, PRODUCTION, world.said.append)
    closed = door(world), count(world)
    await made.open(APP, PRODUCTION)
    await made.settle(APP, PRODUCTION)

    assert closed == ("closed", 0)
    assert (door(world), count(world)) == ("open", 1)


async def test_closed_twice_and_opened_twice_it_is_as_once(world: GuardedCloud) -> None:
    made = make_doors(world)
    for _ in range(2):
        await made.close(APP, PRODUCTION, world.said.append)
    closed = door(world), count(world)
    for _ in range(2):
        await made.open(APP, PRODUCTION)
        await made.settle(APP, PRODUCTION)

    assert closed == ("closed", 0)
    assert (door(world), count(world)) == ("open", 1)


async def test_what_another_run_does_with_the_stack_comes_to_its_end_first(world: GuardedCloud) -> None:
    made = make_doors(world)
    await made.close(APP, PRODUCTION, world.said.append)
    await made.open(APP, PRODUCTION)
    moving = (await world.seen()).moving

    await made.close(APP, PRODUCTION, world.said.append)

    assert moving and (door(world), count(world)) == ("closed", 0)


async def test_a_stack_from_before_is_to_be_brought_up_first() -> None:
    world = await begin(GUARDED + SMOKE)

    with pytest.raises(Conflict, match="can't be closed while it is migrated") as failure:
        await world.deploy(world.second(text=CLOSING))

    assert failure.value.hint.startswith("fairway aws up") and world.migrations == 1


async def test_a_commit_without_maintenance_does_not_open_what_is_closed(world: GuardedCloud) -> None:
    await stay_closed(world)

    with pytest.raises(Conflict, match=r"production is closed, and this fairway\.toml can't open it"):
        await world.deploy(world.second(commit=THIRD, built_at=3.0, text=GUARDED))

    assert door(world) == "closed"


@pytest.mark.parametrize(("story", "after"), [("good", False), ("good", True), ("untouched", True), ("back", True)])
async def test_killed_at_any_call_the_next_run_ends_as_one_that_was_not(story: str, after: bool) -> None:
    calls, left = 0, set[str]()
    for at in some(range(1, 900), thinned=3):
        world = await begin()
        if story == "untouched":
            world.database.script.dies_after = 1
        elif story == "back":
            break_deployment(world)
        if not await world.dies(run(world), at, after=after):
            break
        calls = at
        left.add(door(world))

        await run(world)

        place = f"{story}, killed {'after' if after else 'before'} call {at}"
        assert (door(world), count(world)) == ("open", 1), place
        assert all(each.finished for each in await world.passages()), place
        assert await serves(world) == (NEXT if story == "good" else IMAGE).digest, place
        assert world.database.applied == (["1_coupon", "2_note"] if story == "good" else ["1_coupon"]), place
        assert not world.database.real.held, place

    assert calls > 80 and (left >= {"open", "closed"} or not ALL)


async def run(world: GuardedCloud) -> None:
    """A run of the stage; a failure is its end as well."""
    try:
        await world.deploy(world.second(text=CLOSING))
    except (StageFailed, Unavailable):
        return
