"""While an environment is closed nothing begins in it: what would is late, or missed with the cause, or refused."""

import asyncio
from dataclasses import replace

import pytest

from fairway.adapters.memory.clock import EPOCH
from fairway.adapters.memory.jobs import Deed
from fairway.domain.ids import JobName
from fairway.domain.job import Job
from fairway.domain.run import RunStatus
from fairway.domain.schedule import Schedule
from fairway.errors import Conflict
from support.jobs_room import Room
from support.pipeline_values import APP, DESCRIPTION, PRODUCTION

MINUTE = 60.0
NEXT_MINUTE = EPOCH + 40
REPORT = Job(
    name=JobName("report"), command=("node", "report.js"), schedule=Schedule(cron="*/10 * * * *"), deadline=5 * MINUTE
)
FIRST = NEXT_MINUTE + 6 * MINUTE
"""EPOCH is 22:13:20 UTC."""
CLOSED = "the environment was closed for a migration"
DECLARED = replace(DESCRIPTION, jobs=(REPORT,))


async def when(room: Room) -> list[tuple[float, RunStatus, str]]:
    return [(run.due or 0.0, run.status, run.cause) for run in await room.all()]


def test_a_time_that_comes_meanwhile_is_run_late_once_it_is_open(loop, room):
    async def story():
        await room.deploy(DECLARED)
        async with room.live() as life:
            await room.close()
            await asyncio.sleep(FIRST + 3 * MINUTE - room.clock.now())
            before = await room.all()
            await room.close(closed=False)
            life.timekeeper.wake()
            await asyncio.sleep(1.0)
            return before, await room.ended()

    before, run = loop.run_until_complete(story())

    assert before == []
    assert (run.due, run.status) == (FIRST, RunStatus.SUCCEEDED)
    assert run.started_at == pytest.approx(FIRST + 3 * MINUTE, abs=1.0)


def test_a_time_whose_deadline_passes_meanwhile_is_missed_and_says_why(loop, room):
    async def story():
        await room.deploy(DECLARED)
        async with room.live():
            await room.close()
            await asyncio.sleep(FIRST + 6 * MINUTE - room.clock.now())
        return await when(room)

    assert loop.run_until_complete(story()) == [(FIRST, RunStatus.MISSED, CLOSED)]


def test_a_further_attempt_waits_until_it_is_open(loop, room):
    codes = iter([1])
    room.deeds = lambda spec: Deed(code=next(codes, 0))

    async def story():
        await room.deploy(replace(DESCRIPTION, jobs=(replace(REPORT, retries=1),)))
        async with room.live():
            await asyncio.sleep(FIRST + 1.0 - room.clock.now())
            await room.close()
            await asyncio.sleep(10 * MINUTE)
            held = await room.store.runs.get(APP, 1)
            await room.close(closed=False)
            return held, await room.ended()

    held, run = loop.run_until_complete(story())

    assert (held.status, held.attempt) == (RunStatus.PENDING, 2)
    assert run.status is RunStatus.SUCCEEDED


def test_a_command_and_a_job_by_hand_are_refused_unless_it_is_insisted(loop, room):
    async def story():
        await room.deploy(DECLARED)
        async with room.live() as life:
            await room.close()
            with pytest.raises(Conflict, match="nothing begins in production of shop-api: it is closed") as refused:
                await room.begin(life)
            with pytest.raises(Conflict, match="it is closed"):
                await life.desk.begin_declared(APP, PRODUCTION, "report", by="ada")
            await life.desk.begin_declared(APP, PRODUCTION, "report", by="ada", while_closed=True)
            return refused.value, await room.ended()

    refused, run = loop.run_until_complete(story())

    assert "--while-closed" in refused.hint
    assert run.status is RunStatus.SUCCEEDED
