"""Waiting for news, or until some time is over: what every loop of this room does between two looks."""

import asyncio

from fairway.ports.clock import Clock


async def pause(clock: Clock, news: asyncio.Event, seconds: float) -> None:
    """Return when the event is set, or so many seconds of the clock are over."""
    async with asyncio.TaskGroup() as group:
        waiters = {group.create_task(clock.sleep(seconds)), group.create_task(news.wait())}
        await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
        for waiter in waiters:
            waiter.cancel()
