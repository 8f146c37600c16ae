"""The logs of several tasks as one stream: first what there is, in the order of time, then what comes.

While it is followed, tasks that start later are added: `fairway logs -f` over a deployment shows the new ones too.
"""

import asyncio

from fairway.domain.ids import AppName
from fairway.domain.observed import ObservedTask, Task
from fairway.errors import NotFound
from fairway.ports.logs import LogLine
from fairway.server import tasklist, watch
from fairway.server.stream import Emit
from fairway.server.tasklist import Choice
from fairway.services import Services

LOOK = 0.5
"""Seconds between two looks for new tasks."""


async def read(
    services: Services,
    app: AppName,
    choice: Choice,
    emit: Emit,
    *,
    tail: int | None,
    since: float | None,
    follow: bool,
) -> None:
    """Emit the lines; with `follow` until it is cancelled. Raises NotFound as `tasklist.chosen` does, and for a release
    without tasks, whose lines are gone."""
    chosen = await _choose(services, app, choice)
    if choice.release is not None and not chosen and not follow:
        raise NotFound(f"{app} has no task of release {choice.release} any more", hint="fairway ps --all")
    read_up_to = await _backlog(services, chosen, emit, tail=tail, since=since)
    if follow:
        await _Following(services, app, choice, emit).run(
            {each.task.id: read_up_to.get(each.task.id) for each in chosen}
        )


async def _choose(services: Services, app: AppName, choice: Choice) -> list[ObservedTask]:
    return await tasklist.chosen(services, app, choice)


async def _backlog(
    services: Services, chosen: list[ObservedTask], emit: Emit, *, tail: int | None, since: float | None
) -> dict[str, float]:
    """Emit what was printed so far; the time of each task's last line."""
    tasks = {each.task.id: each.task for each in chosen}
    lines: list[LogLine] = []
    for task in tasks:
        lines += [line async for line in services.logs.read(task, tail=tail, since=since)]
    lines.sort(key=lambda line: line.at)
    for line in lines:
        await emit(_shape(tasks[line.task], line))
    return {line.task: line.at for line in lines}


class _Following:
    """Reads on, one reader for each task."""

    def __init__(self, services: Services, app: AppName, choice: Choice, emit: Emit) -> None:
        self._services = services
        self._app = app
        self._choice = choice
        self._emit = emit

    async def run(self, known: dict[str, float | None]) -> None:
        """Follow the known tasks from their last lines on, and new ones from their beginning."""
        never = asyncio.Event()
        followed: set[str] = set()
        async with asyncio.TaskGroup() as group:
            while True:
                for each in await _choose(self._services, self._app, self._choice):
                    if each.task.id not in followed:
                        followed.add(each.task.id)
                        group.create_task(self._follow(each.task, known.get(each.task.id)))
                await watch.wait(never, LOOK)

    async def _follow(self, task: Task, after: float | None) -> None:
        async for line in self._services.logs.read(task.id, since=after, follow=True):
            # `since` may count the line at that very moment in, which has been shown.
            if after is None or line.at > after:
                await self._emit(_shape(task, line))


def _shape(task: Task, line: LogLine) -> dict[str, object]:
    return {
        "type": "line",
        "service": task.service,
        "task": task.id,
        "at": line.at,
        "stream": line.stream,
        "text": line.text,
    }
