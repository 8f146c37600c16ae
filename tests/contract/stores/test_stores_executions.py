"""What every store of executions keeps to."""

import asyncio
import functools
import itertools

import pytest

from fairway.domain.deployment import Cause
from fairway.domain.execution import EXECUTION_TRANSITIONS, STAGE_TRANSITIONS, Execution, ExecutionStatus, StageStatus
from fairway.domain.ids import AppName, ExecutionNumber
from fairway.errors import NotFound
from support.pipeline_stores import AnyStore
from support.pipeline_values import APP, PUSH, REVISION


async def create(store: AnyStore, *stages: str, key: str | None = None, at: float = 1.0) -> Execution:
    if not [app for app in await store.apps.list() if app.name == APP]:
        await store.apps.create(APP, at=0.0)
    return await store.executions.create(APP, REVISION, PUSH, stages or ("source",), at=at, key=key)


async def test_an_execution_begins_queued_with_its_stages_pending(store: AnyStore) -> None:
    created = await create(store, "source", "build")

    assert created.number == 1
    assert created.status is ExecutionStatus.QUEUED
    assert [(stage.name, stage.status) for stage in created.stages] == [
        ("source", StageStatus.PENDING),
        ("build", StageStatus.PENDING),
    ]
    assert (created.revision, created.trigger) == (REVISION, PUSH)
    assert await store.executions.get(APP, 1) == created


async def test_a_push_announced_twice_starts_once(store: AnyStore) -> None:
    first = await create(store, key="push-9c1f")
    second = await create(store, key="push-9c1f", at=9.0)
    third = await create(store, key="push-77ab")

    assert second == first
    assert third.number == 2


async def test_executions_created_at_once_get_different_numbers(store: AnyStore) -> None:
    await create(store)

    created = await asyncio.gather(*(create(store, key=f"key-{index % 4}") for index in range(8)))

    assert sorted({execution.number for execution in created}) == [2, 3, 4, 5]


async def test_an_execution_of_an_unknown_app_is_refused(store: AnyStore) -> None:
    with pytest.raises(NotFound):
        await store.executions.create(APP, REVISION, PUSH, [], at=1.0)


async def test_an_unknown_number_is_answered_with_the_latest(store: AnyStore) -> None:
    await create(store)
    await create(store)

    with pytest.raises(NotFound) as raised:
        await store.executions.get(APP, 43)

    assert raised.value.what == "shop-api has no execution 43"
    assert "the latest is 2" in raised.value.hint


async def test_text_that_no_database_takes_is_kept_readable(store: AnyStore) -> None:
    await create(store)
    await store.executions.advance_stage(
        APP, ExecutionNumber(1), "source", expected=StageStatus.PENDING, to=StageStatus.IN_PROGRESS, at=1.0
    )

    moved = await store.executions.advance_stage(
        APP,
        ExecutionNumber(1),
        "source",
        expected=StageStatus.IN_PROGRESS,
        to=StageStatus.FAILED,
        at=2.0,
        summary="a NUL \0 and half a pair \ud83d",
        cause=Cause(sentence="\0", log=("\ud83d",)),
    )

    assert moved
    assert "a NUL" in (await store.executions.get(APP, 1)).stages[0].summary


async def test_a_status_moves_by_compare_and_set(store: AnyStore) -> None:
    number = (await create(store)).number

    queued, running = ExecutionStatus.QUEUED, ExecutionStatus.IN_PROGRESS
    assert await store.executions.advance(APP, number, expected=queued, to=running, at=2.0)
    assert not await store.executions.advance(APP, number, expected=queued, to=running, at=3.0)
    assert await store.executions.advance(APP, number, expected=running, to=ExecutionStatus.FAILED, at=4.0)

    execution = await store.executions.get(APP, number)
    assert (execution.status, execution.started_at, execution.ended_at) == (ExecutionStatus.FAILED, 2.0, 4.0)


async def test_of_two_that_move_a_status_at_once_one_does(store: AnyStore) -> None:
    number = (await create(store)).number

    won = await asyncio.gather(
        store.executions.advance(APP, number, expected=ExecutionStatus.QUEUED, to=ExecutionStatus.SUPERSEDED, at=2.0),
        store.executions.advance(APP, number, expected=ExecutionStatus.QUEUED, to=ExecutionStatus.IN_PROGRESS, at=2.0),
    )

    assert sorted(won) == [False, True]


async def test_a_move_that_the_table_lacks_raises(store: AnyStore) -> None:
    for expected, to in itertools.product(ExecutionStatus, ExecutionStatus):
        if to in EXECUTION_TRANSITIONS[expected]:
            assert not await store.executions.advance(APP, ExecutionNumber(1), expected=expected, to=to, at=1.0)
            continue
        with pytest.raises(ValueError, match="can't go from"):
            await store.executions.advance(APP, ExecutionNumber(1), expected=expected, to=to, at=1.0)


async def test_a_stage_moves_along_its_table_only(store: AnyStore) -> None:
    move = functools.partial(store.executions.advance_stage, APP, ExecutionNumber(1), "build", at=1.0)
    for expected, to in itertools.product(StageStatus, StageStatus):
        if to in STAGE_TRANSITIONS[expected]:
            assert not await move(expected=expected, to=to)
            continue
        with pytest.raises(ValueError, match="can't go from"):
            await move(expected=expected, to=to)


async def test_a_stage_keeps_its_times_summary_and_cause(store: AnyStore) -> None:
    number = (await create(store, "source", "build")).number
    cause = Cause(
        sentence="212 tests failed", seen="exit code 1", fix="fix them", log=("a", "b"), more=("fairway show 1",)
    )

    await store.executions.advance_stage(
        APP, number, "build", expected=StageStatus.PENDING, to=StageStatus.IN_PROGRESS, at=2.0
    )
    await store.executions.advance_stage(
        APP,
        number,
        "build",
        expected=StageStatus.IN_PROGRESS,
        to=StageStatus.FAILED,
        at=5.0,
        summary="failed",
        cause=cause,
    )

    stage = (await store.executions.get(APP, number)).stage("build")
    assert stage is not None
    assert (stage.started_at, stage.ended_at, stage.summary, stage.cause) == (2.0, 5.0, "failed", cause)


async def test_the_stages_still_pending_are_replaced_in_order(store: AnyStore) -> None:
    number = (await create(store, "source", "build", "package")).number
    await store.executions.advance_stage(
        APP, number, "source", expected=StageStatus.PENDING, to=StageStatus.IN_PROGRESS, at=2.0
    )

    await store.executions.set_stages(APP, number, ["source", "build", "package", "staging", "production"])
    await store.executions.set_stages(APP, number, ["source", "build", "package", "staging", "production"])

    stages = (await store.executions.get(APP, number)).stages
    assert [stage.name for stage in stages] == ["source", "build", "package", "staging", "production"]
    assert stages[0].status is StageStatus.IN_PROGRESS


async def test_executions_are_listed_newest_first_and_by_status(store: AnyStore) -> None:
    for _ in range(3):
        await create(store, "source", "build")
    await store.executions.advance(
        APP, ExecutionNumber(2), expected=ExecutionStatus.QUEUED, to=ExecutionStatus.SUPERSEDED, at=2.0
    )

    assert [execution.number for execution in await store.executions.list(APP)] == [3, 2, 1]
    assert [execution.number for execution in await store.executions.list(APP, limit=1)] == [3]
    queued = await store.executions.list(APP, status=ExecutionStatus.QUEUED)
    assert [execution.number for execution in queued] == [3, 1]
    assert [len(execution.stages) for execution in queued] == [2, 2]


async def test_the_unfinished_of_every_app_come_oldest_first(store: AnyStore) -> None:
    await create(store, at=3.0)
    other = AppName("other")
    await store.apps.create(other, at=1.0)
    await store.executions.create(other, REVISION, PUSH, [], at=2.0)
    await store.executions.create(other, REVISION, PUSH, [], at=1.0)
    await store.executions.advance(
        other, ExecutionNumber(2), expected=ExecutionStatus.QUEUED, to=ExecutionStatus.STOPPED, at=4.0
    )

    unfinished = await store.executions.unfinished()

    assert [(execution.app, execution.number) for execution in unfinished] == [("other", 1), ("shop-api", 1)]


async def test_what_stages_hand_on_is_merged(store: AnyStore) -> None:
    number = (await create(store)).number
    assert await store.executions.outputs(APP, number) == {}

    await store.executions.put(APP, number, {"image": {"digest": "sha256:1"}, "tests": 212})
    await store.executions.put(APP, number, {"tests": 213})

    assert await store.executions.outputs(APP, number) == {"image": {"digest": "sha256:1"}, "tests": 213}


async def test_what_two_stages_hand_on_at_once_is_all_kept(store: AnyStore) -> None:
    number = (await create(store)).number

    await asyncio.gather(*(store.executions.put(APP, number, {f"key-{index}": index}) for index in range(6)))

    assert len(await store.executions.outputs(APP, number)) == 6


async def test_handing_on_in_an_unknown_execution_is_refused(store: AnyStore) -> None:
    await create(store)

    with pytest.raises(NotFound):
        await store.executions.put(APP, ExecutionNumber(9), {"a": 1})
