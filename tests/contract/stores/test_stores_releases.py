"""What every store of releases, deployments, desired states and configurations keeps to."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from fairway.domain.deployment import Cause, Deployment, RolloutState
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ExecutionNumber, ReleaseNumber
from fairway.domain.variables import Edit, Version
from fairway.errors import Conflict, NotFound
from support.pipeline_stores import AnyStore
from support.pipeline_values import APP, PRODUCTION, STAGING, make_desired, make_release


@pytest.fixture(autouse=True)
async def _app(store: AnyStore) -> None:
    await store.apps.create(APP, at=0.0)


async def start(store: AnyStore, key: str, environment: EnvironmentName = PRODUCTION) -> Deployment:
    release = await store.releases.create(make_release(environment))
    return await store.deployments.start(APP, environment, release.number, previous=ReleaseNumber(17), at=1.0, key=key)


async def test_a_release_comes_back_as_it_was_kept(store: AnyStore) -> None:
    kept = await store.releases.create(make_release(rollback_of=ReleaseNumber(1)))

    assert kept == make_release(number=ReleaseNumber(1), rollback_of=ReleaseNumber(1))
    assert await store.releases.get(APP, 1) == kept


async def test_releases_count_up_over_all_environments(store: AnyStore) -> None:
    for environment in (STAGING, PRODUCTION, STAGING):
        await store.releases.create(make_release(environment))

    assert [release.number for release in await store.releases.list(APP)] == [3, 2, 1]
    assert [release.number for release in await store.releases.list(APP, environment="staging", limit=1)] == [3]


async def test_those_that_an_execution_made_are_found_however_many_came_since(store: AnyStore) -> None:
    for execution in (7, 8, 8, 9):
        await store.releases.create(make_release(execution=ExecutionNumber(execution)))

    found = [release.number for release in await store.releases.list(APP, execution=8)]

    assert (found, await store.releases.list(APP, execution=8, environment="elsewhere")) == ([3, 2], [])
    assert await store.releases.list(APP, execution=10) == []


async def test_a_deleted_release_leaves_its_number_unused(store: AnyStore) -> None:
    await store.releases.create(make_release())
    await store.releases.delete(APP, 1, seen=0)

    assert (await store.releases.create(make_release())).number == 2
    with pytest.raises(NotFound) as raised:
        await store.releases.get(APP, 1)
    assert "there are 2" in raised.value.hint


async def test_a_release_of_an_unknown_app_is_refused(store: AnyStore) -> None:
    with pytest.raises(NotFound):
        await store.releases.create(make_release(app="other"))


async def test_the_same_key_continues_the_same_deployment(store: AnyStore) -> None:
    first = await start(store, "execution-42/production")
    second = await start(store, "execution-42/production")
    third = await start(store, "execution-43/production")

    assert first == second
    assert (first.id, third.id) == (1, 2)
    assert (first.state, first.previous) == (RolloutState.IN_PROGRESS, 17)


async def test_a_deployment_gets_its_verdict_once(store: AnyStore) -> None:
    deployment = await start(store, "a")
    cause = Cause(sentence="the tasks never became healthy", log=("x",))

    assert await store.deployments.finish(
        APP, deployment.id, RolloutState.FAILED, reason="release 17 still serves", cause=cause, at=9.0
    )
    assert not await store.deployments.finish(APP, deployment.id, RolloutState.COMPLETED, reason="", at=10.0)

    ended = await store.deployments.get(APP, deployment.id)
    assert (ended.state, ended.reason, ended.cause, ended.ended_at) == (
        RolloutState.FAILED,
        "release 17 still serves",
        cause,
        9.0,
    )


async def test_a_verdict_that_is_none_raises(store: AnyStore) -> None:
    with pytest.raises(ValueError, match="can't go from"):
        await store.deployments.finish(APP, DeploymentId(1), RolloutState.IN_PROGRESS, reason="", at=1.0)


async def test_deployments_are_listed_newest_first_and_the_latest_by_state(store: AnyStore) -> None:
    await start(store, "a")
    await start(store, "b")
    await start(store, "c", STAGING)
    await store.deployments.finish(APP, DeploymentId(1), RolloutState.COMPLETED, reason="", at=2.0)

    assert [deployment.id for deployment in await store.deployments.list(APP)] == [3, 2, 1]
    assert [deployment.id for deployment in await store.deployments.list(APP, environment="production")] == [2, 1]
    latest = await store.deployments.latest(APP, PRODUCTION, RolloutState.COMPLETED)
    assert latest is not None
    assert latest.id == 1
    assert await store.deployments.latest(APP, STAGING, RolloutState.COMPLETED) is None


async def test_a_deployment_keeps_what_was_desired_before_it(store: AnyStore) -> None:
    before = await store.desired.put(make_desired())
    for _ in range(3):
        await store.releases.create(make_release())
    values: dict[str, Any] = {"previous": ReleaseNumber(1), "at": 1.0}
    with_before = await store.deployments.start(APP, PRODUCTION, ReleaseNumber(2), key="a", before=before, **values)
    await store.deployments.start(APP, PRODUCTION, ReleaseNumber(2), key="a", before=None, **values)
    without = await store.deployments.start(APP, PRODUCTION, ReleaseNumber(3), key="b", **values)

    assert await store.deployments.before(APP, with_before.id) == before
    assert await store.deployments.before(APP, without.id) is None
    assert (with_before.key, (await store.deployments.get(APP, without.id)).key) == ("a", "b")
    with pytest.raises(NotFound):
        await store.deployments.before(APP, 9)


async def test_an_unknown_deployment_is_answered_with_the_latest(store: AnyStore) -> None:
    await start(store, "a")

    with pytest.raises(NotFound) as raised:
        await store.deployments.get(APP, 7)

    assert raised.value.hint == "the latest is 1"


async def test_a_desired_state_comes_back_as_it_was_kept(store: AnyStore) -> None:
    assert await store.desired.get(APP, PRODUCTION) is None

    kept = await store.desired.put(make_desired())

    assert kept == make_desired(version=1)
    assert await store.desired.get(APP, PRODUCTION) == kept
    assert await store.desired.list() == [kept]


async def test_a_write_computed_from_an_older_version_is_refused(store: AnyStore) -> None:
    kept = await store.desired.put(make_desired())
    await store.desired.put(replace(kept, hosts=()))

    with pytest.raises(Conflict) as raised:
        await store.desired.put(replace(kept, hosts=("x.example.com",)))

    assert "at the same time" in raised.value.what
    now = await store.desired.get(APP, PRODUCTION)
    assert now is not None
    assert (now.version, now.hosts) == (2, ())


async def test_of_two_first_writes_at_once_one_is_refused(store: AnyStore) -> None:
    results = await asyncio.gather(*(store.desired.put(make_desired()) for _ in range(2)), return_exceptions=True)

    assert sorted(type(result).__name__ for result in results) == ["Conflict", "DesiredEnvironment"]


async def test_desired_state_of_a_deleted_app_is_not_resurrected(store: AnyStore) -> None:
    await store.apps.delete(APP)

    with pytest.raises(NotFound):
        await store.desired.put(make_desired())

    assert await store.desired.list() == []


async def test_configurations_count_up_and_stay_as_they_were(store: AnyStore) -> None:
    first = await store.configurations.add(APP, PRODUCTION, {"A": b"\x00\xff", "B": b""}, expected=0, at=1.0)
    second = await store.configurations.add(APP, PRODUCTION, {"A": b"2"}, expected=1, at=2.0)

    assert await store.configurations.latest(APP, PRODUCTION) == second
    assert await store.configurations.get(APP, PRODUCTION, 1) == first
    assert first.values == {"A": b"\x00\xff", "B": b""}
    assert await store.configurations.latest(APP, STAGING) is None


async def test_a_configuration_computed_from_an_older_version_is_refused(store: AnyStore) -> None:
    await store.configurations.add(APP, PRODUCTION, {"A": b"1"}, expected=0, at=1.0)

    with pytest.raises(Conflict):
        await store.configurations.add(APP, PRODUCTION, {"A": b"2"}, expected=0, at=2.0)

    latest = await store.configurations.latest(APP, PRODUCTION)
    assert latest is not None
    assert latest.values == {"A": b"1"}


async def test_the_recent_configurations_are_the_newest_of_each_environment(store: AnyStore) -> None:
    for version in range(3):
        await store.configurations.add(APP, PRODUCTION, {"A": b"%d" % version}, expected=version, at=1.0)
    await store.configurations.add(APP, STAGING, {"B": b"1"}, expected=0, at=1.0)

    recent = await store.configurations.recent(APP, limit=2)

    assert {(each.environment, each.version) for each in recent} == {
        ("production", 2),
        ("production", 3),
        ("staging", 1),
    }
    assert {each.values.get("A") for each in recent} == {b"1", b"2", None}
    assert await store.configurations.recent(AppName("nobody"), limit=2) == []


async def test_each_configuration_says_how_it_came_to_be(store: AnyStore) -> None:
    edits = [Edit(by="ada", how="import", set=("A", "web/B")), Edit(by="bob", unset=("A",)), Edit(by="bob", set=("C",))]
    for version, edit in enumerate(edits):
        await store.configurations.add(APP, PRODUCTION, {}, expected=version, at=float(version), edit=edit)

    history = await store.configurations.history(APP, PRODUCTION, limit=2)

    assert history == [Version(number=3, at=2.0, edit=edits[2]), Version(number=2, at=1.0, edit=edits[1])]
    assert await store.configurations.history(APP, STAGING) == []


async def test_an_unknown_version_of_the_variables_is_refused(store: AnyStore) -> None:
    with pytest.raises(NotFound):
        await store.configurations.get(APP, PRODUCTION, 4)
