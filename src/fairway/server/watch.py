"""Following what changes in the store, until it has ended.

A notice only says "look again"; the store is what is shown. So a notice that was missed costs a second, never a state.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from fairway.domain.deployment import Deployment, RolloutState
from fairway.domain.events import Event
from fairway.domain.execution import Execution
from fairway.domain.ids import AppName
from fairway.ports import stores
from fairway.ports.notify import Notices
from fairway.server import beside

PATIENCE = 1.0
"""Seconds after which is looked again without any notice."""
GATHER = 0.1
"""Seconds after a notice before an execution is looked at: a stage that ends and the next one that begins are three
notices within 30 ms, and a look at each would stand in the way of the very work that is watched."""


async def execution(
    executions: stores.Executions,
    notices: Notices,
    app: AppName,
    number: int,
    show: Callable[[Execution], Awaitable[bool | None]],
    *,
    patience: float = PATIENCE,
    every: bool = False,
) -> Execution:
    """Show the execution now and at each change until it has ended, or `show` answers that it has seen enough;
    `every`: at each look, not only at changes of its own. Raises NotFound."""
    shown: Execution | None = None
    rung = asyncio.Event()
    concerns = _about(lambda event: event.app == app and event.execution in (None, number))
    async with beside.running(_ring(rung, notices.follow(), concerns)):
        while True:
            rung.clear()
            now = await executions.get(app, number)
            enough = None
            if every or now != shown:
                enough = await show(now)
                shown = now
            if now.finished or enough:
                return now
            if await wait(rung, patience):
                await asyncio.sleep(GATHER)


async def deployment(
    deployments: stores.Deployments,
    notices: Notices,
    app: AppName,
    id: int,
    show: Callable[[Deployment], Awaitable[None]],
) -> Deployment:
    """Show the deployment now and at each change until it has its verdict. Raises NotFound."""
    shown: Deployment | None = None
    rung = asyncio.Event()
    concerns = _about(lambda event: event.app == app and event.deployment in (None, id))
    async with beside.running(_ring(rung, notices.follow(), concerns)):
        while True:
            rung.clear()
            now = await deployments.get(app, id)
            if now != shown:
                await show(now)
                shown = now
            if now.state is not RolloutState.IN_PROGRESS:
                return now
            await wait(rung, PATIENCE)


async def until(condition: Callable[[], bool], source: AsyncIterator[Any], *, patience: float) -> bool:
    """Whether the condition came true within `patience` seconds; looked at with each item of the source, and each
    second without one."""
    rung = asyncio.Event()
    async with beside.running(_ring(rung, source, lambda _: True)):
        try:
            async with asyncio.timeout(patience):
                while not condition():
                    rung.clear()
                    await wait(rung, PATIENCE)
        except TimeoutError:
            return False
    return True


async def wait(rung: asyncio.Event, patience: float) -> bool:
    """Return when it is set, or when the patience is over; whether it was set."""
    try:
        async with asyncio.timeout(patience):
            await rung.wait()
    except TimeoutError:
        return False
    return True


async def _ring(rung: asyncio.Event, source: AsyncIterator[Any], concerns: Callable[[Any], bool]) -> None:
    async for item in source:
        if concerns(item):
            rung.set()


def _about(concerns: Callable[[Event], bool]) -> Callable[[Event], bool]:
    # "notices.missed" stands for events that nobody read in time; they may have been ours.
    return lambda event: event.kind == "notices.missed" or concerns(event)
