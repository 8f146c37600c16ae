"""What people do about executions. It can be done again from anywhere: they look at what there is, and do what is
missing; that somebody was faster does not trouble them.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from fairway.domain.execution import Execution, ExecutionStatus, StageStatus
from fairway.domain.ids import AppName
from fairway.domain.progression import RetryMode
from fairway.errors import Conflict
from support.fault_world import World
from support.pipeline_values import APP, PRODUCTION

NAME = "ada"
MOMENT = 0.02
"""Seconds between two looks."""

Act = Callable[[World, Execution], Awaitable[None]]


async def see_through(world: World, number: int, act: Act) -> Execution:
    """Do what there is to do until it has ended."""
    while not (execution := await world.store.executions.get(APP, number)).finished:
        await act(world, execution)
        await asyncio.sleep(MOMENT)
    return execution


async def attend(world: World, execution: Execution) -> None:
    """Do what the execution as it is asks for: an answer, or to be stopped."""
    app, number, commit = execution.app, execution.number, execution.revision.commit
    stage, letter = execution.place, commit[0]
    if stage is None or execution.finished:
        return
    builds = stage.name == "build" and stage.status is StageStatus.IN_PROGRESS
    with contextlib.suppress(Conflict):
        if stage.waiting is not None:
            await world.executor.decide(app, number, approved=letter != "n", by=NAME)
        elif letter == "w" and execution.status is ExecutionStatus.STOPPING:
            world.touch(f"go-on-{app}-{commit}")
        elif letter == "w" and builds:
            await world.executor.stop(app, number, wait=True, by=NAME)
        elif (letter == "k" and builds) or (letter == "h" and await is_deploying(world, execution)):
            await world.executor.stop(app, number, by=NAME)


async def is_deploying(world: World, execution: Execution) -> bool:
    """Whether its deployment is under way: a rollback to it is another one's."""
    deployments = await world.store.deployments.list(execution.app)
    return any(each.key == f"execution/{execution.number}/production" for each in deployments)


def needs_mending(execution: Execution) -> bool:
    """Whether its build has failed, and would not fail again."""
    stage = execution.place
    failed = execution.status is ExecutionStatus.FAILED and execution.revision.commit[0] == "b"
    return failed and stage is not None and all(each.attempt == 1 for each in stage.actions)


async def mend(world: World, execution: Execution) -> None:
    """Repair what its build has failed by, and try it again."""
    world.touch(f"fixed-{execution.app}-{execution.revision.commit}")
    with contextlib.suppress(Conflict):
        await world.executor.retry(execution.app, execution.number, RetryMode.FAILED_ACTIONS, by=NAME)


async def take_back(world: World, app: AppName = APP) -> None:
    """Take production back, once, if there is something to go back to."""
    while True:
        known = [each for each in await world.store.executions.list(app, limit=500) if each.rollback is not None]
        mine = next((each for each in known if each.rollback.after is None), None)
        if mine is None:
            try:
                await world.executor.rollback(app, PRODUCTION, by=NAME)
            except Conflict:
                return
        elif mine.finished:
            return
        await asyncio.sleep(MOMENT)
