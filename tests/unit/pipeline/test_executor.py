"""How executions run, wait, end and are stopped."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fairway.domain.deployment import Cause
from fairway.domain.events import Event
from fairway.domain.execution import ExecutionStatus, StageStatus
from fairway.errors import Conflict, Finding, NotFound, Unavailable, UsageError, WorkFailed
from fairway.pipeline.work import Done, Failed
from support.pipeline_stages import NAMES, Rig
from support.pipeline_values import APP, PUSH, REVISION, define


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path)
    await made.open()
    yield made
    await made.executor.close()


async def test_an_execution_runs_its_stages_in_order(rig: Rig) -> None:
    number = await rig.push()
    await rig.durable.idle()

    execution = await rig.get(number)
    assert execution.status is ExecutionStatus.SUCCEEDED
    assert rig.stages.ran == [f"1/{name}" for name in NAMES]
    assert [stage.summary for stage in execution.stages] == [f"did {name}" for name in NAMES]
    assert all(stage.started_at is not None and stage.ended_at is not None for stage in execution.stages)


async def test_what_a_stage_hands_on_reaches_the_later_ones(rig: Rig) -> None:
    await rig.push()
    await rig.durable.idle()

    assert rig.stages.seen["package"] == {"source": "result of source", "build": "result of build"}


async def test_the_stages_of_the_commits_own_file_replace_the_expected_ones(rig: Rig) -> None:
    rig.stages.answers["source"] = Done(stages=define(("source", "build", "package", "production")).stages)
    number = await rig.push("source", "build", "package", "staging", "production")
    await rig.durable.idle()

    assert [stage.name for stage in (await rig.get(number)).stages] == ["source", "build", "package", "production"]
    assert "1/staging" not in rig.stages.ran


async def test_a_stage_that_fails_ends_the_execution_there(rig: Rig) -> None:
    cause = Cause(sentence="the tasks never became healthy")
    rig.stages.answers["staging"] = Failed(summary="release 17 still serves", cause=cause)
    number = await rig.push()
    await rig.durable.idle()

    execution = await rig.get(number)
    assert execution.status is ExecutionStatus.FAILED
    stage = execution.stage("staging")
    assert stage is not None
    assert (stage.status, stage.summary, stage.cause) == (StageStatus.FAILED, "release 17 still serves", cause)
    assert execution.stages[-1].status is StageStatus.PENDING


async def test_a_failed_build_is_reported_with_its_log_and_what_to_do(rig: Rig) -> None:
    rig.stages.errors["build"] = WorkFailed(
        "npm ci failed", why="exit code 1", hint="commit package-lock.json", log=["npm ERR! missing: left-pad"]
    )
    number = await rig.push()
    await rig.durable.idle()

    stage = (await rig.get(number)).stage("build")
    assert stage is not None
    assert stage.cause == Cause(
        sentence="npm ci failed",
        seen="exit code 1",
        fix="commit package-lock.json",
        log=("npm ERR! missing: left-pad",),
        more=("fairway show 1",),
    )


async def test_a_broken_fairway_toml_is_reported_finding_by_finding(rig: Rig) -> None:
    finding = Finding(file="fairway.toml", line=3, key="services.web.prot", message="unknown key", hint="port?")
    rig.stages.errors["source"] = UsageError("fairway.toml has an error", findings=[finding])
    number = await rig.push()
    await rig.durable.idle()

    cause = (await rig.get(number)).stages[0].cause
    assert cause is not None
    assert cause.log == ("fairway.toml:3  services.web.prot  unknown key (port?)",)


async def test_an_error_of_fairway_itself_says_so_under_a_reference(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.stages.errors["build"] = ZeroDivisionError("secret-value")
    number = await rig.push()
    await rig.durable.idle()

    cause = (await rig.get(number)).stages[1].cause
    assert cause is not None
    assert cause.sentence.startswith("Fairway itself failed in build (reference ")
    assert "secret-value" not in str(cause)
    reference = cause.sentence.split("reference ")[1].rstrip(")")
    assert reference in caplog.text
    assert "ZeroDivisionError" in caplog.text


async def test_a_push_that_finds_its_first_stage_taken_waits(rig: Rig) -> None:
    rig.stages.hold("source")
    await rig.push()
    await rig.stages.reached["source"].wait()

    await rig.push()
    second = await rig.get(2)
    assert [stage.status for stage in second.stages[:2]] == [StageStatus.PENDING, StageStatus.PENDING]
    assert await rig.statuses() == ["IN_PROGRESS", "QUEUED"]

    rig.stages.held["source"].set()
    await settled(rig)
    assert await rig.statuses() == ["SUCCEEDED", "SUCCEEDED"]


async def test_a_newer_push_supersedes_the_waiting_one_and_never_the_running_one(rig: Rig) -> None:
    rig.stages.hold("build")
    await rig.push()
    await rig.stages.reached["build"].wait()

    for _ in range(3):
        await rig.push()
        await rig.quiet()
    assert await rig.statuses() == ["IN_PROGRESS", "SUPERSEDED", "SUPERSEDED", "IN_PROGRESS"]
    waits = (await rig.get(4)).place
    assert waits is not None and (waits.name, waits.status) == ("build", StageStatus.PENDING)

    rig.stages.held["build"].set()
    await settled(rig)
    assert await rig.statuses() == ["SUCCEEDED", "SUPERSEDED", "SUPERSEDED", "SUCCEEDED"]
    assert {text.split("/")[0] for text in rig.stages.ran if "build" in text} == {"1", "4"}


async def test_the_waiting_one_begins_after_a_failure_too(rig: Rig) -> None:
    rig.stages.hold("build")
    rig.stages.errors["build"] = WorkFailed("npm ci failed")
    await rig.push()
    await rig.stages.reached["build"].wait()
    await rig.push()
    rig.stages.held["build"].set()
    await settled(rig)

    assert await rig.statuses() == ["FAILED", "FAILED"]


async def test_many_pushes_at_once_leave_one_running_and_one_waiting(rig: Rig) -> None:
    rig.stages.hold("source")
    await rig.push()
    await asyncio.gather(*(rig.push() for _ in range(10)))

    statuses = await rig.statuses()
    assert statuses.count("IN_PROGRESS") == 1
    assert statuses.count("QUEUED") == 1
    assert statuses[-1] == "QUEUED"


async def test_a_stopped_execution_ends_its_stage_and_lets_the_next_one_in(rig: Rig) -> None:
    rig.stages.hold("staging")
    await rig.push()
    await rig.stages.reached["staging"].wait()
    await rig.push()

    await rig.executor.stop(APP, 1)

    execution = await rig.get(1)
    assert execution.status is ExecutionStatus.STOPPED
    assert [stage.status for stage in execution.stages] == [
        StageStatus.SUCCEEDED,
        StageStatus.SUCCEEDED,
        StageStatus.SUCCEEDED,
        StageStatus.STOPPED,
        StageStatus.PENDING,
    ]
    assert rig.stages.abandoned == ["1/staging"]
    rig.stages.held["staging"].set()
    await settled(rig)
    assert await rig.statuses() == ["STOPPED", "SUCCEEDED"]


async def test_a_waiting_execution_can_be_stopped(rig: Rig) -> None:
    rig.stages.hold("build")
    await rig.push()
    await rig.push()

    await rig.executor.stop(APP, 2)

    assert await rig.statuses() == ["IN_PROGRESS", "STOPPED"]


async def test_an_execution_that_has_ended_cannot_be_stopped(rig: Rig) -> None:
    await rig.push()
    await rig.durable.idle()

    with pytest.raises(Conflict) as raised:
        await rig.executor.stop(APP, 1)

    assert raised.value.what == "execution 1 of shop-api has already ended"
    assert raised.value.why == "it is SUCCEEDED"


async def test_stopping_twice_is_stopping_once(rig: Rig) -> None:
    rig.stages.hold("build")
    await rig.push()
    await rig.stages.reached["build"].wait()

    await asyncio.gather(rig.executor.stop(APP, 1), rig.executor.stop(APP, 1))

    assert await rig.statuses() == ["STOPPED"]


async def test_an_unknown_execution_is_not_found(rig: Rig) -> None:
    await rig.store.apps.create(APP, at=1.0)

    with pytest.raises(NotFound):
        await rig.executor.submitted(APP, 7)
    with pytest.raises(NotFound):
        await rig.executor.stop(APP, 7)


async def test_an_app_deleted_meanwhile_ends_the_work_quietly(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.stages.hold("build")
    await rig.push()
    await rig.stages.reached["build"].wait()

    await rig.store.apps.delete(APP)
    rig.stages.held["build"].set()
    await rig.durable.idle()

    assert caplog.text == ""


async def test_an_app_made_again_runs_its_first_execution(rig: Rig) -> None:
    await rig.push()
    await rig.durable.idle()
    await rig.store.apps.delete(APP)
    await rig.store.apps.create(APP, at=9.0)

    execution = await rig.store.executions.create(APP, REVISION, PUSH, define(NAMES), at=9.0)
    await rig.executor.submitted(APP, execution.number)
    await rig.durable.idle()

    assert await rig.statuses() == ["SUCCEEDED"]


async def test_what_came_of_a_stage_is_not_lost_while_the_store_is_away(rig: Rig) -> None:
    rig.stages.hold("build")
    await rig.push()
    await rig.stages.reached["build"].wait()

    rig.stages.errors["build"] = WorkFailed("the disk is full")
    rig.stages.held["build"].set()
    rig.store.shelf.trouble = Unavailable("the store did not answer", why="database or disk is full")
    for _ in range(10):
        await asyncio.sleep(0)
    rig.store.shelf.trouble = None
    await rig.durable.idle()

    execution = await rig.get(1)
    assert execution.status is ExecutionStatus.FAILED
    cause = execution.stages[1].cause
    assert cause is not None
    assert cause.sentence in ("the disk is full", "the store did not answer")


async def test_every_change_is_announced_as_it_happens(rig: Rig) -> None:
    rig.stages.errors["package"] = WorkFailed("the registry refused it")
    seen: list[Event] = []
    events = rig.notices.follow()

    await rig.push("source", "build", "package")
    await rig.durable.idle()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.05):
            async for event in events:
                seen.append(event)  # noqa: PERF401 - the time-out ends it

    assert [event.kind for event in seen] == [
        "execution.queued",
        "execution.started",
        "stage.started",
        "stage.succeeded",
        "stage.started",
        "stage.succeeded",
        "stage.started",
        "stage.failed",
        "execution.failed",
    ]
    assert seen[5].text == "build succeeded: did build"
    assert {(event.app, event.execution) for event in seen} == {(APP, 1)}


async def test_the_log_of_each_stage_is_kept(rig: Rig) -> None:
    await rig.push()
    await rig.durable.idle()

    assert rig.logs.read(APP, 1, "build") == "build begins\n"


async def settled(rig: Rig) -> None:
    while any(not execution.finished for execution in await rig.store.executions.list(APP)):
        await rig.durable.idle()
        await asyncio.sleep(0)
