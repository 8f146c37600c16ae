"""What every store of managed databases keeps to."""

from dataclasses import replace

import pytest

from fairway.domain.ids import AppName
from fairway.errors import NotFound
from support.managed_values import make_database
from support.pipeline_stores import AnyStore
from support.pipeline_values import APP, PRODUCTION, STAGING


async def test_a_database_is_kept_as_it_is(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)

    made = await store.managed.create(make_database())

    assert made == make_database()
    assert await store.managed.get(made.key) == made


async def test_a_database_of_one_name_is_made_once_whoever_asks_again(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.managed.create(make_database(password="Zmlyc3Q="))

    second = await store.managed.create(make_database(id="another", password="c2Vjb25k"))

    assert (second.id, second.password) == ("0123456789ab", "Zmlyc3Q=")


async def test_databases_are_listed_by_app_environment_and_name(store: AnyStore) -> None:
    other = AppName("other")
    for app in (APP, other):
        await store.apps.create(app, at=1.0)
    for changes in ({"name": "z"}, {"name": "a"}, {"environment": STAGING}, {"app": other}):
        await store.managed.create(make_database(**changes))

    assert [each.name for each in await store.managed.list(APP, PRODUCTION)] == ["a", "z"]
    assert [each.environment for each in await store.managed.list(APP)] == [PRODUCTION, PRODUCTION, STAGING]
    assert len(await store.managed.list()) == 4


async def test_a_database_changes_only_from_what_was_read(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    kept = await store.managed.create(make_database(made_at=None))

    won = await store.managed.change(kept, replace(kept, made_at=30.0))
    lost = await store.managed.change(kept, replace(kept, made_at=40.0))

    assert (won, lost) == (True, False)
    assert await store.managed.get(kept.key) == replace(kept, made_at=30.0, version=1)


async def test_a_deleted_database_is_gone_and_one_of_an_unknown_app_is_refused(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    kept = await store.managed.create(make_database())

    await store.managed.delete(kept.key)
    await store.managed.delete(kept.key)

    with pytest.raises(NotFound, match=r"production of .* has no database main"):
        await store.managed.get(kept.key)
    with pytest.raises(NotFound, match="there is no app ghost"):
        await store.managed.create(make_database(app=AppName("ghost")))


async def test_the_databases_of_an_app_go_with_its_record(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.managed.create(make_database())

    await store.apps.delete(APP)

    assert await store.managed.list() == []
