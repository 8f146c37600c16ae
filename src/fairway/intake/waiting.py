"""Waiting for a wake-up, but not for ever."""

import asyncio

from fairway.ports.clock import Clock


async def until(rung: asyncio.Event, clock: Clock, seconds: float) -> None:
    """Return when it rings, or after so many seconds of the clock."""
    tasks = [asyncio.ensure_future(clock.sleep(seconds)), asyncio.ensure_future(rung.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
