"""What every store of schedules keeps to."""

from dataclasses import replace

import pytest

from fairway.domain.ids import AppName
from fairway.domain.schedule import Schedule
from fairway.errors import NotFound
from fairway.ports.schedules import Planned
from support.pipeline_stores import AnyStore
from support.pipeline_values import APP

NIGHTLY = Planned(app=APP, branch="master", schedule=Schedule(cron="0 3 * * 1", zone="Europe/Berlin"), due=1000.5)


async def test_a_schedule_is_kept_in_place_of_the_former_one_until_it_is_removed(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    other = replace(NIGHTLY, branch="größe", schedule=Schedule(cron="* * * * *"), due=7.0)

    await store.schedules.put(NIGHTLY)
    await store.schedules.put(other)
    kept = await store.schedules.list()
    await store.schedules.remove(APP)
    await store.schedules.remove(APP)

    assert (list(kept), list(await store.schedules.list())) == ([other], [])


async def test_a_schedule_moves_on_only_from_what_was_read(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.schedules.put(NIGHTLY)

    first = await store.schedules.advance(NIGHTLY, 2000.0)
    again = await store.schedules.advance(NIGHTLY, 3000.0)

    assert (first, again) == (True, False)
    assert list(await store.schedules.list()) == [replace(NIGHTLY, due=2000.0)]


async def test_a_schedule_goes_with_its_app_and_has_none_without(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.schedules.put(NIGHTLY)
    await store.apps.delete(APP)

    assert list(await store.schedules.list()) == []
    with pytest.raises(NotFound):
        await store.schedules.put(replace(NIGHTLY, app=AppName("nope")))
