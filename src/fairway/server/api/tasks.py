"""`/api/v1/apps/APP/tasks`: the containers, as they were last seen."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query

from fairway.domain.facts import Usage
from fairway.domain.ids import TaskId
from fairway.domain.metrics import Series
from fairway.domain.observed import ObservedTask, Task, TaskStatus
from fairway.server import figures, tasklist
from fairway.server.api.asked import OneEnvironment, TheApp, TheServices
from fairway.services import Services
from fairway.wire import tasks as shapes

router = APIRouter(prefix="/apps/{app}")
SAMPLE = 0.2
"""Seconds between the two looks that a share of the CPU is computed from."""


@router.get("/tasks")
async def tasks(
    services: TheServices,
    app: TheApp,
    environment: OneEnvironment = None,
    all: Annotated[bool, Query(description="the stopped ones too")] = False,
) -> shapes.Tasks:
    """The app's tasks with what they use."""
    seen = [each for each in await tasklist.seen(services, app, environment) if all or _lives(each)]
    use = await _measure(services, [each for each in seen if _lives(each)])
    desired = [
        each for each in await services.desired.list() if each.app == app and environment in (None, each.environment)
    ]
    return shapes.Tasks(
        tasks=[shapes.Task.of(each, use.get(each.task.id, shapes.Use())) for each in seen],
        scaled=shapes.scaled(desired, services.clock.now()),
    )


def _lives(seen: ObservedTask) -> bool:
    return seen.task.status is not TaskStatus.STOPPED


async def _measure(services: Services, seen: list[ObservedTask]) -> dict[TaskId, shapes.Use]:
    """What each uses: as it was measured lately, else by a look into it."""
    measured = {each.task.id: _measured(services, each.task) for each in seen}
    known = {task: use for task, use in measured.items() if use is not None}
    return known | await _look(services, [task for task in measured if task not in known])


def _measured(services: Services, task: Task) -> shapes.Use | None:
    series = Series(app=task.app, environment=task.environment, service=task.service, task=task.id)
    lately = figures.of_series(services, series, over=figures.LATELY)
    if lately is None or lately.cpu_percent is None or lately.memory is None:
        return None
    return shapes.Use(
        cpu_percent=lately.cpu_percent,
        cpu_limit=lately.cpu_limit,
        memory=lately.memory,
        memory_limit=lately.memory_limit,
    )


async def _look(services: Services, tasks: list[TaskId]) -> dict[TaskId, shapes.Use]:
    """What each uses now, and its share of a core in per cent between two looks."""
    if not tasks:
        return {}
    loop = asyncio.get_running_loop()
    begun = loop.time()
    first = await asyncio.gather(*(services.inspector.usage(task) for task in tasks))
    if not any(first):
        return {}
    # Not a wait for something to become true: a share is a difference over time, and this is that time.
    await asyncio.sleep(SAMPLE)
    second = await asyncio.gather(*(services.inspector.usage(task) for task in tasks))
    seconds = loop.time() - begun
    return {
        task: shapes.Use(
            cpu_percent=_share(before, after, seconds),
            memory=after.memory if after else None,
            memory_limit=after.limit if after else None,
        )
        for task, before, after in zip(tasks, first, second, strict=True)
    }


def _share(before: Usage | None, after: Usage | None, seconds: float) -> float | None:
    if before is None or after is None or after.cpu_ns < before.cpu_ns:
        return None
    return round((after.cpu_ns - before.cpu_ns) / (seconds * 1e9) * 100, 1)
