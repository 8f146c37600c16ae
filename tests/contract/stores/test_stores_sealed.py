"""What every store of sealed values keeps to: all of them are found, at their places, and changed together or not."""

import asyncio
import base64

import pytest

from fairway.domain.moves import Keep
from fairway.errors import Conflict
from fairway.ports.sealed import Place
from fairway.ports.sources import Source
from support.managed_values import make_database
from support.pipeline_stores import AnyStore
from support.pipeline_values import APP, PRODUCTION, PUSH, REVISION, STAGING, define


@pytest.fixture
async def filled(store: AnyStore) -> AnyStore:
    await store.apps.create(APP, at=1.0)
    await store.configurations.add(APP, PRODUCTION, {"A": b"a1", "web/B": b"b1"}, expected=0, at=1.0)
    await store.configurations.add(APP, PRODUCTION, {"A": b"a2"}, expected=1, at=2.0)
    source = Source(
        app=APP, url="https://x.test/a", forge=None, username="", token=b"t", deploy_key=None, by="", at=1.0
    )
    await store.sources.put(source)
    made = await store.executions.create(APP, REVISION, PUSH, define([STAGING]), at=1.0)
    handed = {"handed/staging/smoke": {"URL": base64.b64encode(b"u").decode()}, "image": "x"}
    assert await store.executions.change(made, [Keep(outputs=handed)], at=2.0)
    await store.managed.create(make_database())
    await store.sealed_keys.add("vault", b"v")
    return store


async def test_every_sealed_value_is_changed_at_its_place(filled: AnyStore) -> None:
    seen: dict[Place, list[bytes]] = {}

    def again(place: Place, sealed: bytes) -> bytes:
        seen.setdefault(place, []).append(sealed)
        return sealed.upper()

    count = await filled.sealed.change(again)

    assert count == 7
    assert {place: sorted(values) for place, values in seen.items()} == {
        Place(app=APP, environment="production", name="A"): [b"a1", b"a2"],
        Place(app=APP, environment="production", name="web/B"): [b"b1"],
        Place(app=APP, environment="", name="token"): [b"t"],
        Place(app=APP, environment="staging", name="smoke.URL"): [b"u"],
        Place(app=APP, environment="production", name="database/main"): [b"p"],
        Place(app="", environment="", name="vault"): [b"v"],
    }
    assert (await filled.configurations.get(APP, PRODUCTION, 1)).values == {"A": b"A1", "web/B": b"B1"}
    assert base64.b64decode((await filled.managed.get(make_database().key)).password) == b"P"
    assert await filled.sealed_keys.get("vault") == b"V"
    source = await filled.sources.get(APP)
    outputs = await filled.executions.outputs(APP, 1)
    assert source is not None and source.token == b"T" and source.url == "https://x.test/a"
    assert outputs == {"handed/staging/smoke": {"URL": base64.b64encode(b"U").decode()}, "image": "x"}


async def test_a_change_that_raises_changes_nothing(filled: AnyStore) -> None:
    def again(place: Place, sealed: bytes) -> bytes:
        if place.name == "smoke.URL":
            raise Conflict("can't be decrypted")
        return b"changed"

    with pytest.raises(Conflict):
        await filled.sealed.change(again)

    assert (await filled.configurations.get(APP, PRODUCTION, 2)).values == {"A": b"a2"}
    source = await filled.sources.get(APP)
    assert source is not None and source.token == b"t"


async def test_what_is_dropped_is_gone(filled: AnyStore) -> None:
    await filled.sealed.change(lambda place, sealed: None)

    assert (await filled.configurations.get(APP, PRODUCTION, 1)).values == {}
    source = await filled.sources.get(APP)
    assert source is not None and source.token is None
    assert await filled.sealed_keys.get("vault") is None
    assert await filled.executions.outputs(APP, 1) == {"handed/staging/smoke": {}, "image": "x"}
    assert (await filled.managed.get(make_database().key)).password == ""


async def test_the_newest_values_come_first_and_an_empty_store_has_none(filled: AnyStore) -> None:
    assert await filled.sealed.newest(1) == [(Place(app=APP, environment="production", name="A"), b"a2")]

    await filled.apps.delete(APP)

    assert await filled.sealed.newest(10) == [(Place(app="", environment="", name="vault"), b"v")]
    await filled.sealed.change(lambda place, sealed: None)
    assert await filled.sealed.newest(10) == []


async def test_the_first_of_two_keys_of_one_name_is_kept(store: AnyStore, beside: AnyStore) -> None:
    kept = await asyncio.gather(store.sealed_keys.add("vault", b"one"), beside.sealed_keys.add("vault", b"two"))

    assert kept[0] == kept[1]
    assert await store.sealed_keys.add("vault", b"three") == kept[0]
    assert await store.sealed_keys.get("vault") == kept[0]
    assert await store.sealed_keys.get("another") is None
