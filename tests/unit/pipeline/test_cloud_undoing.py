"""What becomes of a migration on AWS whose release could not be deployed: taken back by policy, or kept, and told."""

import pytest

from fairway.cloudformation import wires
from fairway.domain.aws import names
from fairway.domain.passage import Outcome, PassageStatus
from fairway.errors import Conflict, Unavailable
from fairway.pipeline.cloud.failing import StageFailed
from support.cloud_deploy import CLUSTER, IMAGE, NEXT
from support.cloud_guard import GUARDED, GuardedCloud
from support.cloud_stage import APP, PRODUCTION
from support.examples import ALL, some

pytestmark = pytest.mark.lengthy

BACK = GUARDED + 'on_failure = "back"\n'
WEB = CLUSTER, names.family(APP, PRODUCTION, "web")


async def begin() -> GuardedCloud:
    """The first release serves, the second brings another migration, and its services fail."""
    world = GuardedCloud()
    await world.prepare()
    await world.deploy()
    world.database.script.downs.clear()
    world.said.clear()
    world.bring("2_note")
    world.stacks.break_resource("RunningWeb", "the circuit breaker opened", "UPDATE")
    return world


@pytest.fixture
async def failing() -> GuardedCloud:
    return await begin()


async def fail(world: GuardedCloud, text: str = BACK) -> StageFailed:
    with pytest.raises(StageFailed) as failure:
        await world.deploy(world.second(text=text))
    return failure.value


async def test_it_is_taken_back_by_a_task_once_the_release_before_serves_again(failing: GuardedCloud) -> None:
    failure = await fail(failing)

    back, original, _ = await failing.passages()
    assert (back.status, back.back_of, back.release) == (PassageStatus.MIGRATED, original.number, original.release)
    assert failing.database.applied == ["1_coupon"] and failing.migrations == 3
    assert (await failing.seen()).parameters[wires.IMAGE_DIGEST] == IMAGE.digest
    assert failure.cause.seen.startswith("the circuit breaker opened")
    assert failure.cause.seen.endswith("backup 3 verified; 1 migration of passage 2 taken back in 0.3 s")
    assert failure.cause.fix.endswith("push a commit that mends it; its migrations come again")


async def test_by_default_it_stays(failing: GuardedCloud) -> None:
    failure = await fail(failing, GUARDED)

    assert failing.database.applied == ["1_coupon", "2_note"]
    assert "the database has 2_note all the same, and the release that served was shown to hold" in failure.cause.seen
    assert "taken back" not in failure.cause.seen


async def test_it_waits_for_the_tasks_that_were_told_to_stop(failing: GuardedCloud) -> None:
    failing.ecs.living[WEB] = [("arn:failed:2", "arn:failed:2"), ("arn:failed:2",), ()]

    await fail(failing)

    waits = [place for place, line in enumerate(failing.said) if "still to end" in line]
    assert len(waits) == 2 and failing.database.applied == ["1_coupon"]
    assert waits[-1] < next(place for place, line in enumerate(failing.said) if line.startswith("way back"))


async def test_tasks_of_the_release_that_serves_are_no_obstacle(failing: GuardedCloud) -> None:
    failing.ecs.living[WEB] = [(await failing.definition(),)]

    await fail(failing)

    assert failing.database.applied == ["1_coupon"]


async def test_beside_tasks_that_do_not_end_nothing_is_taken_away(failing: GuardedCloud) -> None:
    failing.ecs.living[WEB] = [("arn:failed:2",)]

    failure = await fail(failing)

    assert failing.database.applied == ["1_coupon", "2_note"]
    assert "it is not taken back: tasks of the failed release still run, and they need them" in failure.cause.seen


async def test_what_has_shown_no_way_back_stays_and_says_why(failing: GuardedCloud) -> None:
    del failing.database.script.downs["2_note"]

    failure = await fail(failing)

    assert failing.database.applied == ["1_coupon", "2_note"] and failing.migrations == 2
    assert "it is not taken back: the way back that passage 2 rehearsed did not lead back" in failure.cause.seen


async def test_what_the_stack_still_has_is_not_taken_from_under_it(failing: GuardedCloud) -> None:
    failing.stacks.mend_resource("RunningWeb")
    failing.ecs.back["web"] = await failing.runs()

    failure = await fail(failing)

    assert failing.database.applied == ["1_coupon", "2_note"]
    assert (await failing.seen()).parameters[wires.IMAGE_DIGEST] == NEXT.digest
    assert "has not gone back to another release" in failure.cause.seen


async def test_half_way_back_it_names_what_to_do(failing: GuardedCloud) -> None:
    failing.bring("3_more")
    failing.database.script.down_dies_after = 1

    failure = await fail(failing)

    back, *_ = await failing.passages()
    assert (back.status, back.outcome) == (PassageStatus.FAILED, Outcome.HALF)
    assert "its database is half-way back" in failure.cause.seen
    assert "mend it by hand" in failure.cause.fix and "FAIRWAY_RESTORE=3" in failure.cause.fix


async def test_a_deployment_of_which_nothing_is_known_takes_nothing_back(failing: GuardedCloud) -> None:
    failing.stacks.faults.fail("propose", Conflict("the stack is not to be changed"))

    failure = await fail(failing)

    assert failing.database.applied == ["1_coupon", "2_note"]
    assert "the database has 2_note all the same" in failure.cause.seen


async def test_the_commit_that_mends_it_brings_the_migration_again(failing: GuardedCloud) -> None:
    await fail(failing)
    failing.stacks.mend_resource("RunningWeb")

    await failing.deploy(failing.second(commit="3e" * 20, built_at=3.0, text=BACK))

    assert failing.database.applied == ["1_coupon", "2_note"]
    assert (await failing.seen()).parameters[wires.IMAGE_DIGEST] == NEXT.digest


async def test_killed_at_any_call_the_next_run_ends_as_one_that_was_not() -> None:
    calls, left = 0, 0
    for at in some(range(1, 600)):
        world = await begin()
        if not await world.dies(run(world), at):
            break
        calls = at
        left += any(each.back_of is not None and not each.finished for each in await world.passages())

        await run(world)

        passages = await world.passages()
        assert all(each.finished for each in passages), at
        assert world.database.applied == ["1_coupon"], at
        assert (await world.seen()).parameters[wires.IMAGE_DIGEST] == IMAGE.digest, at
        assert not world.database.real.held, at

    assert calls > 60 and (left > 1 or not ALL)


async def run(world: GuardedCloud) -> None:
    """A run of the stage; a failure is its end as well."""
    try:
        await world.deploy(world.second(text=BACK))
    except (StageFailed, Unavailable):
        return
