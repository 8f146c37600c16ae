"""Scheduled jobs: each time is run once, or recorded as missed. Time is virtual: hours pass in milliseconds."""

import asyncio
import itertools
from dataclasses import replace

import pytest

from fairway.adapters.memory.clock import EPOCH
from fairway.adapters.memory.jobs import Deed
from fairway.domain.deployment import RolloutState
from fairway.domain.ids import JobName
from fairway.domain.image import Image
from fairway.domain.job import Concurrency, Job
from fairway.domain.run import RunStatus
from fairway.domain.schedule import Schedule
from fairway.errors import Conflict, NotFound, Unavailable
from support.jobs_room import Room
from support.pipeline_values import APP, DESCRIPTION, PRODUCTION

HOUR, MINUTE = 3600.0, 60.0
# EPOCH is 22:13:20 UTC.
FIRST = EPOCH + 2800
"""The first full hour."""
NEXT_MINUTE = EPOCH + 40
REPORT = Job(name=JobName("report"), command=("node", "report.js"), schedule=Schedule(cron="0 * * * *"), timeout=HOUR)
MINUTELY = replace(REPORT, schedule=Schedule(cron="* * * * *"))


def with_jobs(*jobs: Job):
    return replace(DESCRIPTION, jobs=jobs)


async def live_for(room: Room, seconds: float) -> None:
    async with room.live():
        await asyncio.sleep(seconds)


async def dues(room: Room, status: RunStatus | None = None) -> list[float]:
    return [run.due for run in await room.all() if status in (None, run.status)]


def test_a_job_of_every_minute_runs_at_each_minute_in_the_deployed_release(loop, room):
    async def story():
        await room.deploy(with_jobs(MINUTELY))
        await live_for(room, 10 * MINUTE)
        return await room.all()

    runs = loop.run_until_complete(story())

    assert [run.due for run in runs] == [NEXT_MINUTE + MINUTE * n for n in range(10)]
    assert {(run.status, run.job, run.by, run.release) for run in runs} == {
        (RunStatus.SUCCEEDED, "report", "* * * * * UTC", 1)
    }
    assert all(run.started_at - run.due < 1.0 for run in runs)


@pytest.mark.parametrize("every", [7.0, 59.0, 61.0, 130.0])
def test_however_often_the_server_is_killed_each_time_is_run_once(loop, room, every):
    room.deeds = lambda spec: Deed(takes=5.0)

    async def story():
        await room.deploy(with_jobs(MINUTELY))
        for _ in range(int(20 * MINUTE / every)):
            await live_for(room, every)
        await live_for(room, 30.0)
        return await room.all()

    runs = loop.run_until_complete(story())

    assert [run.due for run in runs] == [NEXT_MINUTE + MINUTE * n for n in range(len(runs))]
    assert len(runs) >= 19
    assert {run.status for run in runs if run.finished} == {RunStatus.SUCCEEDED}
    assert len(room.jobs.starts) == len(set(room.jobs.starts)) == len(runs)


def test_two_servers_that_look_at_once_start_one_run(loop, room):
    async def story():
        await room.deploy(with_jobs(REPORT))
        lives = [room.make() for _ in range(3)]
        await asyncio.gather(*(life.timekeeper.look() for life in lives))
        await asyncio.sleep(2 * HOUR)
        await asyncio.gather(*(life.timekeeper.look() for life in lives * 3))
        return await dues(room, RunStatus.PENDING)

    assert loop.run_until_complete(story()) == [FIRST + HOUR]


def test_a_time_that_no_server_saw_is_run_once_within_its_deadline_and_those_before_it_are_missed(loop, room):
    async def story():
        await room.deploy(with_jobs(REPORT))
        await live_for(room, 1.0)
        await asyncio.sleep(FIRST - EPOCH + 2.5 * HOUR)
        await live_for(room, 60.0)
        return await room.all()

    missed, ran = loop.run_until_complete(story())

    assert (ran.status, ran.due) == (RunStatus.SUCCEEDED, FIRST + 2 * HOUR)
    assert (missed.status, missed.due) == (RunStatus.MISSED, FIRST + HOUR)
    assert missed.cause == "a later time was run in its place; it is the last of 2 times that were missed"


def test_a_time_that_was_missed_for_longer_than_its_deadline_is_recorded_and_not_run(loop, room):
    nightly = replace(REPORT, schedule=Schedule(cron="0 23 * * *"), deadline=600.0)

    async def story():
        await room.deploy(with_jobs(nightly))
        await live_for(room, 1.0)
        await asyncio.sleep(FIRST - EPOCH + 700.0)
        await live_for(room, HOUR)
        return await room.all()

    (missed,) = loop.run_until_complete(story())

    assert (missed.status, missed.due, room.jobs.starts) == (RunStatus.MISSED, FIRST, [])
    assert missed.cause == "no server ran then, or its engine did not answer"


def test_a_week_without_a_server_is_one_record_and_one_run(loop, room):
    async def story():
        await room.deploy(with_jobs(MINUTELY))
        await live_for(room, 1.0)
        await asyncio.sleep(7 * 24 * HOUR)
        await live_for(room, 5.0)
        return await room.all()

    missed, ran = loop.run_until_complete(story())

    assert (missed.status, ran.status) == (RunStatus.MISSED, RunStatus.SUCCEEDED)
    assert "the last of 100 times or more" in missed.cause


def test_where_runs_must_not_overlap_a_time_waits_for_the_end_of_the_run_before_it(loop, room):
    room.deeds = lambda spec: Deed(takes=90.0)

    async def story():
        await room.deploy(with_jobs(MINUTELY))
        await live_for(room, 40 + 200.0)
        return await room.all()

    runs = loop.run_until_complete(story())

    spans = [(run.started_at, run.ended_at or float("inf")) for run in runs if run.started_at]
    assert len(spans) >= 2
    assert all(later[0] >= earlier[1] for earlier, later in itertools.pairwise(spans))


def test_a_time_whose_wait_is_longer_than_its_deadline_is_missed_because_of_the_run_before_it(loop, room):
    room.deeds = lambda spec: Deed(takes=50 * MINUTE)
    job = replace(REPORT, schedule=Schedule(cron="0,5 * * * *"), deadline=600.0)

    async def story():
        await room.deploy(with_jobs(job))
        await live_for(room, FIRST - EPOCH + 40 * MINUTE)
        return await room.all()

    running, missed = loop.run_until_complete(story())

    assert (running.status, missed.status, missed.due) == (RunStatus.RUNNING, RunStatus.MISSED, FIRST + 300)
    assert missed.cause == "a run before it still went on"


def test_runs_that_may_overlap_do(loop, room):
    room.deeds = lambda spec: Deed(takes=90.0)

    async def story():
        await room.deploy(with_jobs(replace(MINUTELY, concurrency=Concurrency.ALLOW)))
        await live_for(room, 40 + 150.0)
        return await room.all()

    runs = loop.run_until_complete(story())

    assert [run.due for run in runs] == [NEXT_MINUTE, NEXT_MINUTE + 60, NEXT_MINUTE + 120]
    assert runs[1].started_at < runs[0].ended_at


def test_a_run_that_is_replaced_is_stopped_before_the_next_one_begins(loop, room):
    room.deeds = lambda spec: Deed(takes=90.0)

    async def story():
        await room.deploy(with_jobs(replace(MINUTELY, concurrency=Concurrency.REPLACE)))
        await live_for(room, 40 + 70.0)
        return await room.all()

    first, second = loop.run_until_complete(story())

    assert (first.status, second.status) == (RunStatus.STOPPED, RunStatus.RUNNING)
    assert first.cause == "stopped by * * * * * UTC: its next time has come; exit code 143"
    assert second.started_at >= first.ended_at


def test_a_schedule_moves_with_the_release_and_never_to_one_that_failed(loop, room):
    async def story():
        await room.deploy(with_jobs(MINUTELY))
        await live_for(room, 60.0)
        await room.deploy(with_jobs(MINUTELY), state=None)
        await live_for(room, 60.0)
        deployment = await room.store.deployments.latest(APP, PRODUCTION, RolloutState.IN_PROGRESS)
        await room.store.deployments.finish(APP, deployment.id, RolloutState.FAILED, reason="", at=3.0)
        await live_for(room, 60.0)
        await room.deploy(with_jobs(MINUTELY))
        await live_for(room, 60.0)
        return [run.release for run in await room.all()]

    assert loop.run_until_complete(story()) == [1, 1, 1, 3]


def test_a_schedule_that_a_later_release_changes_or_leaves_out_holds_no_more(loop, room):
    async def story():
        await room.deploy(with_jobs(MINUTELY))
        await live_for(room, 60.0)
        await room.deploy(with_jobs(REPORT))
        await live_for(room, 2800.0)
        await room.deploy(with_jobs())
        await live_for(room, 2 * HOUR)
        return await dues(room), list(await room.store.timetable.list())

    found, left = loop.run_until_complete(story())

    assert (found, left) == ([NEXT_MINUTE, FIRST], [])


def test_a_time_that_waited_when_its_schedule_was_taken_away_is_recorded_as_missed(loop, room):
    room.deeds = lambda spec: Deed(takes=10 * MINUTE)

    async def story():
        await room.deploy(with_jobs(MINUTELY))
        await live_for(room, 40 + 70.0)
        await room.deploy(with_jobs())
        await live_for(room, 60.0)
        return await room.all()

    _, missed = loop.run_until_complete(story())

    assert (missed.status, missed.due) == (RunStatus.MISSED, NEXT_MINUTE + 60)
    assert missed.cause == "its schedule was changed or taken away before it could begin"


def test_an_environment_that_is_taken_down_has_no_runs_and_no_schedules(loop, room):
    room.deeds = lambda spec: Deed(takes=HOUR)

    async def story():
        await room.deploy(with_jobs(MINUTELY))
        await live_for(room, 60.0)
        await room.take_down()
        await live_for(room, HOUR)
        return await room.all(), list(await room.store.timetable.list())

    (run,), left = loop.run_until_complete(story())

    assert (run.status, left) == (RunStatus.STOPPED, [])
    assert run.cause == "stopped: the environment was taken down; exit code 143"


def test_a_store_that_is_away_delays_a_time_and_loses_none(loop, room):
    async def story():
        await room.deploy(with_jobs(REPORT))
        async with room.live():
            await asyncio.sleep(FIRST - EPOCH - 10)
            room.store.shelf.trouble = Unavailable("the store does not answer")
            await asyncio.sleep(300)
            room.store.shelf.trouble = None
            await asyncio.sleep(60)
        return await room.all()

    (run,) = loop.run_until_complete(story())

    assert (run.due, run.status) == (FIRST, RunStatus.SUCCEEDED)


def test_a_declared_job_is_run_when_somebody_asks_and_its_times_stay(loop, room):
    async def story():
        await room.deploy(with_jobs(replace(REPORT, schedule=None)))
        async with room.live() as life:
            await life.desk.begin_declared(APP, PRODUCTION, "report", by="ada")
            return await room.ended()

    run = loop.run_until_complete(story())

    assert (run.job, run.due, run.by, run.status) == ("report", None, "ada", RunStatus.SUCCEEDED)


def test_a_job_that_runs_alone_is_not_run_by_hand_beside_itself(loop, room):
    room.deeds = lambda spec: Deed(takes=HOUR)

    async def story():
        await room.deploy(with_jobs(REPORT))
        async with room.live() as life:
            for _ in range(2):
                await life.desk.begin_declared(APP, PRODUCTION, "report", by="ada")
                await asyncio.sleep(5)

    with pytest.raises(Conflict, match="run 1 of report goes on"):
        loop.run_until_complete(story())


def test_a_job_that_the_release_does_not_declare_is_told_with_the_nearest_one(loop, room):
    async def story():
        await room.deploy(with_jobs(REPORT))
        await room.make().desk.begin_declared(APP, PRODUCTION, "reprot", by="ada")

    with pytest.raises(NotFound, match="there is no job reprot") as raised:
        loop.run_until_complete(story())

    assert raised.value.hint == "the nearest one is report"


def test_a_release_whose_image_is_gone_fails_its_runs_with_the_reason(loop, room):
    room.deeds = lambda spec: Deed(refused=f"there is no image {spec.image.reference}")
    image = Image(repository="localhost:7879/shop-api", digest="sha256:" + "1c" * 32, size=84_000_000)

    async def story():
        await room.deploy(with_jobs(replace(REPORT, retries=1)))
        await live_for(room, FIRST - EPOCH + 60)
        return await room.all()

    (run,) = loop.run_until_complete(story())

    assert (run.status, len(run.attempts)) == (RunStatus.FAILED, 2)
    assert run.cause == f"report can't start: there is no image {image.reference}"
