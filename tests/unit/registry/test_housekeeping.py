"""Housekeeping over days: when it looks, what it keeps of it, and that no failure stops it."""

import asyncio
import logging

import pytest

from fairway.adapters.memory.clock import EPOCH, LoopClock
from fairway.domain.ids import AppName
from fairway.domain.retention import DAY, Policy
from fairway.errors import Unavailable
from fairway.registry import housekeeping
from fairway.registry.housekeeping import CACHE, EVERY, SETTLE, Housekeeper
from support.pipeline_values import APP
from support.registry_yard import Meanwhile, Yard, commit_of

DOWN = Unavailable("the registry localhost:7879 does not answer", why="connection refused")


@pytest.fixture
async def yard() -> Yard:
    made = Yard()
    await made.store.apps.create(APP, at=0.0)
    return made


def housekeeper(yard: Yard, **instead: object) -> Housekeeper:
    parts = {
        "apps": yard.store.apps,
        "records": yard.records(),
        "registry": yard.registry,
        "builder": yard.builder,
        "events": yard.store.events,
        "clock": LoopClock(),
        "policy": Policy(keep=2, age=1e12),
    }
    return Housekeeper(**{**parts, **instead})  # type: ignore[arg-type]


async def run_for(keeper: Housekeeper, seconds: float) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await keeper.run()


async def kinds(yard: Yard) -> list[str]:
    return [event.kind for event in reversed(await yard.store.events.list(limit=1000))]


async def test_it_looks_once_things_have_settled_and_then_every_hour(yard: Yard) -> None:
    await yard.releases(3)
    await run_for(housekeeper(yard), SETTLE - 1)
    early = await yard.numbers()

    async def release_more() -> None:
        await asyncio.sleep(SETTLE + 1)
        await yard.release(commit_of(4))

    keeper = housekeeper(yard)
    async with asyncio.TaskGroup() as group:
        group.create_task(release_more())
        await run_for(keeper, SETTLE + EVERY - 1)
        within_the_hour = await yard.numbers()
    await run_for(keeper, SETTLE + 1)

    assert (early, within_the_hour, await yard.numbers()) == ([1, 2, 3], [2, 3, 4], [3, 4])


async def test_deletions_are_in_the_event_log_with_app_and_cause(yard: Yard) -> None:
    await yard.releases(3)

    await housekeeper(yard).clear_up()

    events = list(reversed(await yard.store.events.list(app=APP)))
    assert events[0].text == "release 1 is deleted: production has 2 newer releases"
    assert [event.kind for event in events] == ["release.deleted", "image.deleted", *["image.removed"] * 3]
    assert events[0].at >= EPOCH


async def test_space_is_given_back_once_a_day_and_only_when_something_was_deleted(yard: Yard) -> None:
    keeper = housekeeper(yard)
    await keeper.clear_up()
    await yard.releases(3)
    await keeper.clear_up()
    first = (await kinds(yard)).count("registry.collected")
    await yard.release(commit_of(4))

    await run_for(keeper, SETTLE + DAY - 2 * EVERY)
    same_day = (await kinds(yard)).count("registry.collected")
    await run_for(keeper, SETTLE + 3 * EVERY)

    assert (first, same_day, (await kinds(yard)).count("registry.collected")) == (1, 1, 2)
    assert await yard.numbers() == [3, 4]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_failure_is_told_once_and_tried_again(yard: Yard, caplog: pytest.LogCaptureFixture) -> None:
    await yard.releases(3)
    await yard.store.apps.create(AppName("other"), at=0.0)
    keeper = housekeeper(yard)
    yard.registry.fail = DOWN
    for _ in range(3):
        await keeper.clear_up()
    told = warnings(caplog)
    yard.registry.fail = None

    await keeper.clear_up()
    mended = await yard.digests()
    yard.registry.fail = DOWN
    await keeper.clear_up()

    sentence = "the registry localhost:7879 does not answer: connection refused; it is tried again in an hour"
    assert told == [f"housekeeping: {sentence}"]
    assert len(mended) == 2
    assert warnings(caplog) == [*told, *told]


async def test_what_one_app_can_not_have_the_others_get(yard: Yard) -> None:
    other = AppName("aardvark")
    await yard.store.apps.create(other, at=0.0)
    await yard.releases(3)

    async def stumble() -> None:
        raise RuntimeError("a mistake of ours")

    keeper = housekeeper(
        yard, records=yard.records(deployments=Meanwhile(yard.store.deployments, before={"list": stumble}))
    )
    await keeper.clear_up()

    assert await yard.numbers() == [2, 3]


async def test_images_of_an_app_that_was_deleted_are_found(yard: Yard) -> None:
    await yard.image(commit_of(1), app=AppName("gone"))

    await housekeeper(yard).clear_up()

    assert await yard.registry.tags(yard.registry.repository("gone")) == {}


async def test_the_build_cache_is_kept_within_its_bound(yard: Yard) -> None:
    yard.builder.cached = CACHE + 2_000_000_000
    keeper = housekeeper(yard, registry=None)

    await keeper.clear_up()
    await keeper.clear_up()

    assert yard.builder.cached == CACHE
    assert await kinds(yard) == ["cache.trimmed"]
    assert (await yard.store.events.list())[0].text == "the build cache gave back 2.0 GB: it had more than 10.7 GB"


@pytest.mark.parametrize(("number", "text"), [(84_250_000, "84.2 MB"), (2_000_000_000, "2.0 GB"), (0, "0.0 MB")])
def test_bytes_are_told_for_people(number: int, text: str) -> None:
    assert housekeeping.size(number) == text
