"""Two servers on one database, each with an engine of its own, and an app that goes from one to the other while its
jobs run: nothing is started by both."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.jobs import Deed
from fairway.adapters.store.store import open_store
from fairway.domain.ids import AppName
from fairway.domain.run import Run, RunStatus
from support.jobs_room import Room
from support.jobs_values import SPEC, make_run
from support.pipeline_values import APP, DESCRIPTION


@dataclass
class Owner:
    """Which server has the app."""

    name: str = "a"


@dataclass
class Yard:
    """Two servers' rooms, and who has the app."""

    a: Room
    b: Room
    owner: Owner


@pytest.fixture
async def yard(tmp_path: Path) -> AsyncIterator[Yard]:
    owner = Owner()

    @asynccontextmanager
    async def room(name: str) -> AsyncIterator[Room]:
        async with open_store(f"sqlite:///{tmp_path / 'fairway.db'}") as store:
            held = store.held(lambda app: owner.name == name and app == AppName(APP))
            made = Room(tmp_path / name, store=held, clock=LoopClock(), server=name)  # type: ignore[arg-type]
            made.deeds = lambda spec: Deed(takes=600.0)
            yield made

    async with room("a") as a, room("b") as b:
        await a.deploy(replace(DESCRIPTION, jobs=()))
        yield Yard(a, b, owner)


async def until(room: Room, number: int, *statuses: RunStatus) -> Run:
    async with asyncio.timeout(20):
        while (run := await room.store.runs.get(APP, number)).status not in statuses:
            await asyncio.sleep(0.01)
    return run


async def test_what_ran_on_the_server_that_was_lost_is_not_run_again_and_its_container_goes(yard: Yard) -> None:
    async with yard.a.live() as life:
        await yard.a.begin(life)
        await until(yard.a, 1, RunStatus.RUNNING)
    yard.owner.name = "b"

    async with yard.b.live(), yard.a.live():
        run = await until(yard.b, 1, RunStatus.FAILED)
        async with asyncio.timeout(20):
            while yard.a.jobs.jobs:
                await asyncio.sleep(0.01)

    assert run.cause == "the server that ran it has lost its lease, so how it ended isn't known"
    assert (len(yard.a.jobs.starts), yard.b.jobs.starts) == (1, [])


async def test_what_the_lost_server_had_not_begun_is_run_by_the_other_one(yard: Yard) -> None:
    await yard.a.store.runs.create(make_run(created_at=yard.a.clock.now(), spec=replace(SPEC, timeout=900.0)))
    yard.owner.name = "b"

    async with yard.b.live(), yard.a.live():
        run = await until(yard.b, 1, RunStatus.RUNNING)

    assert (run.server, yard.a.jobs.starts, len(yard.b.jobs.starts)) == ("b", [], 1)


async def test_a_server_that_does_not_have_the_app_begins_nothing_of_it(yard: Yard) -> None:
    async with yard.a.live() as life, yard.b.live() as other:
        for _ in range(5):
            await yard.a.begin(life)
        other.runner.wake()
        for number in range(1, 6):
            await until(yard.a, number, RunStatus.RUNNING)

    assert (len(yard.a.jobs.starts), yard.b.jobs.starts) == (5, [])
