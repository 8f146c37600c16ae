"""What happens by itself when a stage fails: nothing, one more attempt, or the way back; and never a loop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from fairway.domain.app import OnFailure
from fairway.domain.events import Event
from fairway.domain.execution import ActionStatus, Execution, ExecutionStatus, Kind, Stage
from fairway.domain.pipeline import Approval, Definition, Duty
from fairway.domain.rollback import Rollback
from fairway.errors import WorkFailed
from support.pipeline_stages import Rig
from support.pipeline_values import APP, define

BROKEN = WorkFailed("GET /orders answered 500")


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path)
    await made.open()
    await made.push("source", "production")
    await made.quiet()
    made.deployed(1)
    yield made
    await made.executor.close()


def production(execution: Execution) -> Stage:
    return next(stage for stage in execution.stages if stage.name == "production")


async def test_an_action_that_fails_after_the_deployment_takes_the_environment_back(rig: Rig) -> None:
    rig.stages.turns["production"] = [None, BROKEN]

    await rig.push_checked(OnFailure.ROLLBACK)
    await rig.quiet()

    failed, back = await rig.get(2), await rig.get(3)
    assert failed.status is ExecutionStatus.FAILED
    assert production(failed).summary.endswith("GET /orders answered 500; production goes back to release 1")
    assert (back.kind, back.status, back.trigger.kind) == (Kind.ROLLBACK, ExecutionStatus.SUCCEEDED, "rollback")
    assert back.rollback == Rollback(release=1, target=1, after=2)  # type: ignore[arg-type]
    assert rig.stages.ran[-1] == "3/production"


async def test_a_deployment_that_fails_leaves_nothing_to_go_back_from(rig: Rig) -> None:
    rig.stages.turns["production"] = [BROKEN]

    await rig.push_checked(OnFailure.ROLLBACK)
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED", "FAILED"]
    assert production(await rig.get(2)).summary == "GET /orders answered 500"


async def test_a_refused_approval_changes_nothing_that_would_have_to_be_taken_back(rig: Rig) -> None:
    await rig.push_checked(OnFailure.ROLLBACK, approval=True)
    await rig.quiet()

    await rig.executor.decide(APP, 2, approved=False, by="ada")
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED", "FAILED"]


async def test_a_rollback_that_fails_is_not_rolled_back(rig: Rig) -> None:
    rig.stages.turns["production"] = [None, BROKEN, WorkFailed("no space left")]

    await rig.push_checked(OnFailure.ROLLBACK)
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED", "FAILED", "FAILED"]


async def test_without_a_way_back_the_verdict_says_that_the_new_release_stays(rig: Rig) -> None:
    rig.ways.clear()
    rig.stages.turns["production"] = [None, BROKEN]

    await rig.push_checked(OnFailure.ROLLBACK)
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED", "FAILED"]
    assert production(await rig.get(2)).summary.endswith(
        "production keeps the new release: production of shop-api has no earlier release to go back to"
    )


async def test_the_next_push_waits_until_the_environment_is_back(rig: Rig) -> None:
    rig.stages.turns["production"] = [None, BROKEN]
    rig.stages.hold("production")
    await rig.push_checked(OnFailure.ROLLBACK)
    await rig.push("source", "production")
    await rig.quiet()

    rig.stages.held["production"].set()
    await rig.quiet()

    assert rig.stages.ran[-2:] == ["4/production", "3/production"]
    assert await rig.statuses() == ["SUCCEEDED", "FAILED", "SUCCEEDED", "SUCCEEDED"]


async def test_the_failed_action_alone_is_tried_again_once(rig: Rig) -> None:
    rig.stages.turns["production"] = [None, BROKEN, None]
    events = rig.notices.follow()

    await rig.push_checked(OnFailure.RETRY)
    await rig.quiet()

    smoke = production(await rig.get(2)).action("smoke")
    assert smoke is not None
    assert (smoke.status, smoke.attempt) == (ActionStatus.SUCCEEDED, 2)
    assert smoke.summary.endswith("; attempt 2")
    assert rig.stages.ran.count("2/production") == 3
    assert await rig.statuses() == ["SUCCEEDED", "SUCCEEDED"]
    assert "smoke of production is tried again, as it failed: GET /orders answered 500" in [
        event.text async for event in heard(events)
    ]


async def test_an_attempt_that_fails_too_ends_it(rig: Rig) -> None:
    rig.stages.turns["production"] = [None, BROKEN, BROKEN, None]

    await rig.push_checked(OnFailure.RETRY)
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED", "FAILED"]
    assert production(await rig.get(2)).summary.endswith("GET /orders answered 500; attempt 2")
    assert rig.stages.turns["production"] == [None]


async def test_a_refused_approval_is_not_asked_for_again(rig: Rig) -> None:
    await rig.push_checked(OnFailure.RETRY, approval=True)
    await rig.quiet()

    await rig.executor.decide(APP, 2, approved=False, by="ada")
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED", "FAILED"]


async def test_without_a_word_of_it_nothing_happens_by_itself(rig: Rig) -> None:
    rig.stages.turns["production"] = [None, BROKEN]

    await rig.push_checked(OnFailure.NONE)
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED", "FAILED"]
    assert production(await rig.get(2)).summary.endswith("GET /orders answered 500")


async def test_an_execution_that_is_being_stopped_is_neither_tried_again_nor_taken_back(rig: Rig) -> None:
    rig.stages.turns["production"] = [BROKEN]
    rig.stages.hold("production")
    await rig.push_checked(OnFailure.RETRY)
    await rig.quiet()

    await rig.executor.stop(APP, 2, wait=True)
    rig.stages.held["production"].set()
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED", "STOPPED"]


async def heard(events: AsyncIterator[Event]) -> AsyncIterator[Event]:
    """The events so far."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.05):
            async for event in events:
                yield event


async def test_a_refusal_beside_a_check_that_succeeds_takes_the_environment_back(rig: Rig) -> None:
    source, last = define(["source", "production"]).stages
    actions = (Duty(name="deploy"), Duty(name="smoke", order=2), Approval(order=2))
    rig.stages.hold("production")
    await rig.submit(Definition(stages=(source, replace(last, actions=actions, on_failure=OnFailure.ROLLBACK))))
    await rig.quiet()
    deploying = rig.stages.held["production"]
    rig.stages.hold("production")
    deploying.set()
    await rig.quiet()
    await rig.executor.decide(APP, 2, approved=False, by="ada")

    rig.stages.held["production"].set()
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED", "FAILED", "SUCCEEDED"]
    assert (await rig.get(3)).kind is Kind.ROLLBACK


@pytest.mark.parametrize(("stepless", "runs"), [({"production"}, 1), (set(), 2)], ids=["no step", "steps"])
async def test_only_an_action_that_has_kept_a_step_is_followed_by_another_run(
    rig: Rig, stepless: set[str], runs: int
) -> None:
    rig.stages.stepless = stepless

    await rig.push_checked(OnFailure.NONE)
    await rig.quiet()

    assert production(await rig.get(2)).run == runs
    assert rig.stages.ran[-2:] == ["2/production", "2/production"]
