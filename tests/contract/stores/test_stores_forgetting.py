"""Old executions, deployments and passages leave every store, and never one that goes on."""

from dataclasses import replace

import pytest

from fairway.domain.deployment import RolloutState
from fairway.domain.execution import Execution, ExecutionStatus
from fairway.domain.forgetting import Entry, Made, trace
from fairway.domain.ids import AppName, ReleaseNumber
from fairway.domain.moves import MoveExecution
from fairway.domain.passage import PassageStatus
from fairway.errors import NotFound
from support.guard_values import make_passage
from support.pipeline_stores import AnyStore
from support.pipeline_values import APP, PRODUCTION, PUSH, REVISION, define, make_release

OTHER = AppName("other")
ONE = ReleaseNumber(1)
ENDED = MoveExecution(expected=ExecutionStatus.QUEUED, to=ExecutionStatus.STOPPED)


@pytest.fixture(autouse=True)
async def _apps(store: AnyStore) -> None:
    for app in (APP, OTHER):
        await store.apps.create(app, at=0.0)


async def create(store: AnyStore, *, ended: bool = True, app: AppName = APP, pull: int | None = None) -> Execution:
    revision = replace(REVISION, pull_request=pull)
    made = await store.executions.create(app, revision, PUSH, define(("source", "build")), at=1.0, key=None)
    if ended:
        assert await store.executions.change(made, [ENDED], at=9.0)
    return made


async def test_the_entries_are_of_all_executions_of_the_app_newest_first(store: AnyStore) -> None:
    await create(store)
    await create(store, ended=False, pull=4)
    await create(store, app=OTHER)

    assert await store.executions.entries(APP) == [
        Entry(number=2, row="pull requests", at=1.0, ended=False),
        Entry(number=1, row="", at=9.0, ended=True),
    ]
    assert await store.executions.entries(AppName("nobody")) == []


async def test_an_execution_that_was_deleted_is_said_to_be_forgotten_and_its_number_does_not_come_again(
    store: AnyStore,
) -> None:
    for _ in range(3):
        await create(store)
    await create(store, app=OTHER)

    await store.executions.delete(APP, [1, 2, 7])

    with pytest.raises(NotFound, match=r"execution 2 of shop-api is not kept any more") as caught:
        await store.executions.get(APP, 2)
    assert "FAIRWAY_KEEP_EXECUTIONS" in caught.value.why
    assert caught.value.hint == "the oldest one that is kept is 3"
    with pytest.raises(NotFound, match="is not kept any more"):
        await store.executions.outputs(APP, (await create(store, app=OTHER)).number)
    with pytest.raises(NotFound, match="has no execution 7"):
        await store.executions.get(APP, 7)
    assert [each.number for each in await store.executions.list(APP)] == [3]
    assert (await store.executions.get(OTHER, 1)).number == 1
    assert (await create(store)).number == 4


async def test_an_execution_that_goes_on_is_not_deleted(store: AnyStore) -> None:
    await create(store, ended=False)

    await store.executions.delete(APP, [1])
    await store.executions.delete(APP, [])

    assert len((await store.executions.get(APP, 1)).stages) == 2


async def test_the_push_of_a_forgotten_execution_is_a_new_one(store: AnyStore) -> None:
    def push() -> object:
        return store.executions.create(APP, REVISION, PUSH, define(("source",)), at=1.0, key="a")

    first = await store.executions.create(APP, REVISION, PUSH, define(("source",)), at=1.0, key="a")
    await store.executions.change(first, [ENDED], at=2.0)
    await store.executions.delete(APP, [1])

    again = await store.executions.create(APP, REVISION, PUSH, define(("source",)), at=1.0, key="a")

    assert again.number == 2


async def test_deployments_with_a_verdict_go_and_none_under_way(store: AnyStore) -> None:
    await store.releases.create(make_release())
    for key in "abc":
        await store.deployments.start(APP, PRODUCTION, ONE, previous=None, at=1.0, key=key)
    first, second, third = reversed(await store.deployments.list(APP))
    for deployment in (first, third):
        await store.deployments.finish(APP, deployment.id, RolloutState.COMPLETED, reason="", at=5.0)

    entries = await store.deployments.entries(APP)
    await store.deployments.delete(APP, [1, 2])

    assert entries[1:] == [
        Made(number=2, row=PRODUCTION, at=1.0, release=1, state=RolloutState.IN_PROGRESS),
        Made(number=1, row=PRODUCTION, at=5.0, release=1, state=RolloutState.COMPLETED),
    ]
    assert [each.id for each in await store.deployments.list(APP)] == [3, second.id]
    with pytest.raises(NotFound, match="deployment 1 of shop-api is not kept any more"):
        await store.deployments.get(APP, 1)
    again = await store.deployments.start(APP, PRODUCTION, ONE, previous=None, at=1.0, key="a")
    assert again.id == 4


async def test_passages_are_traced_in_parts_and_go_when_they_have_ended(store: AnyStore) -> None:
    ended = make_passage(status=PassageStatus.MIGRATED, ended_at=7.0, execution=3, release=2, backup=5)
    for key, passage in (("a", ended), ("b", make_passage()), ("c", replace(ended, back_of=1))):
        await store.passages.create(replace(passage, key=key))

    first = await store.passages.traces(APP, limit=2)
    second = await store.passages.traces(APP, below=2, limit=2)
    await store.passages.delete(APP, [1, 2, 8])

    assert [each.number for each in first] == [3, 2]
    assert second == [trace(replace(ended, key="a", number=1))]
    assert (second[0].at, second[0].execution, second[0].release, second[0].backup) == (7.0, 3, 2, 5)
    assert [each.number for each in await store.passages.list(APP)] == [3, 2]
    assert (await store.passages.create(make_passage(key="d"))).number == 4
