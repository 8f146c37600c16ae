"""What people do to executions: approve and reject, stop with and without patience, try again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fairway.domain.app import Mode
from fairway.domain.execution import ActionStatus, Execution, ExecutionStatus, Stage, StageStatus
from fairway.domain.pipeline import WEEK
from fairway.domain.progression import RetryMode
from fairway.errors import Conflict, NotFound, WorkFailed
from support.pipeline_stages import Rig
from support.pipeline_values import APP

SHORT = ("source", "production")


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path)
    await made.open()
    clock = asyncio.get_running_loop().create_task(made.executor.run())
    yield made
    clock.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        async with asyncio.timeout(5):
            await clock
    assert clock.cancelled(), "the watch of the deadlines outlived its cancellation"
    await made.executor.close()


async def waiting(rig: Rig) -> Execution:
    """An execution that waits for the approval of production."""
    number = await rig.push(*SHORT, approvals=["production"])
    await rig.quiet()
    execution = await rig.get(number)
    assert production(execution).waiting is not None
    return execution


def production(execution: Execution) -> Stage:
    stage = execution.stage("production")
    assert stage is not None
    return stage


async def test_an_approval_that_waits_costs_nothing_and_holds_the_stage(rig: Rig) -> None:
    first = await waiting(rig)
    await rig.push(*SHORT, approvals=["production"])
    await rig.quiet()

    second = await rig.get(2)

    assert first.status is ExecutionStatus.IN_PROGRESS
    assert "1/production" not in rig.stages.ran
    assert production(second).status is StageStatus.PENDING
    assert all(kept.ended for kept in rig.disk.values())


async def test_an_approved_execution_goes_on(rig: Rig) -> None:
    await waiting(rig)

    await rig.executor.decide(APP, 1, approved=True, by="ada", comment="looks good")
    await rig.quiet()

    execution = await rig.get(1)
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert production(execution).summary == "approved by ada: looks good; did production"


async def test_a_rejected_execution_fails_with_who_and_why_and_lets_the_next_in(rig: Rig) -> None:
    await waiting(rig)
    await rig.push(*SHORT, approvals=["production"])
    await rig.quiet()

    await rig.executor.decide(APP, 1, approved=False, by="ada", comment="not on a Friday")
    await rig.quiet()

    execution = await rig.get(1)
    cause = production(execution).cause
    assert execution.status is ExecutionStatus.FAILED
    assert cause is not None
    assert (cause.sentence, cause.seen) == ("ada rejected the deployment to production", "not on a Friday")
    assert production(await rig.get(2)).waiting is not None


async def test_an_approval_that_nobody_gives_fails_after_its_time(rig: Rig) -> None:
    execution = await waiting(rig)
    begun = production(execution).started_at
    assert begun is not None

    while not (execution := await rig.get(1)).finished:
        await asyncio.sleep(60.0)

    cause = production(execution).cause
    assert execution.status is ExecutionStatus.FAILED
    assert cause is not None and cause.sentence == "nobody approved the deployment to production in time"
    assert execution.ended_at is not None
    assert WEEK <= execution.ended_at - begun < WEEK + 120.0


async def test_an_approval_survives_a_restart(rig: Rig, tmp_path: Path) -> None:
    await waiting(rig)
    await rig.executor.close()
    second = Rig(tmp_path, store=rig.store, disk=rig.disk)
    await second.open()

    await second.executor.decide(APP, 1, approved=True, by="ada")
    await second.quiet()
    await second.executor.close()

    assert await second.statuses() == ["SUCCEEDED"]
    assert second.stages.ran == ["1/production"]


async def test_two_answers_at_once_count_once(rig: Rig) -> None:
    await waiting(rig)

    answers = await asyncio.gather(
        rig.executor.decide(APP, 1, approved=True, by="ada"),
        rig.executor.decide(APP, 1, approved=False, by="bob"),
        return_exceptions=True,
    )
    await rig.quiet()

    assert [isinstance(each, Conflict) for each in answers] == [False, True]
    assert await rig.statuses() == ["SUCCEEDED"]


async def test_an_answer_that_nothing_waits_for_is_refused(rig: Rig) -> None:
    await rig.push(*SHORT)
    await rig.quiet()

    with pytest.raises(Conflict) as raised:
        await rig.executor.decide(APP, 1, approved=True, by="ada")
    with pytest.raises(NotFound):
        await rig.executor.decide(APP, 9, approved=True, by="ada")

    assert (raised.value.what, raised.value.why) == ("execution 1 of shop-api waits for no approval", "it is SUCCEEDED")


async def test_a_stop_with_patience_lets_what_runs_end_and_nothing_begin(rig: Rig) -> None:
    rig.stages.hold("build")
    await rig.push()
    await rig.stages.reached["build"].wait()

    await rig.executor.stop(APP, 1, wait=True)
    assert await rig.statuses() == ["STOPPING"]
    rig.stages.held["build"].set()
    await rig.quiet()

    execution = await rig.get(1)
    build = execution.stage("build")
    assert build is not None
    assert (execution.status, build.status) == (ExecutionStatus.STOPPED, StageStatus.STOPPED)
    assert build.actions[0].status is ActionStatus.SUCCEEDED
    assert "1/package" not in rig.stages.ran
    assert rig.stages.abandoned == []


async def test_a_stop_without_patience_may_follow_one_with(rig: Rig) -> None:
    rig.stages.hold("build")
    await rig.push()
    await rig.stages.reached["build"].wait()
    await rig.executor.stop(APP, 1, wait=True)

    with pytest.raises(Conflict, match="already being stopped"):
        await rig.executor.stop(APP, 1, wait=True)
    await rig.executor.stop(APP, 1)

    assert await rig.statuses() == ["STOPPED"]
    assert rig.stages.abandoned == ["1/build"]


async def test_a_patient_stop_survives_a_restart(rig: Rig, tmp_path: Path) -> None:
    rig.stages.hold("build")
    await rig.push()
    await rig.stages.reached["build"].wait()
    await rig.executor.stop(APP, 1, wait=True)
    await rig.executor.close()

    second = Rig(tmp_path, store=rig.store, disk=rig.disk)
    await second.open()
    await second.durable.idle()
    await second.executor.close()

    assert await second.statuses() == ["STOPPED"]
    assert second.stages.ran == ["1/build"]


async def test_a_waiting_approval_is_given_up_by_any_stop(rig: Rig) -> None:
    await waiting(rig)

    await rig.executor.stop(APP, 1, wait=True)

    execution = await rig.get(1)
    assert execution.status is ExecutionStatus.STOPPED
    assert production(execution).actions[0].status is ActionStatus.ABANDONED


async def test_a_failed_stage_is_tried_again_and_the_execution_goes_on(rig: Rig) -> None:
    rig.stages.errors["build"] = WorkFailed("npm ci failed")
    await rig.push()
    await rig.quiet()
    del rig.stages.errors["build"]

    await rig.executor.retry(APP, 1, RetryMode.FAILED_ACTIONS)
    await rig.quiet()

    execution = await rig.get(1)
    build = execution.stage("build")
    assert build is not None
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert (build.actions[0].attempt, build.cause) == (2, None)
    assert [each for each in rig.stages.ran if "source" in each] == ["1/source"]
    assert "attempt 2" in rig.logs.read(APP, 1, "build")


async def test_a_retry_of_all_actions_asks_for_the_approval_again(rig: Rig) -> None:
    await waiting(rig)
    rig.stages.errors["production"] = WorkFailed("the tasks never became healthy")
    await rig.executor.decide(APP, 1, approved=True, by="ada")
    await rig.quiet()

    await rig.executor.retry(APP, 1, RetryMode.ALL_ACTIONS)
    await rig.quiet()

    assert production(await rig.get(1)).waiting is not None


async def test_a_retry_of_the_failed_actions_keeps_the_approval(rig: Rig) -> None:
    await waiting(rig)
    rig.stages.errors["production"] = WorkFailed("the tasks never became healthy")
    await rig.executor.decide(APP, 1, approved=True, by="ada")
    await rig.quiet()
    del rig.stages.errors["production"]

    await rig.executor.retry(APP, 1, RetryMode.FAILED_ACTIONS)
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED"]


async def test_a_rejected_approval_can_be_asked_for_again(rig: Rig) -> None:
    await waiting(rig)
    await rig.executor.decide(APP, 1, approved=False, by="ada")
    await rig.quiet()

    await rig.executor.retry(APP, 1, RetryMode.FAILED_ACTIONS)
    await rig.quiet()
    await rig.executor.decide(APP, 1, approved=True, by="bob")
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED"]


async def test_a_stopped_stage_can_be_tried_again(rig: Rig) -> None:
    rig.stages.hold("build")
    await rig.push()
    await rig.stages.reached["build"].wait()
    await rig.executor.stop(APP, 1)
    rig.stages.held["build"].set()

    await rig.executor.retry(APP, 1, RetryMode.FAILED_ACTIONS)
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED"]


@pytest.mark.parametrize("mode", [Mode.SUPERSEDED, Mode.QUEUED])
async def test_a_stage_that_a_later_execution_has_entered_is_not_tried_again(rig: Rig, mode: Mode) -> None:
    rig.stages.errors["production"] = WorkFailed("the tasks never became healthy")
    await rig.push(*SHORT, mode=mode)
    await rig.quiet()
    await rig.push(*SHORT, mode=mode)
    await rig.quiet()

    with pytest.raises(Conflict) as raised:
        await rig.executor.retry(APP, 1, RetryMode.FAILED_ACTIONS)

    assert raised.value.why.startswith("execution 2 has been in production since")


async def test_what_succeeded_was_superseded_or_never_began_is_not_tried_again(rig: Rig) -> None:
    rig.stages.hold("production")
    for _ in range(3):
        await rig.push(*SHORT)
        await rig.quiet()
    rig.stages.held["production"].set()
    await rig.quiet()
    whys = []

    for number in (1, 2):
        with pytest.raises(Conflict) as raised:
            await rig.executor.retry(APP, number, RetryMode.FAILED_ACTIONS)
        whys.append(raised.value.why)

    assert whys[0] == "all of its stages succeeded"
    assert whys[1].startswith("a newer execution took its place")
