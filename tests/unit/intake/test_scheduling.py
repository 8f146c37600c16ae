"""Schedules: when the head of a branch is deployed without anybody's push."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from fairway.adapters.memory.clock import EPOCH, LoopClock, VirtualLoop
from fairway.adapters.memory.repositories import MemoryRepositories
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.domain.execution import Execution
from fairway.domain.ids import AppName
from fairway.domain.schedule import Schedule
from fairway.errors import Unavailable
from fairway.intake.intake import Intake
from fairway.intake.push import Push, Update
from fairway.manifest.load import load
from fairway.ports.schedules import Planned

SHOP = AppName("shop")
HOUR = 3600.0
HOURLY = '[source]\nschedule = "0 * * * *"\n'
# EPOCH is 22:13:20 UTC: the schedule of every hour is due 2800 s later.
FIRST = EPOCH + 2800


@dataclass
class Room:
    """An intake that is made anew at each `start`, over a store and repositories that stay."""

    store: MemoryStore = field(default_factory=make_store)
    repositories: MemoryRepositories = field(default_factory=MemoryRepositories)
    submitted: list[int] = field(default_factory=list)
    trouble: int = 0

    def start(self) -> Intake:
        async def submit(app: AppName, number: int) -> None:
            if self.trouble:
                self.trouble -= 1
                raise Unavailable("the pipeline is away")
            self.submitted.append(number)

        return Intake(
            apps=self.store.apps,
            executions=self.store.executions,
            repositories=self.repositories,
            submit=submit,
            load=load,
            clock=LoopClock(),
            schedules=self.store.schedules,
        )

    async def push(self, toml: str, *, branch: str = "master", id: str = "p") -> str:
        text = f'app = "shop"\n{toml}'.encode()
        commit = self.repositories.commit("shop", {"fairway.toml": text}, branch=branch)
        update = Update(ref=f"refs/heads/{branch}", old=None, new=commit)
        await self.start().push(Push(app=SHOP, id=id, by="ada", updates=(update,), options=("fairway.skip",)))
        return commit

    async def scheduled(self) -> list[Execution]:
        found = await self.store.executions.list(SHOP, limit=100)
        return [each for each in reversed(found) if each.trigger.kind == "schedule"]


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


async def make_room() -> Room:
    room = Room()
    await room.store.apps.create(SHOP, at=1.0)
    await room.repositories.create("shop")
    return room


async def run_for(intake: Intake, seconds: float) -> None:
    running = asyncio.get_running_loop().create_task(intake.run())
    await asyncio.sleep(seconds)
    running.cancel()
    await asyncio.wait({running})


def test_the_head_of_the_branch_is_deployed_at_each_time(loop):
    async def story() -> tuple[list[Execution], str, list[int]]:
        room = await make_room()
        await room.push(HOURLY)
        newest = await room.push(HOURLY, id="p2")
        await run_for(room.start(), 2 * HOUR)
        return await room.scheduled(), newest, room.submitted

    found, newest, submitted = loop.run_until_complete(story())

    assert [(each.revision.commit, each.revision.branch, each.trigger.by) for each in found] == [
        (newest, "master", "0 * * * * UTC")
    ] * 2
    assert [each.created_at for each in found] == [FIRST, FIRST + HOUR]
    assert submitted == [each.number for each in found]


def test_a_restart_neither_forgets_a_time_nor_takes_one_twice(loop):
    async def story() -> list[Execution]:
        room = await make_room()
        await room.push(HOURLY)
        for _ in range(40):
            await run_for(room.start(), 180)
        return await room.scheduled()

    found = loop.run_until_complete(story())

    assert len(found) == 2


def test_two_looks_at_the_same_time_make_one_execution(loop):
    async def story() -> list[Execution]:
        room = await make_room()
        await room.push(HOURLY)
        await asyncio.gather(*(run_for(room.start(), HOUR) for _ in range(3)))
        return await room.scheduled()

    assert len(loop.run_until_complete(story())) == 1


@pytest.mark.parametrize(("down", "expected"), [(1.9 * HOUR, 1), (30 * HOUR, 1)])
def test_of_the_times_that_no_server_saw_the_last_one_is_caught_up_on_once(loop, down, expected):
    async def story() -> list[Execution]:
        room = await make_room()
        await room.push(HOURLY)
        await asyncio.sleep(down)
        await run_for(room.start(), 1.0)
        return await room.scheduled()

    assert len(loop.run_until_complete(story())) == expected


@pytest.mark.parametrize(("late", "expected"), [(0.9 * HOUR, 1), (1.1 * HOUR, 0)])
def test_a_time_that_was_missed_is_caught_up_on_when_it_is_not_older_than_an_hour(loop, late, expected):
    async def story() -> list[Execution]:
        room = await make_room()
        await room.push('[source]\nschedule = "0 23 * * *"\n')
        await asyncio.sleep(FIRST - EPOCH + late)
        await run_for(room.start(), 120.0)
        return await room.scheduled()

    assert len(loop.run_until_complete(story())) == expected


def test_a_time_whose_execution_could_not_be_submitted_is_tried_again_and_makes_no_second_one(loop):
    async def story() -> tuple[list[Execution], list[int]]:
        room = await make_room()
        await room.push(HOURLY)
        room.trouble = 2
        await run_for(room.start(), HOUR)
        return await room.scheduled(), room.submitted

    found, submitted = loop.run_until_complete(story())

    assert submitted == [found[0].number]
    assert len(found) == 1


def test_a_schedule_that_a_later_push_leaves_out_or_changes_holds_no_more(loop):
    async def story() -> tuple[list[Execution], list[float]]:
        room = await make_room()
        await room.push(HOURLY)
        await room.push("", id="p2")
        await run_for(room.start(), 2 * HOUR)
        without = await room.scheduled()
        await room.push(HOURLY, id="p3")
        await room.push('[source]\nschedule = "30 * * * *"\n', id="p4")
        return without, [each.due for each in await room.store.schedules.list()]

    without, due = loop.run_until_complete(story())

    assert without == []
    assert due == [FIRST + 1.5 * HOUR]


def test_a_push_of_another_branch_changes_no_schedule(loop):
    async def story() -> list[str]:
        room = await make_room()
        await room.push(HOURLY)
        await room.push("", branch="feature", id="p2")
        return [each.schedule.cron for each in await room.store.schedules.list()]

    assert loop.run_until_complete(story()) == ["0 * * * *"]


def test_a_schedule_of_a_branch_that_has_gone_starts_nothing_and_ends_nobody_elses(loop):
    async def story() -> tuple[list[Execution], float]:
        room = await make_room()
        await room.push(HOURLY)
        room.repositories.point("shop", "master", None)
        await run_for(room.start(), HOUR)
        (planned,) = await room.store.schedules.list()
        return await room.scheduled(), planned.due

    found, due = loop.run_until_complete(story())

    assert found == []
    assert due == FIRST + HOUR


def test_a_schedule_that_comes_in_while_the_server_runs_is_kept_to(loop):
    async def story() -> list[Execution]:
        room = await make_room()
        intake = room.start()
        running = asyncio.get_running_loop().create_task(intake.run())
        await asyncio.sleep(10)
        text = f'app = "shop"\n{HOURLY}'.encode()
        room.repositories.commit("shop", {"fairway.toml": text})
        await intake.deploy("shop", "master")
        await asyncio.sleep(HOUR)
        running.cancel()
        await asyncio.wait({running})
        return await room.scheduled()

    assert len(loop.run_until_complete(story())) == 1


def test_a_push_that_a_newer_one_has_overtaken_changes_no_schedule(loop):
    async def story() -> tuple[list[str], str | None, str]:
        room = await make_room()
        older = await room.push("")
        newest = await room.push(HOURLY, id="p2")
        update = Update(ref="refs/heads/master", old=None, new=older)
        await room.start().push(Push(app=SHOP, id="late", by="ada", updates=(update,)))
        (head,) = await room.repositories.heads("shop")
        return [each.schedule.cron for each in await room.store.schedules.list()], head.seen, newest

    crons, seen, newest = loop.run_until_complete(story())

    assert crons == ["0 * * * *"]
    assert seen == newest


def test_a_server_that_dies_with_an_execution_just_made_knows_its_schedule(loop):
    async def story() -> tuple[int, list[str]]:
        room = await make_room()
        room.trouble = 1
        commit = room.repositories.commit("shop", {"fairway.toml": f'app = "shop"\n{HOURLY}'.encode()})
        update = Update(ref="refs/heads/master", old=None, new=commit)
        with pytest.raises(Unavailable):
            await room.start().push(Push(app=SHOP, id="p", by="ada", updates=(update,)))
        made = await room.store.executions.list(SHOP)
        return len(made), [each.schedule.cron for each in await room.store.schedules.list()]

    assert loop.run_until_complete(story()) == (1, ["0 * * * *"])


def test_a_head_that_a_schedule_deployed_before_its_push_was_heard_of_says_which_schedule_holds(loop):
    async def story() -> tuple[int, list[str]]:
        room = await make_room()
        await room.push(HOURLY)
        changed = b'app = "shop"\n[source]\nschedule = "30 * * * *"\n'
        room.repositories.commit("shop", {"fairway.toml": changed})
        await run_for(room.start(), HOUR)
        await room.start().resync()
        made = await room.store.executions.list(SHOP)
        return len(made), [each.schedule.cron for each in await room.store.schedules.list()]

    assert loop.run_until_complete(story()) == (1, ["30 * * * *"])


def test_a_time_zone_that_the_host_does_not_have_ends_nobody_elses_schedule(loop):
    async def story() -> list[Execution]:
        room = await make_room()
        await room.push(HOURLY)
        strange = AppName("other")
        await room.store.apps.create(strange, at=1.0)
        nowhere = Schedule(cron="0 * * * *", zone="Nowhere/Gone")
        await room.store.schedules.put(Planned(app=strange, branch="master", schedule=nowhere, due=EPOCH))
        await run_for(room.start(), HOUR)
        return await room.scheduled()

    assert len(loop.run_until_complete(story())) == 1
