"""Going back: an execution of its own, CodePipeline's conditions, and what waits meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fairway.domain.app import Mode
from fairway.domain.execution import ExecutionStatus, Kind
from fairway.domain.ids import EnvironmentName
from fairway.domain.pipeline import DisabledTransition
from fairway.domain.progression import RetryMode
from fairway.domain.rollback import Rollback
from fairway.errors import Conflict, NotFound, WorkFailed
from support.pipeline_stages import Rig
from support.pipeline_values import APP, PRODUCTION, STAGING

SHORT = ("source", "production")


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path)
    await made.open()
    yield made
    await made.executor.close()


async def live(rig: Rig, *, mode: Mode = Mode.SUPERSEDED) -> int:
    """An execution that has succeeded in production, and can be gone back to."""
    number = await rig.push(*SHORT, mode=mode)
    await rig.quiet()
    rig.deployed(number)
    return number


async def test_a_rollback_is_an_execution_of_one_stage_that_names_what_it_goes_back_to(rig: Rig) -> None:
    await live(rig)
    await live(rig)

    created = await rig.executor.rollback(APP, PRODUCTION, 1, by="ada")
    await rig.quiet()

    execution = await rig.get(created.number)
    assert (execution.kind, execution.rollback) == (Kind.ROLLBACK, Rollback(release=1, target=1))  # type: ignore[arg-type]
    assert (execution.trigger.kind, execution.trigger.by) == ("rollback", "ada")
    assert [stage.name for stage in execution.stages] == ["production"]
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert rig.stages.ran[-1] == "3/production"


async def test_without_a_number_it_goes_back_to_the_last_that_succeeded_there(rig: Rig) -> None:
    await live(rig)
    rig.stages.errors["production"] = WorkFailed("the smoke test failed")
    await live(rig)
    del rig.stages.errors["production"]

    created = await rig.executor.rollback(APP, PRODUCTION)

    assert created.rollback is not None
    assert created.rollback.release == 1


@pytest.mark.parametrize("release", [2, None])
async def test_a_release_that_never_succeeded_there_is_refused_and_nothing_changes(
    rig: Rig, release: int | None
) -> None:
    rig.stages.errors["production"] = WorkFailed("the smoke test failed")
    await live(rig)
    await live(rig)
    before = await rig.statuses()

    with pytest.raises(Conflict, match="go back to") as refused:
        await rig.executor.rollback(APP, PRODUCTION, release)

    assert "ever succeeded" in refused.value.why
    assert await rig.statuses() == before


async def test_what_is_not_there_is_refused(rig: Rig) -> None:
    await live(rig)

    with pytest.raises(NotFound):
        await rig.executor.rollback(APP, PRODUCTION, 9)
    with pytest.raises(Conflict, match="staging of shop-api has no earlier release"):
        await rig.executor.rollback(APP, STAGING)

    assert len(await rig.statuses()) == 1


async def test_while_something_is_done_in_the_stage_it_is_refused_with_who_is_there(rig: Rig) -> None:
    await live(rig)
    rig.stages.hold("production")
    await rig.push(*SHORT)
    await rig.quiet()

    with pytest.raises(Conflict) as refused:
        await rig.executor.rollback(APP, PRODUCTION, 1)

    assert refused.value.why == "execution 2 is in production"
    assert "fairway stop 2" in refused.value.hint
    assert len(await rig.statuses()) == 2


async def test_a_second_rollback_beside_the_first_is_refused(rig: Rig) -> None:
    await live(rig)
    rig.stages.hold("production")

    answers = await asyncio.gather(
        *(rig.executor.rollback(APP, PRODUCTION, 1) for _ in range(2)), return_exceptions=True
    )

    assert [type(each) for each in answers if isinstance(each, Exception)] == [Conflict]
    assert len(await rig.statuses()) == 2


async def test_an_approval_that_waits_holds_no_rollback_back_and_is_not_lost(rig: Rig) -> None:
    await live(rig)
    await rig.push(*SHORT, approvals=["production"])
    await rig.quiet()

    await rig.executor.rollback(APP, PRODUCTION, 1)
    await rig.quiet()
    await rig.executor.decide(APP, 2, approved=True, by="ada")
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED"] * 3
    assert rig.stages.ran[-2:] == ["3/production", "2/production"]


async def test_a_disabled_transition_holds_pushes_back_and_no_rollback(rig: Rig) -> None:
    await live(rig)
    closed = DisabledTransition(stage="production", reason="it is broken", by="ada", at=1.0)
    await rig.executor.disable_transition(APP, closed)
    await rig.push(*SHORT)
    await rig.quiet()

    await rig.executor.rollback(APP, PRODUCTION, 1)
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED", "IN_PROGRESS", "SUCCEEDED"]


@pytest.mark.parametrize("mode", list(Mode))
async def test_a_push_under_way_is_not_superseded_by_a_rollback(rig: Rig, mode: Mode) -> None:
    await live(rig, mode=mode)
    rig.stages.hold("source")
    await rig.push(*SHORT, mode=mode)
    await rig.quiet()

    await rig.executor.rollback(APP, PRODUCTION, 1)
    await rig.quiet()
    rig.stages.held["source"].set()
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED"] * 3
    assert rig.stages.ran[-1] == "2/production"


async def test_a_push_that_comes_while_it_goes_back_waits_for_it(rig: Rig) -> None:
    await live(rig)
    rig.stages.hold("production")
    await rig.executor.rollback(APP, PRODUCTION, 1)
    await rig.push(*SHORT)
    await rig.quiet()
    waiting = await rig.statuses()

    rig.stages.held["production"].set()
    await rig.quiet()

    assert waiting == ["SUCCEEDED", "IN_PROGRESS", "IN_PROGRESS"]
    assert rig.stages.ran[-2:] == ["2/production", "3/production"]


async def test_an_execution_that_was_rolled_back_can_not_be_tried_again(rig: Rig) -> None:
    await live(rig)
    rig.stages.errors["production"] = WorkFailed("the smoke test failed")
    await rig.push(*SHORT)
    await rig.quiet()
    rig.stages.errors.clear()
    await rig.executor.rollback(APP, PRODUCTION, 1)
    await rig.quiet()

    with pytest.raises(Conflict) as refused:
        await rig.executor.retry(APP, 2, RetryMode.FAILED_ACTIONS)

    assert "execution 3 has been in production since" in refused.value.why
    assert (await rig.get(2)).status is ExecutionStatus.FAILED


async def test_a_superseded_execution_can_not_be_tried_again(rig: Rig) -> None:
    rig.stages.hold("production")
    for _ in range(3):
        await rig.push(*SHORT)
        await rig.quiet()

    with pytest.raises(Conflict) as refused:
        await rig.executor.retry(APP, 2, RetryMode.FAILED_ACTIONS)

    assert "a newer execution took its place" in refused.value.why
    assert (await rig.get(2)).status is ExecutionStatus.SUPERSEDED


async def test_a_rollback_that_failed_can_be_tried_again(rig: Rig) -> None:
    await live(rig)
    rig.stages.errors["production"] = WorkFailed("no space left")
    await rig.executor.rollback(APP, PRODUCTION, 1)
    await rig.quiet()
    failed = (await rig.get(2)).status
    rig.stages.errors.clear()

    await rig.executor.retry(APP, 2, RetryMode.FAILED_ACTIONS)
    await rig.quiet()

    assert failed is ExecutionStatus.FAILED
    assert (await rig.get(2)).status is ExecutionStatus.SUCCEEDED


async def test_a_rollback_of_another_environment_goes_on_beside_a_deployment(rig: Rig) -> None:
    number = await rig.push("source", "staging", "production")
    await rig.quiet()
    rig.deployed(number, EnvironmentName("staging"))
    rig.stages.hold("production")
    await rig.push(*SHORT)
    await rig.quiet()

    await rig.executor.rollback(APP, STAGING, 1)
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED", "IN_PROGRESS", "SUCCEEDED"]
