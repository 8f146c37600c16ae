"""Clearing up after a killed server leaves alone what is in use, and what is being opened."""

import asyncio

from fairway.adapters.memory.databases import MemoryWorld
from fairway.adapters.memory.scratches import MemoryScratches
from fairway.domain import address
from fairway.domain.address import Engine
from fairway.domain.catalog import Standing
from fairway.migrate.backups.scratching import Attended

LIKE = address.read("postgres://shop:s@db:5432/shop")
STANDING = Standing(engine=Engine.POSTGRES, version="15.18", bytes=1)


async def test_those_that_are_open_stay_and_what_was_left_goes() -> None:
    scratches = MemoryScratches(MemoryWorld())
    attended = Attended(scratches)
    left = scratches.open("left", LIKE, STANDING)
    await left.__aenter__()

    async with attended.open("mine", LIKE, STANDING):
        await attended.sweep()
        there = list(scratches.there)
        await attended.sweep(["another"])

    assert there == ["mine"]
    assert scratches.there == {}


async def test_one_that_is_opened_meanwhile_waits_and_stays() -> None:
    scratches = MemoryScratches(MemoryWorld())
    attended = Attended(scratches)
    scratches.faults.hang("sweep")
    opened = asyncio.Event()

    async def use() -> list[str]:
        async with attended.open("mine", LIKE, STANDING):
            opened.set()
            await attended.sweep()
            return list(scratches.there)

    async with asyncio.TaskGroup() as group:
        group.create_task(attended.sweep())
        while not scratches.faults.calls["sweep"]:
            await asyncio.sleep(0)
        using = group.create_task(use())
        await asyncio.sleep(0)
        early = opened.is_set()
        scratches.faults.mend()

    assert (early, using.result()) == (False, ["mine"])
