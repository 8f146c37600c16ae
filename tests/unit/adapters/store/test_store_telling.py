"""What is told when something is kept, and what is kept of what is told."""

import asyncio
from collections.abc import Sequence

import pytest

from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.adapters.store import archive
from fairway.adapters.store.telling import TellingDesiredStates
from fairway.domain.events import Event
from fairway.errors import Conflict, Unavailable
from support.pipeline_values import APP, PRODUCTION, make_desired


@pytest.fixture
async def store() -> MemoryStore:
    made = make_store()
    await made.apps.create(APP, at=1.0)
    return made


async def test_each_write_is_told_after_it_is_kept(store: MemoryStore) -> None:
    told: list[tuple[str, str, int]] = []

    def tell(app: str, environment: str) -> None:
        told.append((app, environment, len(store.shelf.desired)))

    desired = TellingDesiredStates(store.desired, tell)
    await desired.put(make_desired())

    assert told == [(APP, PRODUCTION, 1)]


async def test_a_refused_write_is_not_told(store: MemoryStore) -> None:
    told: list[str] = []
    desired = TellingDesiredStates(store.desired, lambda app, environment: told.append(app))

    with pytest.raises(Conflict):
        await desired.put(make_desired(version=7))

    assert told == []


async def test_what_is_announced_is_kept_even_while_the_store_is_away(store: MemoryStore) -> None:
    notices = MemoryNotices()
    async with asyncio.TaskGroup() as group:
        keeping = group.create_task(archive.keep(notices.follow(), store.events, LoopClock()))
        store.shelf.trouble = Unavailable("the store did not answer")
        for kind in ("execution.queued", "task.started", "deployment.failed"):
            notices.publish(Event(at=1.0, kind=kind, text=kind, app=APP))
        await asyncio.sleep(10)
        store.shelf.trouble = None
        await asyncio.sleep(60)
        keeping.cancel()

    assert [event.kind for event in await store.events.list()] == ["deployment.failed", "execution.queued"]


async def test_events_of_one_moment_are_kept_by_one_write(store: MemoryStore) -> None:
    notices, writes = MemoryNotices(), list[list[str]]()

    class Counted:
        async def append(self, events: Sequence[Event]) -> None:
            writes.append([event.kind for event in events])

    async with asyncio.TaskGroup() as group:
        keeping = group.create_task(archive.keep(notices.follow(), Counted(), LoopClock()))  # type: ignore[arg-type]
        for kind in ("stage.succeeded", "stage.started"):
            notices.publish(Event(at=1.0, kind=kind, text=kind, app=APP))
            await asyncio.sleep(0.01)
        await asyncio.sleep(1)
        keeping.cancel()

    assert writes == [["stage.succeeded", "stage.started"]]


async def test_a_stop_keeps_the_events_that_still_wait(store: MemoryStore) -> None:
    notices = MemoryNotices()
    async with asyncio.TaskGroup() as group:
        keeping = group.create_task(archive.keep(notices.follow(), store.events, LoopClock()))
        notices.publish(Event(at=1.0, kind="execution.failed", text="", app=APP))
        await asyncio.sleep(0.001)
        keeping.cancel()

    assert [event.kind for event in await store.events.list()] == ["execution.failed"]
