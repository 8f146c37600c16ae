"""Scheduled backups and drills: each time is kept once, a failure is tried again soon. Time is virtual."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from fairway.adapters.memory.clock import EPOCH, LoopClock, VirtualLoop
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.databases.ledger import Ledger
from fairway.databases.timekeeper import Timekeeper
from fairway.domain import database_times as times
from fairway.domain.backup import Backup, Verdict
from fairway.domain.events import Event
from fairway.domain.schedule import Schedule
from fairway.errors import Unavailable, WorkFailed
from support.guard_values import make_backup
from support.jobs_room import Telling
from support.managed_values import make_database
from support.pipeline_values import APP

HOUR = 3600.0
# EPOCH is 22:13:20 UTC.
FIRST = EPOCH + 2800
HOURLY = Schedule(cron="0 * * * *")


class Guard:
    """What makes backups and tries them: it notes when, and takes so long; `verdicts` are what comes of them, and what
    is an error is raised."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.taken: list[float] = []
        self.drilled: list[int] = []
        self.takes = 5.0
        self.trouble: list[Any] = []

    async def back_up(self, app: Any, environment: Any, variable: str, *, occasion: Any, by: str) -> Backup:
        self.taken.append(LoopClock().now())
        await asyncio.sleep(self.takes)
        came = self.trouble.pop(0) if self.trouble else Verdict.VERIFIED
        if isinstance(came, Exception):
            raise came
        made = make_backup(verdict=came, cause="the disk is full" if came is Verdict.FAILED else "", occasion=occasion)
        return await self.store.backups.create(made)

    async def drill(self, app: Any, number: int) -> None:
        self.drilled.append(number)
        if self.trouble:
            raise self.trouble.pop(0)


@pytest.fixture
def store() -> MemoryStore:
    return make_store()


@pytest.fixture
def guard(store: MemoryStore) -> Guard:
    return Guard(store)


@pytest.fixture
def told() -> list[Event]:
    return []


def live(
    loop: VirtualLoop, store: MemoryStore, guard: Guard, told: list[Event], seconds: float, **changes: Any
) -> None:
    """A server's life of so many seconds; the database is made if it is not there."""

    async def story() -> None:
        if not await store.apps.list():
            await store.apps.create(APP, at=1.0)
            values = {"schedule": HOURLY, "backup_due": FIRST, **changes}
            await store.managed.create(make_database(**values))
        ledger = Ledger(records=store.managed, held=store.managed, clock=LoopClock(), notices=Telling(told))
        keeper = Timekeeper(ledger, guard, guard, store.backups, server="here")
        work = asyncio.ensure_future(keeper.run())
        await asyncio.sleep(seconds)
        work.cancel()
        await asyncio.wait([work])

    loop.run_until_complete(story())


def test_each_hour_has_its_backup(loop: VirtualLoop, store: MemoryStore, guard: Guard, told: list[Event]) -> None:
    live(loop, store, guard, told, 5 * HOUR)

    assert [round(at - FIRST, 1) for at in guard.taken] == [0, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR]
    assert told == []


def test_times_that_passed_while_no_server_ran_are_made_up_for_once(
    loop: VirtualLoop, store: MemoryStore, guard: Guard, told: list[Event]
) -> None:
    live(loop, store, guard, told, 60)
    loop.jump(10 * HOUR)

    live(loop, store, guard, told, 600)

    assert len(guard.taken) == 1


def test_a_server_that_dies_over_a_backup_leaves_it_to_the_next_one(
    loop: VirtualLoop, store: MemoryStore, guard: Guard, told: list[Event]
) -> None:
    live(loop, store, guard, told, 2800 + 2)
    assert len(guard.taken) == 1

    live(loop, store, guard, told, 60)

    assert len(guard.taken) == 2
    assert len(loop.run_until_complete(store.backups.list(APP))) == 1


@pytest.mark.parametrize("trouble", [Verdict.FAILED, Unavailable("it can't be reached"), WorkFailed("no disk")])
def test_a_backup_that_failed_is_told_and_tried_again_before_its_next_time(
    loop: VirtualLoop, store: MemoryStore, guard: Guard, told: list[Event], trouble: Any
) -> None:
    guard.trouble = [trouble, trouble]

    live(loop, store, guard, told, 2800 + HOUR)

    assert [round((at - FIRST) / 60) for at in guard.taken][:3] == [0, 10, 30]
    assert [event.kind for event in told] == ["backup.failed", "backup.failed"]
    assert "2 times in a row" in told[1].text
    [record] = loop.run_until_complete(store.managed.list())
    assert record.failures == 0


def test_a_drill_tries_the_newest_backup_that_holds_anything(
    loop: VirtualLoop, store: MemoryStore, guard: Guard, told: list[Event]
) -> None:
    guard.trouble = []
    live(loop, store, guard, told, 2 * HOUR, drill=HOURLY, drill_due=FIRST + 60)

    assert guard.drilled[0] == 1
    assert told == []


def test_a_drill_without_a_backup_and_one_that_fails_are_told(
    loop: VirtualLoop, store: MemoryStore, guard: Guard, told: list[Event]
) -> None:
    live(loop, store, guard, told, 60, schedule=None, backup_due=None, drill=HOURLY, drill_due=EPOCH + 1)
    loop.run_until_complete(store.backups.create(make_backup()))
    guard.trouble = [WorkFailed("the dump can't be restored", why="it was changed")]

    live(loop, store, guard, told, HOUR)

    assert [event.text for event in told] == [
        "the drill of main of production failed: there is no backup of it",
        "the drill of main of production with backup 1 failed: the dump can't be restored: it was changed",
    ]


@pytest.mark.parametrize("changes", [{"made_at": None}, {"doomed": True}, {"server": "there"}])
def test_a_database_without_data_here_is_left_alone(
    loop: VirtualLoop, store: MemoryStore, guard: Guard, told: list[Event], changes: dict[str, Any]
) -> None:
    live(loop, store, guard, told, 5 * HOUR, **changes)

    assert guard.taken == []


def test_a_failure_shortly_before_the_next_time_waits_for_that() -> None:
    record = make_database(schedule=HOURLY)

    after = times.after_backup(record, held=False, now=FIRST + HOUR - 60)

    assert after.backup_due == FIRST + HOUR
    assert times.after_backup(replace(record, schedule=None), held=False, now=FIRST).backup_due is None
    assert times.next_due([after, replace(record, backup_due=None, drill_due=None)], FIRST) == FIRST + HOUR
