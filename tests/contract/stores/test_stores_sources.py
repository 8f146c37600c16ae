"""What every store of sources keeps to."""

from dataclasses import replace

import pytest

from fairway.domain.ids import AppName
from fairway.domain.remotes import Forge
from fairway.errors import NotFound
from fairway.ports.sources import Progress, Source
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
)
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


def test_a_source_shows_none_of_its_secrets_even_sealed() -> None:
    assert "sealed" not in repr(SOURCE)
