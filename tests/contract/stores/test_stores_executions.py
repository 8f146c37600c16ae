"""What every store of executions keeps to."""

import asyncio
import itertools
from dataclasses import replace

import pytest

from fairway.domain import progression, rollback
from fairway.domain.action import Command
from fairway.domain.app import Mode, OnFailure
from fairway.domain.deployment import Cause
from fairway.domain.execution import (
    ACTION_TRANSITIONS,
    EXECUTION_TRANSITIONS,
    STAGE_TRANSITIONS,
    ActionStatus,
    Execution,
    ExecutionStatus,
    Kind,
    StageStatus,
    Trigger,
)
from fairway.domain.ids import AppName, ExecutionNumber, ReleaseNumber
from fairway.domain.moves import (
    CountRun,
    GoBack,
    Keep,
    Move,
    MoveAction,
    MoveExecution,
    MoveStage,
    Redefine,
    carry_out,
)
from fairway.domain.pipeline import (
    FIRST,
    TRIED,
    Approval,
    Definition,
    DisabledTransition,
    Duty,
    StageDefinition,
    plain,
)
from fairway.domain.rollback import Rollback
from fairway.domain.search import DEPLOYING, Search
from fairway.errors import NotFound
from support.pipeline_stores import AnyStore
from support.pipeline_values import APP, PRODUCTION, PUSH, REVISION, define

BACK = Rollback(release=ReleaseNumber(17), target=ExecutionNumber(41), takes_back=7)
QUEUED, RUNNING = ExecutionStatus.QUEUED, ExecutionStatus.IN_PROGRESS


async def create(store: AnyStore, *stages: str, key: str | None = None, at: float = 1.0) -> Execution:
    if not [app for app in await store.apps.list() if app.name == APP]:
        await store.apps.create(APP, at=0.0)
    return await store.executions.create(APP, REVISION, PUSH, define(stages or ("source",)), at=at, key=key)


async def create_rollback(store: AnyStore) -> Execution:
    trigger = Trigger(kind="rollback", by="ada")
    return await store.executions.create(APP, REVISION, trigger, rollback.define(PRODUCTION), at=2.0, rollback=BACK)


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
        await store.executions.create(APP, REVISION, PUSH, define([]), at=1.0)


async def test_an_unknown_number_is_answered_with_the_latest(store: AnyStore) -> None:
    await create(store)
    await create(store)

    with pytest.raises(NotFound) as raised:
        await store.executions.get(APP, 43)

    assert raised.value.what == "shop-api has no execution 43"
    assert "the latest is 2" in raised.value.hint


async def change(store: AnyStore, execution: Execution, *moves: Move, at: float = 2.0) -> Execution:
    assert await store.executions.change(execution, moves, at=at)
    return await store.executions.get(execution.app, execution.number)


def end(stage: str, to: ActionStatus = ActionStatus.SUCCEEDED, summary: str = "", cause: Cause | None = None) -> Move:
    """The end of a plain stage's duty."""
    return MoveAction(stage=stage, action=stage, expected=ActionStatus.IN_PROGRESS, to=to, summary=summary, cause=cause)


async def enter(store: AnyStore, execution: Execution) -> Execution:
    assert execution.place is not None
    return await change(store, execution, *progression.enter(execution, execution.place))


async def test_an_execution_keeps_its_definition(store: AnyStore) -> None:
    await store.apps.create(APP, at=0.0)
    definition = define(("source", "production"), mode=Mode.QUEUED, approvals=["production"])

    created = await store.executions.create(APP, REVISION, PUSH, definition, at=1.0)

    kept = await store.executions.get(APP, created.number)
    assert kept == created
    assert kept.mode is Mode.QUEUED
    assert [each.action for each in kept.stages[1].actions] == [Approval(), Duty(name="deploy", order=2)]


async def test_text_that_no_database_takes_is_kept_readable(store: AnyStore) -> None:
    running = await enter(store, await create(store))
    cause = Cause(sentence="\0", log=("\ud83d",))

    ended = await change(store, running, end("source", ActionStatus.FAILED, "a NUL \0 and half a pair \ud83d", cause))

    assert "a NUL" in ended.stages[0].summary


async def test_what_the_store_does_is_what_the_domain_says(store: AnyStore) -> None:
    execution = await create(store, "source", "build")
    cause = Cause(sentence="212 tests failed", seen="exit code 1", fix="fix them", log=("a",), more=("fairway show 1",))
    done = MoveStage(stage="source", expected=StageStatus.IN_PROGRESS, to=StageStatus.SUCCEEDED)
    failed = progression.end(execution.stages[1], StageStatus.FAILED, ExecutionStatus.FAILED)
    changes: list[list[Move]] = [
        progression.enter(execution, execution.stages[0]),
        [end("source", summary="done"), Keep(outputs={"a": 1}), done],
        [Redefine(stages=define(("source", "build", "production")).stages)],
        progression.enter(execution, execution.stages[1])[1:],
        [end("build", ActionStatus.FAILED, "failed", cause), *failed],
    ]

    for at, moves in enumerate(changes, start=2):
        expected = carry_out(execution, moves, at=float(at))
        execution = await change(store, execution, *moves, at=float(at))
        # The number of a definition is the store's to give.
        assert expected is not None
        assert execution == replace(expected, definition=execution.definition)

    stage = execution.stages[1]
    assert (stage.started_at, stage.ended_at, stage.summary, stage.cause, stage.run) == (5.0, 6.0, "failed", cause, 1)
    again = progression.retry(execution, stage, progression.RetryMode.FAILED_ACTIONS)
    expected = carry_out(execution, again, at=9.0)
    execution = await change(store, execution, *again, at=9.0)
    assert execution == expected
    assert (execution.status, execution.ended_at) == (RUNNING, None)
    (action,) = execution.stages[1].actions
    assert (action.attempt, action.status, action.cause, action.started_at) == (2, ActionStatus.IN_PROGRESS, None, 9.0)


async def test_a_change_happens_whole_or_not_at_all(store: AnyStore) -> None:
    execution = await create(store, "source", "build")

    moved = await store.executions.change(
        execution,
        [
            MoveExecution(expected=QUEUED, to=RUNNING),
            Keep(outputs={"a": 1}),
            MoveStage(stage="build", expected=StageStatus.IN_PROGRESS, to=StageStatus.FAILED),
        ],
        at=2.0,
    )

    assert not moved
    assert await store.executions.get(APP, execution.number) == execution
    assert await store.executions.outputs(APP, execution.number) == {}


async def test_a_change_of_what_has_changed_since_is_refused(store: AnyStore) -> None:
    read = await create(store)
    await change(store, read, Keep(outputs={"a": 1}))

    assert not await store.executions.change(read, [MoveExecution(expected=QUEUED, to=RUNNING)], at=3.0)


async def test_a_change_of_an_execution_that_is_gone_is_refused(store: AnyStore) -> None:
    read = await create(store)
    await store.apps.delete(APP)

    assert not await store.executions.change(read, [Keep(outputs={"a": 1})], at=3.0)


async def test_of_two_changes_at_once_one_happens(store: AnyStore) -> None:
    execution = await create(store)

    won = await asyncio.gather(
        store.executions.change(execution, [MoveExecution(expected=QUEUED, to=ExecutionStatus.SUPERSEDED)], at=2.0),
        store.executions.change(execution, [MoveExecution(expected=QUEUED, to=RUNNING)], at=2.0),
    )

    assert sorted(won) == [False, True]


async def test_a_move_that_a_table_lacks_raises(store: AnyStore) -> None:
    execution = await create(store)
    wrong: list[Move] = [
        MoveExecution(expected=a, to=b)
        for a, b in itertools.product(ExecutionStatus, repeat=2)
        if b not in EXECUTION_TRANSITIONS[a]
    ]
    wrong += [
        MoveStage(stage="source", expected=a, to=b)
        for a, b in itertools.product(StageStatus, repeat=2)
        if b not in STAGE_TRANSITIONS[a]
    ]
    wrong += [
        MoveAction(stage="source", action="source", expected=a, to=b)
        for a, b in itertools.product(ActionStatus, repeat=2)
        if b not in ACTION_TRANSITIONS[a]
    ]

    for move in wrong:
        with pytest.raises(ValueError, match="can't go from"):
            await store.executions.change(execution, [move], at=1.0)


async def test_a_run_is_counted_from_the_one_before(store: AnyStore) -> None:
    execution = await change(store, await create(store), CountRun(stage="source", expected=0))

    assert execution.stages[0].run == 1
    assert not await store.executions.change(execution, [CountRun(stage="source", expected=0)], at=1.0)


async def test_the_stages_still_pending_are_replaced_in_order(store: AnyStore) -> None:
    execution = await enter(store, await create(store, "source", "build", "package"))
    fresh = define(("source", "build", "package", "staging", "production"), approvals=["production"])

    execution = await change(store, execution, Redefine(stages=fresh.stages))
    execution = await change(store, execution, Redefine(stages=fresh.stages))

    assert [stage.name for stage in execution.stages] == ["source", "build", "package", "staging", "production"]
    assert execution.stages[0].status is StageStatus.IN_PROGRESS
    assert [each.action.name for each in execution.stages[-1].actions] == ["approval", "deploy"]


async def test_executions_are_listed_newest_first(store: AnyStore) -> None:
    for _ in range(3):
        await create(store, "source", "build")

    found = await store.executions.list(APP)

    assert [execution.number for execution in found] == [3, 2, 1]
    assert [len(execution.stages) for execution in found] == [2, 2, 2]
    assert [execution.number for execution in await store.executions.list(APP, limit=1)] == [3]


@pytest.mark.parametrize(
    ("search", "numbers"),
    [
        (Search(), [4, 3, 2, 1]),
        (Search(before=4), [3, 2, 1]),
        (Search(before=1), []),
        (Search(status=ExecutionStatus.SUPERSEDED), [2]),
        (Search(branch="feature/ü"), [3, 2]),
        (Search(branch="feature"), []),
        (Search(commit="9c1f2e7" + "0" * 33), [4, 1]),
        (Search(commit="77a"), [2]),
        (Search(commit="77"), [3, 2]),
        (Search(commit="77f"), [3]),
        (Search(commit="8"), []),
        (Search(environment="production"), [4, 1]),
        (Search(environment="staging"), []),
        (Search(defined=True), [3, 2, 1]),
        (Search(branch="master", environment="production", before=4), [1]),
        (Search(branch="feature/ü", status=QUEUED), [3]),
    ],
)
async def test_executions_are_searched_for(store: AnyStore, search: Search, numbers: list[int]) -> None:
    entered = MoveStage(stage="production", expected=StageStatus.PENDING, to=StageStatus.IN_PROGRESS)
    await change(store, await enter(store, await create(store, "source", "production")), entered)
    definition = define(("source", "staging"))
    for commit in ("77a" + "f" * 37, "77" + "f" * 38):
        revision = replace(REVISION, commit=commit, branch="feature/ü")
        await store.executions.create(APP, revision, PUSH, definition, at=2.0)
    await change(
        store, await store.executions.get(APP, 2), MoveExecution(expected=QUEUED, to=ExecutionStatus.SUPERSEDED)
    )
    await enter(store, await create_rollback(store))
    await store.apps.create(AppName("other"), at=1.0)
    await store.executions.create(AppName("other"), REVISION, PUSH, definition, at=3.0)

    found = await store.executions.list(APP, search=search)

    assert [each.number for each in found] == numbers
    assert all(search.takes(each) for each in found)


async def test_the_unfinished_of_every_app_come_oldest_first(store: AnyStore) -> None:
    await create(store, at=3.0)
    other = AppName("other")
    await store.apps.create(other, at=1.0)
    await store.executions.create(other, REVISION, PUSH, define([]), at=2.0)
    second = await store.executions.create(other, REVISION, PUSH, define([]), at=1.0)
    await change(store, second, MoveExecution(expected=QUEUED, to=ExecutionStatus.STOPPED))

    unfinished = await store.executions.unfinished()

    assert [(execution.app, execution.number) for execution in unfinished] == [("other", 1), ("shop-api", 1)]


async def test_of_many_that_wait_at_the_door_the_oldest_and_the_newest_contend(store: AnyStore) -> None:
    begun = await enter(store, await create(store))
    for _ in range(60):
        await create(store)

    contenders = await store.executions.contenders(APP)

    assert [each.number for each in contenders] == [begun.number, *range(2, 52), 61]


async def test_the_newest_that_entered_a_stage_is_known(store: AnyStore) -> None:
    for _ in range(3):
        await enter(store, await create(store, "source", "build"))
    await create(store, "source", "build")

    assert await store.executions.entered(APP, above=1) == {"source": 3}
    assert await store.executions.entered(APP, above=3) == {}


async def test_a_rollback_is_kept_with_what_it_goes_back_to(store: AnyStore) -> None:
    await create(store)

    created = await create_rollback(store)

    assert (created.kind, created.rollback) == (Kind.ROLLBACK, BACK)
    assert await store.executions.get(APP, created.number) == created
    assert (await store.executions.get(APP, 1)).kind is Kind.STANDARD


async def test_a_failure_and_the_rollback_that_it_asks_for_are_one_change(store: AnyStore) -> None:
    execution = await enter(store, await create(store, "production"))
    back = replace(BACK, after=execution.number)
    failed = MoveExecution(expected=RUNNING, to=ExecutionStatus.FAILED)
    go_back = GoBack(stage="production", rollback=back, revision=REVISION)

    stale = await store.executions.change(replace(execution, version=0), [failed, go_back], at=5.0)
    done = await store.executions.change(execution, [failed, go_back], at=5.0)

    assert (stale, done) == (False, True)
    assert [each.number for each in await store.executions.list(APP)] == [2, 1]
    created = await store.executions.get(APP, 2)
    assert (created.status, created.rollback, created.trigger.kind) == (QUEUED, back, "rollback")
    assert (created.created_at, [stage.name for stage in created.stages]) == (5.0, ["production"])


async def test_what_happens_on_failure_is_kept_with_the_stage(store: AnyStore) -> None:
    await store.apps.create(APP, at=0.0)
    source, production = define(["source", "production"]).stages
    definition = Definition(stages=(source, replace(production, on_failure=OnFailure.RETRY)))
    created = await store.executions.create(APP, REVISION, PUSH, definition, at=1.0)

    changed = await change(store, created, Redefine(stages=(replace(production, on_failure=OnFailure.ROLLBACK),)))

    assert [stage.on_failure for stage in created.stages] == [OnFailure.NONE, OnFailure.RETRY]
    assert [stage.on_failure for stage in changed.stages] == [OnFailure.ROLLBACK]


async def test_a_rollback_contends_however_many_wait_at_the_door(store: AnyStore) -> None:
    for _ in range(60):
        await create(store)
    back = await create_rollback(store)
    for _ in range(2):
        await create(store)

    contenders = await store.executions.contenders(APP)

    assert [each.number for each in contenders] == [*range(1, 51), back.number, 63]


async def test_who_entered_a_stage_is_known_by_kind(store: AnyStore) -> None:
    await enter(store, await create(store, "production"))
    await enter(store, await create_rollback(store))

    assert await store.executions.entered(APP, above=0) == {"production": 2}
    assert await store.executions.entered(APP, above=0, kind=Kind.STANDARD) == {"production": 1}
    assert await store.executions.entered(APP, above=0, kind=Kind.ROLLBACK) == {"production": 2}


async def test_a_definition_has_a_number_for_each_content_and_the_same_one_again(store: AnyStore) -> None:
    first = await create(store, "source", "staging")
    second = await create(store, "source", "production")
    again = await create(store, "source", "staging")
    queued = await store.executions.create(APP, REVISION, PUSH, define(("source", "staging"), mode=Mode.QUEUED), at=1.0)

    assert [each.definition for each in (first, second, again, queued)] == [1, 2, 1, 3]


async def test_the_order_in_which_an_actions_variables_are_written_is_no_other_definition(store: AnyStore) -> None:
    await store.apps.create(APP, at=0.0)
    numbers = []
    for variables in ({"A": "1", "B": "2"}, {"B": "2", "A": "1"}, {"A": "1", "B": "3"}):
        smoke = Command(name="smoke", command=("npm", "run", "smoke"), variables=variables)
        stages = (*plain(FIRST), StageDefinition(name="production", actions=(smoke,)))
        created = await store.executions.create(APP, REVISION, PUSH, Definition(stages=stages), at=1.0)
        numbers.append(created.definition)

    assert numbers == [1, 1, 2]


async def test_what_is_no_whole_pipeline_takes_no_number(store: AnyStore) -> None:
    broken = await create(store, *FIRST)
    back = await create_rollback(store)
    failed = MoveExecution(expected=QUEUED, to=ExecutionStatus.STOPPED)
    await change(store, broken, failed, GoBack(stage="production", rollback=BACK, revision=REVISION))

    described = await create(store, "source", "production")

    asked_for = await store.executions.get(APP, 3)
    assert [each.definition for each in (broken, back, asked_for, described)] == [0, 0, 0, 1]


async def test_an_execution_whose_stages_are_replaced_goes_by_the_new_definition(store: AnyStore) -> None:
    execution = await enter(store, await create(store, *FIRST))

    moved = await change(store, execution, Redefine(stages=define(("source", "production")).stages))
    as_before = await create(store, "source", "production")

    assert (execution.definition, moved.definition, as_before.definition) == (0, 1, 1)


async def test_what_stages_hand_on_is_merged(store: AnyStore) -> None:
    execution = await create(store)
    assert await store.executions.outputs(APP, execution.number) == {}

    execution = await change(store, execution, Keep(outputs={"image": {"digest": "sha256:1"}, "tests": 212}))
    await change(store, execution, Keep(outputs={"tests": 213}))

    assert await store.executions.outputs(APP, execution.number) == {"image": {"digest": "sha256:1"}, "tests": 213}


async def test_a_disabled_transition_is_kept_until_it_is_enabled(store: AnyStore) -> None:
    await store.apps.create(APP, at=0.0)
    held = DisabledTransition(stage="production", reason="a sale is on", by="ada", at=5.0)

    await store.transitions.disable(APP, DisabledTransition(stage="production", reason="", by="bob", at=4.0))
    await store.transitions.disable(APP, held)

    assert list(await store.transitions.disabled(APP)) == [held]
    assert await store.transitions.enable(APP, "production")
    assert not await store.transitions.enable(APP, "production")
    assert list(await store.transitions.disabled(APP)) == []


async def test_the_transition_of_an_unknown_app_is_refused(store: AnyStore) -> None:
    with pytest.raises(NotFound):
        await store.transitions.disable(APP, DisabledTransition(stage="production", reason="", by="ada", at=1.0))


async def create_tried(store: AnyStore, pull_request: int, *, stages: tuple[str, ...] = TRIED) -> Execution:
    revision = replace(REVISION, branch="", pull_request=pull_request)
    return await store.executions.create(APP, revision, Trigger(kind="webhook"), define(stages), at=2.0)


async def test_the_execution_of_a_pull_request_is_kept_as_one(store: AnyStore) -> None:
    await create(store)

    created = await create_tried(store, 7)

    assert (created.kind, created.revision.pull_request, created.definition) == (Kind.PULL_REQUEST, 7, 0)
    assert await store.executions.get(APP, created.number) == created


async def test_pull_requests_that_wait_take_no_place_of_those_that_deploy(store: AnyStore) -> None:
    await store.apps.create(APP, at=0.0)
    for number in range(60):
        await create_tried(store, number + 1)
    pushed = [await create(store) for _ in range(2)]

    contenders = await store.executions.contenders(APP)

    assert [each.number for each in contenders] == [*range(1, 51), *(each.number for each in pushed)]


async def test_who_entered_a_stage_is_known_apart_for_each_pull_request(store: AnyStore) -> None:
    await enter(store, await create(store, "source", "build"))
    for number in (7, 8, 7):
        await enter(store, await create_tried(store, number))

    assert await store.executions.entered(APP, above=0) == {"source": 1}
    assert await store.executions.entered(APP, above=0, kind=Kind.STANDARD) == {"source": 1}
    assert await store.executions.entered(APP, above=0, pull_request=7) == {"source": 4}
    assert await store.executions.entered(APP, above=3, pull_request=8) == {}


async def test_those_of_pull_requests_can_be_left_out_of_a_search(store: AnyStore) -> None:
    await create(store)
    for _ in range(3):
        await create_tried(store, 7)
    await create_rollback(store)

    found = await store.executions.list(APP, limit=2, search=DEPLOYING)

    assert [each.number for each in found] == [5, 1]


async def test_the_heads_of_one_pull_request_are_searched_for(store: AnyStore) -> None:
    await create(store)
    for number in (7, 8, 7):
        await create_tried(store, number)

    found = await store.executions.list(APP, search=Search(pull_request=7))

    assert [each.number for each in found] == [4, 2]
