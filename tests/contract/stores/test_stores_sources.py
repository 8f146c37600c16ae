"""What every store of sources keeps to."""

from dataclasses import replace

import pytest

from fairway.domain.app import PullEvent
from fairway.domain.ids import AppName
from fairway.domain.pulls import Noted, PullRequest
from fairway.domain.remotes import Forge
from fairway.errors import NotFound
from fairway.ports.sources import DELIVERIES, Progress, Source
from support.pipeline_stores import AnyStore
from support.pipeline_values import APP

SOURCE = Source(
    app=APP,
    url="https://github.com/acme/shop.git",
    forge=Forge.GITHUB,
    username="ada",
    token=b"\x01\x00\xff sealed",
    deploy_key=None,
    by="owner",
    at=5.0,
    poll=60.0,
)
OPENED, UPDATED, CLOSED = PullEvent.OPENED, PullEvent.UPDATED, PullEvent.CLOSED
PROGRESS = Progress(tried_at=7.0, fetched_at=6.0, failures=2, trouble="no answer", host_keys="host ssh-ed25519 AAAA\n")


async def test_a_source_is_kept_as_it_is(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)

    await store.sources.put(SOURCE)

    assert await store.sources.get(APP) == SOURCE
    assert await store.sources.list() == [SOURCE]


async def test_a_second_source_takes_the_place_of_the_first(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.sources.put(replace(SOURCE, progress=PROGRESS))
    second = replace(SOURCE, url="ssh://git@host/x", forge=None, token=None, deploy_key=b"key")

    await store.sources.put(second)

    assert await store.sources.list() == [second]


async def test_progress_is_noted_beside_what_was_set(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.sources.put(SOURCE)

    await store.sources.note(APP, PROGRESS)

    assert await store.sources.get(APP) == replace(SOURCE, progress=PROGRESS)


async def test_an_app_without_a_source_has_none_and_notes_nothing(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)

    await store.sources.note(APP, PROGRESS)

    assert await store.sources.get(APP) is None
    assert await store.sources.delete(APP) is False


async def test_a_source_of_an_unknown_app_is_refused(store: AnyStore) -> None:
    with pytest.raises(NotFound):
        await store.sources.put(SOURCE)


async def test_a_deleted_app_takes_its_source_with_it_and_no_other_one(store: AnyStore) -> None:
    other = replace(SOURCE, app=AppName("other"))
    for source in (SOURCE, other):
        await store.apps.create(source.app, at=1.0)
        await store.sources.put(source)

    await store.apps.delete(APP)

    assert await store.sources.list() == [other]
    assert await store.sources.delete(other.app) is True
    assert await store.sources.list() == []


async def test_a_delivery_is_taken_once_and_says_that_something_is_wanted(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.sources.put(SOURCE)

    taken = [await store.sources.accept(APP, "github 1", at=at, by="ada") for at in (8.0, 9.0)]

    assert taken == [True, False]
    assert await store.sources.get(APP) == replace(SOURCE, wanted_at=8.0, wanted_by="ada")


async def test_what_is_wanted_is_not_lost_when_the_source_is_set_meanwhile(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.sources.put(SOURCE)
    await store.sources.accept(APP, "1", at=8.0, by="ada")

    await store.sources.put(replace(SOURCE, webhook=b"sealed"))

    assert await store.sources.get(APP) == replace(SOURCE, webhook=b"sealed", wanted_at=8.0, wanted_by="ada")


@pytest.mark.exhaustive
async def test_only_the_newest_deliveries_are_remembered(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.sources.put(SOURCE)
    for number in range(DELIVERIES + 1):
        await store.sources.accept(APP, str(number), at=float(number), by="")

    assert await store.sources.accept(APP, str(DELIVERIES), at=9000.0, by="") is False
    assert await store.sources.accept(APP, "0", at=9000.0, by="") is True


async def test_deliveries_of_one_app_are_no_other_ones_and_go_with_the_source(store: AnyStore) -> None:
    other = replace(SOURCE, app=AppName("other"))
    for source in (SOURCE, other):
        await store.apps.create(source.app, at=1.0)
        await store.sources.put(source)
        assert await store.sources.accept(source.app, "1", at=2.0, by="") is True

    await store.sources.delete(APP)
    await store.sources.put(SOURCE)

    assert await store.sources.accept(APP, "1", at=3.0, by="") is True
    assert await store.sources.accept(other.app, "1", at=3.0, by="") is False


async def test_a_delivery_for_an_app_without_a_source_is_not_taken(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)

    assert await store.sources.accept(APP, "1", at=2.0, by="") is False


def test_a_source_shows_none_of_its_secrets_even_sealed() -> None:
    assert "sealed" not in repr(SOURCE)


PULL = PullRequest(number=7, event=OPENED, target="master", source="changes", ref="refs/pull/7/head", by="ada")


async def keep(store: AnyStore, *pulls: PullRequest, first: float = 10.0) -> None:
    """A source, and what was told of its pull requests, a second after each other."""
    if await store.sources.get(APP) is None:
        await store.apps.create(APP, at=1.0)
        await store.sources.put(SOURCE)
    for at, pull in enumerate(pulls, start=int(first)):
        assert await store.sources.accept(APP, f"delivery {at}", at=float(at), by="", pull=pull)


async def test_what_is_told_of_pull_requests_is_kept_by_number(store: AnyStore) -> None:
    other = replace(PULL, number=3, event=UPDATED, ref="", by="")

    await keep(store, PULL, other)

    assert await store.sources.pulls(APP) == [Noted(pull=other, at=11.0), Noted(pull=PULL, at=10.0)]
    assert await store.sources.pulls(AppName("other")) == []


async def test_what_is_told_twice_is_kept_once(store: AnyStore) -> None:
    await keep(store, PULL)

    again = await store.sources.accept(APP, "delivery 10", at=20.0, by="", pull=replace(PULL, event=CLOSED))

    assert again is False
    assert await store.sources.pulls(APP) == [Noted(pull=PULL, at=10.0)]


async def test_what_is_told_while_one_is_decided_is_still_to_be_decided(store: AnyStore) -> None:
    await keep(store, PULL)
    (decided,) = await store.sources.pulls(APP)
    await keep(store, replace(PULL, event=UPDATED), first=20.0)

    await store.sources.settle_pull(APP, decided, head="ab" * 20)
    (left,) = await store.sources.pulls(APP)
    await store.sources.settle_pull(APP, left, head="cd" * 20)

    assert (left.decided, left.head, left.at) == (False, "ab" * 20, 20.0)
    assert await store.sources.pulls(APP) == [replace(left, decided=True, head="cd" * 20)]


async def test_a_closed_one_is_listed_until_it_is_decided_and_counts_its_openings(store: AnyStore) -> None:
    await keep(store, PULL, replace(PULL, event=CLOSED))
    (closed,) = await store.sources.pulls(APP)

    await store.sources.settle_pull(APP, closed, head="")
    listed = await store.sources.pulls(APP)
    await keep(store, PULL, first=30.0)

    assert (closed.pull.event, listed) == (CLOSED, [])
    assert await store.sources.pulls(APP) == [Noted(pull=PULL, at=30.0, opened=2)]


async def test_pull_requests_go_with_their_source_and_stay_when_it_is_set_again(store: AnyStore) -> None:
    await keep(store, PULL)

    await store.sources.put(replace(SOURCE, poll=None))
    kept = await store.sources.pulls(APP)
    await store.sources.put(replace(SOURCE, url="https://github.com/acme/other.git"))
    other = await store.sources.pulls(APP)
    await keep(store, PULL, first=40.0)
    await store.sources.delete(APP)

    assert (len(kept), other) == (1, [])
    assert await store.sources.pulls(APP) == []


async def test_who_pushed_is_not_forgotten_for_a_pull_request_that_is_told_before_the_fetch(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.sources.put(SOURCE)
    await store.sources.accept(APP, "push", at=8.0, by="ada")

    await keep(store, PULL)
    before = await store.sources.get(APP)
    await store.sources.note(APP, replace(PROGRESS, fetched_at=11.0))
    await keep(store, replace(PULL, event=UPDATED), first=12.0)
    after = await store.sources.get(APP)

    assert before is not None and after is not None
    assert (before.wanted_at, before.wanted_by) == (10.0, "ada")
    assert (after.wanted_at, after.wanted_by) == (12.0, "")
