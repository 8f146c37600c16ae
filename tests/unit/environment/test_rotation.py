"""A new key for all secrets: whole, resumed after a death at any point, refused where the key is not the right one."""

from pathlib import Path

import pytest

from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.sealed import MemorySealedValues
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.environment import key, rotation
from fairway.environment.variables import Variables
from fairway.errors import Conflict, UsageError
from support.pipeline_values import APP, PRODUCTION


@pytest.fixture
async def store() -> MemoryStore:
    store = make_store()
    await store.apps.create(APP, at=1.0)
    return store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secret.key"


@pytest.fixture
def values(store: MemoryStore) -> MemorySealedValues:
    return MemorySealedValues(store.shelf)


async def fill(store: MemoryStore, secret: bytes) -> None:
    variables = Variables(store.configurations, secret, LoopClock())
    await variables.change(APP, PRODUCTION, set={"A": "1", "B": "1"})
    await variables.change(APP, PRODUCTION, set={"A": "2"}, service="web")


async def read(store: MemoryStore, path: Path) -> dict[str, str]:
    return dict(await Variables(store.configurations, key.load(path), LoopClock()).values(APP, PRODUCTION, 2, "web"))


async def test_everything_opens_with_the_new_key_alone(
    store: MemoryStore, values: MemorySealedValues, path: Path
) -> None:
    old = key.load(path)
    await fill(store, old)

    rotated = await rotation.rotate(path, values)

    assert (rotated.count, rotated.dropped) == (5, ())
    assert key.load(path) != old and not rotation.pending(path).exists()
    assert await read(store, path) == {"A": "2", "B": "1"}
    with pytest.raises(Conflict):
        await Variables(store.configurations, old, LoopClock()).values(APP, PRODUCTION, 1)


async def test_a_death_before_anything_was_sealed_again_is_resumed(
    store: MemoryStore, values: MemorySealedValues, path: Path
) -> None:
    await fill(store, key.load(path))
    key.create(rotation.pending(path))

    opened = await rotation.open_key(path, values)

    assert opened == key.load(path) and not rotation.pending(path).exists()
    assert await read(store, path) == {"A": "2", "B": "1"}


async def test_a_death_after_all_was_sealed_again_is_resumed(
    store: MemoryStore, values: MemorySealedValues, path: Path
) -> None:
    old = key.load(path)
    await fill(store, old)
    await rotation.rotate(path, values)
    path.rename(rotation.pending(path))
    path.touch(0o600)
    path.write_bytes(old)

    again = await rotation.rotate(path, values)

    assert again.count == 5 and not rotation.pending(path).exists()
    assert await read(store, path) == {"A": "2", "B": "1"}


async def test_a_value_that_the_key_does_not_open_stops_it_with_nothing_changed(
    store: MemoryStore, values: MemorySealedValues, path: Path
) -> None:
    old = key.load(path)
    await fill(store, old)
    kept = await store.configurations.get(APP, PRODUCTION, 2)
    await store.configurations.add(APP, PRODUCTION, {**kept.values, "C": b"damaged"}, expected=2, at=3.0)
    before = dict(store.shelf.configurations)

    with pytest.raises(Conflict, match="the variable C of production"):
        await rotation.rotate(path, values)

    assert store.shelf.configurations == before
    assert key.load(path) == old and not rotation.pending(path).exists()


async def test_what_is_lost_is_dropped_and_named_when_that_is_asked_for(
    store: MemoryStore, values: MemorySealedValues, path: Path
) -> None:
    await fill(store, b"x" * 32)

    rotated = await rotation.rotate(path, values, drop_lost=True)

    assert rotated.count == 0
    assert {place.name for place in rotated.dropped} == {"A", "B", "web/A"}
    assert await read(store, path) == {}


async def test_a_missing_key_is_not_replaced_by_a_new_one(
    store: MemoryStore, values: MemorySealedValues, path: Path
) -> None:
    assert await rotation.open_key(path, values) == key.load(path)
    await fill(store, key.load(path))
    path.unlink()

    with pytest.raises(UsageError, match="is missing"):
        await rotation.open_key(path, values)

    assert not path.exists()


async def test_a_wrong_key_is_told_before_anything_is_done_with_it(
    store: MemoryStore, values: MemorySealedValues, path: Path
) -> None:
    await fill(store, b"x" * 32)
    key.load(path)

    with pytest.raises(UsageError, match="is the wrong key"):
        await rotation.open_key(path, values)


async def test_one_damaged_value_does_not_make_the_key_a_wrong_one(
    store: MemoryStore, values: MemorySealedValues, path: Path
) -> None:
    await fill(store, key.load(path))
    kept = await store.configurations.get(APP, PRODUCTION, 2)
    await store.configurations.add(APP, PRODUCTION, {**kept.values, "A": b"damaged"}, expected=2, at=3.0)

    assert await rotation.open_key(path, values) == key.load(path)
