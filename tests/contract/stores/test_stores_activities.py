"""What every store of scaling activities keeps to."""

import asyncio
from dataclasses import replace

import pytest

from fairway.adapters.memory import activities as memory
from fairway.adapters.memory.stores import MemoryStore
from fairway.adapters.store import activities as sql
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import AppName, ServiceName
from fairway.domain.scaling_activity import Activity, By, NotScaledReason, Status
from fairway.errors import Conflict, NotFound, Unavailable
from support.pipeline_stores import AnyStore
from support.pipeline_values import APP, PRODUCTION

WEB, WORKER = ServiceName("web"), ServiceName("worker")
OUT = Activity(
    app=APP,
    environment=PRODUCTION,
    service=WEB,
    at=100.5,
    before=2,
    after=4,
    cause="requests per task 81 above 50 for 3 of 3 datapoints: 2 -> 4",
    by=By.POLICY,
    cooldown=300.0,
    base=2,
)
HELD = replace(OUT, at=200.0, before=4, after=4, status=Status.NOT_SCALED, reason=NotScaledReason.MAX)
DESIRED = DesiredEnvironment(app=APP, environment=PRODUCTION)


async def test_a_change_is_kept_with_the_desired_state_that_it_makes(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)

    kept = await store.activities.scale(replace(DESIRED, hosts=("a.localhost",)), [OUT])

    assert kept == await store.desired.get(APP, PRODUCTION) == replace(DESIRED, hosts=("a.localhost",), version=1)
    assert list(await store.activities.list(APP)) == [replace(OUT, id=1)]


async def test_a_change_of_what_somebody_else_has_changed_keeps_neither(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.desired.put(DESIRED)

    with pytest.raises(Conflict):
        await store.activities.scale(DESIRED, [OUT])

    assert list(await store.activities.list(APP)) == []
    assert await store.desired.get(APP, PRODUCTION) == replace(DESIRED, version=1)


async def test_of_two_changes_at_once_one_is_kept(store: AnyStore, beside: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)

    both = await asyncio.gather(
        store.activities.scale(DESIRED, [OUT]), beside.activities.scale(DESIRED, [OUT]), return_exceptions=True
    )

    assert sum(isinstance(each, Conflict) for each in both) == 1
    assert len(await store.activities.list(APP)) == 1


async def test_a_change_overrides_the_one_before_it_of_the_same_service(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    kept = await store.activities.scale(DESIRED, [OUT, replace(OUT, service=WORKER)])

    await store.activities.scale(kept, [replace(OUT, at=150.0, before=4, after=6)])

    assert [(each.service, each.status, each.ended_at) for each in await store.activities.list(APP)] == [
        (WEB, Status.IN_PROGRESS, None),
        (WORKER, Status.IN_PROGRESS, None),
        (WEB, Status.OVERRIDDEN, 150.0),
    ]


async def test_an_activity_ends_once(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.activities.scale(DESIRED, [OUT])
    await store.activities.note(HELD)
    (kept,) = await store.activities.unfinished()

    first = await store.activities.conclude(kept, Status.SUCCESSFUL, at=110.0)
    again = await store.activities.conclude(kept, Status.UNFULFILLED, at=120.0)

    assert (first, again) == (True, False)
    assert list(await store.activities.unfinished()) == []
    assert list(await store.activities.list(APP))[1:] == [replace(kept, status=Status.SUCCESSFUL, ended_at=110.0)]
    with pytest.raises(ValueError, match="IN_PROGRESS"):
        await store.activities.conclude(kept, Status.NOT_SCALED, at=1.0)


async def test_the_history_is_searched_by_environment_and_service_newest_first(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.activities.scale(DESIRED, [OUT, replace(OUT, service=WORKER)])
    await store.activities.note(HELD)

    assert [each.id for each in await store.activities.list(APP, limit=2)] == [3, 2]
    assert [each.id for each in await store.activities.list(APP, PRODUCTION, "web")] == [3, 1]
    assert list(await store.activities.list(APP, "staging")) == []


async def test_the_latest_is_that_of_all_or_of_what_a_policy_changed(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    kept = await store.activities.scale(DESIRED, [OUT])
    await store.activities.scale(kept, [replace(OUT, at=120.0, by=By.PERSON, before=4, after=5)])
    await store.activities.note(HELD)

    latest = await store.activities.latest(APP, PRODUCTION, WEB)
    by_policy = await store.activities.latest(APP, PRODUCTION, WEB, by_policy=True)

    assert latest == replace(HELD, id=3)
    assert by_policy is not None
    assert by_policy.id == 1
    assert await store.activities.latest(APP, PRODUCTION, WORKER) is None


async def test_the_newest_of_each_service_are_kept(store: AnyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    await store.apps.create(APP, at=1.0)
    monkeypatch.setattr(memory, "KEPT", 3)
    monkeypatch.setattr(sql, "KEPT", 3)

    await store.activities.note(replace(HELD, service=WORKER))
    for number in range(5):
        await store.activities.note(replace(HELD, at=float(number)))

    assert [each.id for each in await store.activities.list(APP)] == [6, 5, 4, 1]


async def test_activities_go_with_their_app_and_there_are_none_without(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.activities.scale(DESIRED, [OUT])
    await store.apps.delete(APP)

    assert list(await store.activities.list(APP)) == []
    with pytest.raises(NotFound):
        await store.activities.note(replace(OUT, app=AppName("nope")))


async def test_a_write_that_dies_between_the_count_and_its_cause_keeps_neither(store: AnyStore) -> None:
    if isinstance(store, MemoryStore):
        return  # it has no middle: nothing can end a process of which it is a part
    await store.apps.create(APP, at=1.0)
    await store.desired.put(DESIRED)

    with pytest.raises(Unavailable):
        await store.activities.scale(replace(DESIRED, version=1), [replace(OUT, at=None)])  # type: ignore[arg-type]

    assert await store.desired.get(APP, PRODUCTION) == replace(DESIRED, version=1)
    assert list(await store.activities.list(APP)) == []
