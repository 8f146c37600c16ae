"""Deleting a release and deploying it shut each other out, in every store."""

import asyncio

import pytest

from fairway.domain.deployment import Deployment, RolloutState
from fairway.domain.ids import AppName, ReleaseNumber
from fairway.errors import NotFound
from support.pipeline_stores import AnyStore
from support.pipeline_values import APP, PRODUCTION, make_release

ONE, TWO = ReleaseNumber(1), ReleaseNumber(2)


@pytest.fixture(autouse=True)
async def _two_releases(store: AnyStore) -> None:
    await store.apps.create(APP, at=0.0)
    for _ in range(2):
        await store.releases.create(make_release())


async def start(
    store: AnyStore, release: ReleaseNumber, previous: ReleaseNumber | None = None, key: str = "a"
) -> Deployment:
    return await store.deployments.start(APP, PRODUCTION, release, previous=previous, at=1.0, key=key)


async def finish(store: AnyStore, deployment: Deployment) -> None:
    await store.deployments.finish(APP, deployment.id, RolloutState.COMPLETED, reason="", at=2.0)


async def numbers(store: AnyStore) -> list[int]:
    return [release.number for release in await store.releases.list(APP)]


async def test_a_release_that_nothing_needs_is_deleted_once(store: AnyStore) -> None:
    first = await store.releases.delete(APP, 1, seen=0)
    second = await store.releases.delete(APP, 1, seen=0)

    assert (first, second) == (True, False)
    assert await numbers(store) == [2]


async def test_a_release_that_is_being_deployed_stays_and_so_does_the_one_to_go_back_to(store: AnyStore) -> None:
    deployment = await start(store, TWO, previous=ONE)

    during = [await store.releases.delete(APP, number, seen=deployment.id) for number in (1, 2)]
    await finish(store, deployment)
    after = [await store.releases.delete(APP, number, seen=deployment.id) for number in (1, 2)]

    assert (during, after) == ([False, False], [True, True])


async def test_a_release_that_was_deployed_since_it_was_judged_stays_though_that_has_ended(store: AnyStore) -> None:
    await finish(store, await start(store, TWO, key="before"))
    newest = (await store.deployments.list(APP, limit=1))[0].id
    await finish(store, await start(store, TWO, previous=ONE, key="since"))

    deleted = [await store.releases.delete(APP, number, seen=newest) for number in (1, 2)]

    assert deleted == [False, False]
    assert await numbers(store) == [2, 1]


async def test_another_apps_deployments_keep_no_release(store: AnyStore) -> None:
    other = AppName("other")
    await store.apps.create(other, at=0.0)
    await store.releases.create(make_release(app=other))
    await store.deployments.start(other, PRODUCTION, ONE, previous=None, at=1.0, key="a")

    assert await store.releases.delete(APP, 1, seen=0)


async def test_a_deleted_release_can_be_neither_deployed_nor_repeated(store: AnyStore) -> None:
    await store.releases.delete(APP, 1, seen=0)

    with pytest.raises(NotFound, match="no release 1"):
        await start(store, ONE)
    with pytest.raises(NotFound, match="no release 1"):
        await store.releases.create(make_release(), like=ONE)

    assert await numbers(store) == [2]
    assert (await store.deployments.list(APP), (await start(store, TWO)).id) == ([], 1)


async def test_a_release_is_repeated_under_a_number_of_its_own(store: AnyStore) -> None:
    again = await store.releases.create(make_release(rollback_of=ONE), like=ONE)

    assert (again.number, again.rollback_of) == (3, 1)


async def test_a_deployment_that_was_started_is_found_again_though_its_release_has_gone(store: AnyStore) -> None:
    first = await start(store, ONE)
    await finish(store, first)
    await store.releases.delete(APP, 1, seen=first.id)

    assert (await start(store, ONE)).id == first.id


async def test_nothing_of_a_deleted_app_is_left_to_delete(store: AnyStore) -> None:
    await store.apps.delete(APP)

    assert not await store.releases.delete(APP, 1, seen=0)


async def test_of_a_deletion_and_a_deployment_at_once_exactly_one_happens(store: AnyStore) -> None:
    for number in range(3, 23):
        release = await store.releases.create(make_release())
        seen = (await store.deployments.list(APP, limit=1) or [None])[0]
        attempts = [
            store.releases.delete(APP, release.number, seen=seen.id if seen else 0),
            start(store, release.number, key=str(number)),
        ]

        results = await asyncio.gather(*(attempts if number % 2 else attempts[::-1]), return_exceptions=True)

        deleted = True in results
        refused = any(isinstance(result, NotFound) for result in results)
        assert deleted == refused, results
        assert deleted == (release.number not in await numbers(store))
