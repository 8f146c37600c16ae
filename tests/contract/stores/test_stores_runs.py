"""What every store of runs and of their times keeps to."""

import asyncio
from dataclasses import replace

import pytest

from fairway.domain import run as runs
from fairway.domain.ids import AppName, JobName, RunNumber
from fairway.domain.run import RunStatus
from fairway.domain.schedule import Schedule
from fairway.errors import NotFound
from fairway.ports.runs import Timed
from support.jobs_values import make_run
from support.pipeline_stores import AnyStore
from support.pipeline_values import APP, PRODUCTION, STAGING

REPORT = JobName("report")
NIGHTLY = Timed(
    app=APP, environment=PRODUCTION, job=REPORT, schedule=Schedule(cron="0 3 * * *", zone="Europe/Berlin"), due=1000.5
)


async def test_a_run_is_kept_as_it_is_under_the_next_number(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    one = make_run(cause='a "größe"\n', due=7.25)

    first = await store.runs.create(one)
    second = await store.runs.create(replace(one, due=None))

    assert first == replace(one, number=RunNumber(1))
    assert await store.runs.get(APP, 1) == first
    assert second.number == 2


async def test_an_unknown_app_or_run_is_told(store: AnyStore) -> None:
    with pytest.raises(NotFound):
        await store.runs.create(make_run())
    with pytest.raises(NotFound, match="has no run 7"):
        await store.runs.get(APP, 7)


async def test_runs_are_listed_newest_first_by_environment_and_job(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    for environment, job in ((PRODUCTION, REPORT), (PRODUCTION, ""), (STAGING, REPORT), (PRODUCTION, REPORT)):
        await store.runs.create(make_run(environment=environment, job=JobName(job)))

    every = await store.runs.list(APP)
    chosen = await store.runs.list(APP, environment=PRODUCTION, job=REPORT)
    by_hand = await store.runs.list(APP, job="")
    few = await store.runs.list(APP, limit=1)

    numbers = [[run.number for run in found] for found in (every, chosen, by_hand, few)]
    assert numbers == [[4, 3, 2, 1], [4, 1], [2], [4]]


async def test_a_run_changes_only_from_what_was_read(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    kept = await store.runs.create(make_run())
    after = runs.start(kept, server="a")

    first = await store.runs.change(kept, after)
    again = await store.runs.change(kept, after)

    assert (first, again) == (True, False)
    assert await store.runs.get(APP, kept.number) == replace(after, version=1)


async def test_of_two_changes_at_once_one_happens(store: AnyStore, beside: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    kept = await store.runs.create(make_run())

    done = await asyncio.gather(*(each.runs.change(kept, runs.start(kept, server="a")) for each in (store, beside) * 3))

    assert sorted(done) == [False] * 5 + [True]


async def test_unfinished_are_those_that_may_still_change(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    for status in RunStatus:
        await store.runs.create(make_run(status=status))

    found = await store.runs.unfinished()

    assert {run.status for run in found} == runs.UNFINISHED


async def test_only_runs_that_have_ended_are_deleted(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    ended = await store.runs.create(make_run(status=RunStatus.SUCCEEDED))
    running = await store.runs.create(make_run(status=RunStatus.RUNNING))

    await store.runs.delete(APP, [ended.number, running.number, RunNumber(99)])

    assert [run.number for run in await store.runs.list(APP)] == [running.number]
    assert (await store.runs.create(make_run())).number == 3


async def test_a_time_is_kept_in_place_of_the_former_one_until_it_is_removed(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    other = replace(NIGHTLY, schedule=Schedule(cron="* * * * *"), due=7.0)
    elsewhere = replace(NIGHTLY, environment=STAGING)

    await store.timetable.put(NIGHTLY)
    await store.timetable.put(elsewhere)
    await store.timetable.put(other)
    kept = list(await store.timetable.list())
    await store.timetable.remove(NIGHTLY)
    await store.timetable.remove(NIGHTLY)

    assert (kept, list(await store.timetable.list(APP))) == ([other, elsewhere], [elsewhere])
    assert list(await store.timetable.list(AppName("another"))) == []


async def test_a_time_is_taken_together_with_its_run_and_only_once(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.timetable.put(NIGHTLY)

    first = await store.timetable.take(NIGHTLY, 2000.0, [make_run(job=REPORT, due=1000.5)])
    again = await store.timetable.take(NIGHTLY, 3000.0, [make_run(job=REPORT, due=1000.5)])

    assert first is not None
    assert ([run.number for run in first], again) == ([1], None)
    assert list(await store.timetable.list()) == [replace(NIGHTLY, due=2000.0)]
    assert [run.due for run in await store.runs.list(APP)] == [1000.5]


async def test_of_two_servers_that_take_a_time_at_once_one_gets_it(store: AnyStore, beside: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.timetable.put(NIGHTLY)
    run = make_run(job=REPORT, due=NIGHTLY.due)

    done = await asyncio.gather(*(each.timetable.take(NIGHTLY, 2000.0, [run]) for each in (store, beside) * 3))

    assert [each is not None for each in done].count(True) == 1
    assert len(await store.runs.list(APP)) == 1


async def test_a_time_that_has_a_run_gets_no_second_one(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.timetable.put(NIGHTLY)
    await store.timetable.take(NIGHTLY, None, [make_run(job=REPORT, due=1000.5)])
    await store.timetable.put(NIGHTLY)

    again = await store.timetable.take(NIGHTLY, 2000.0, [make_run(job=REPORT, due=1000.5)])

    assert again == []
    assert len(await store.runs.list(APP)) == 1


async def test_a_time_that_never_comes_again_is_forgotten(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.timetable.put(NIGHTLY)

    await store.timetable.take(NIGHTLY, None, [])

    assert list(await store.timetable.list()) == []


async def test_runs_and_times_go_with_their_app(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.timetable.put(NIGHTLY)
    await store.runs.create(make_run())
    await store.apps.delete(APP)
    await store.apps.create(APP, at=2.0)

    assert (list(await store.timetable.list()), list(await store.runs.list(APP))) == ([], [])
    with pytest.raises(NotFound):
        await store.timetable.put(replace(NIGHTLY, app=AppName("nope")))
