"""Work beside a block of code, for as long as the block lasts.

`asyncio.TaskGroup` would wrap what the block raises into a group; here it comes out as itself, which is what the
handlers of errors look for. The task is owned all the same: it is cancelled and awaited at the block's end.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    """Run `work` until the block ends. What it raised by then is raised at the end, unless the block itself raised."""
    task = asyncio.create_task(work)
    try:
        yield task
    except BaseException:
        await _end(task)
        raise
    await _end(task)
    if not task.cancelled() and (error := task.exception()):
        raise error


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.wait([task])


async def first(*works: Coroutine[Any, Any, None]) -> None:
    """Run all until one ends, and end the others. What the first one raised is raised."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
