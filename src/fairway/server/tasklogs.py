"""The logs of several tasks as one stream: first what there is, in the order of time, then what comes.

Tasks that are gone are among them, as long as their lines are kept. While it is followed, tasks that start later are
added: `fairway logs -f` over a deployment shows the new ones too.
"""

import asyncio
from collections.abc import Mapping, Sequence

from fairway.domain.ids import AppName, TaskId
from fairway.domain.observed import ObservedTask, TaskStatus
from fairway.domain.printed import SECOND, Line, Origin, Wanted, origin_of
from fairway.errors import NotFound
from fairway.logkeeping import merge
from fairway.logkeeping.merge import Log
from fairway.ports.logs import KeptLog
from fairway.server import tasklist, watch
from fairway.server.stream import Emit
from fairway.server.tasklist import Choice
from fairway.services import Services

LOOK = 0.5
"""Seconds between two looks for new tasks."""


async def read(
    services: Services, app: AppName, choice: Choice, emit: Emit, *, tail: int | None, wanted: Wanted, follow: bool
) -> None:
    """Emit the lines: the last `tail` of all tasks together, None for all; with `follow` until it is cancelled.

    Raises NotFound as `tasklist.chosen` does, unless lines are kept of what is not there any more.
    """
    kept = [log for log in await services.tasklogs.kept(app) if takes(choice, log.origin)]
    seen = await _choose(services, app, choice, kept)
    if choice.release is not None and not seen and not kept and not follow:
        raise NotFound(
            f"{app} has no task of release {choice.release} any more, and no line of one is kept",
            hint="fairway ps --all",
        )
    living = {each.task.id: services.tasklogs.living(origin_of(each.task)) for each in seen}
    logs = [*living.values(), *(services.tasklogs.gone(log) for log in kept if log.origin.task not in living)]
    await _backlog(logs, emit, tail=tail, wanted=wanted)
    if follow:
        await _Following(services, app, choice, emit, wanted).run(living)


def takes(choice: Choice, origin: Origin) -> bool:
    """Whether the choice takes the task, though it be gone."""
    return (
        (not choice.environment or origin.environment == choice.environment)
        and (not choice.service or origin.service == choice.service)
        and (not choice.task or origin.task.startswith(choice.task))
        and (choice.release is None or origin.release == choice.release)
    )


async def _choose(services: Services, app: AppName, choice: Choice, kept: Sequence[KeptLog]) -> list[ObservedTask]:
    """The tasks that are there. One that is being made has printed nothing, and is followed when it runs."""
    try:
        chosen = await tasklist.chosen(services, app, choice)
    except NotFound:
        if not kept:
            raise
        return []
    return [each for each in chosen if each.task.status is not TaskStatus.PENDING]


async def _backlog(logs: Sequence[Log], emit: Emit, *, tail: int | None, wanted: Wanted) -> None:
    """Emit what was printed so far."""
    if tail is not None:
        for origin, line in await merge.last(logs, wanted, tail):
            await emit(shape(origin, line))
        return
    async for origin, line in merge.forward(logs, wanted):
        await emit(shape(origin, line))


class _Following:
    """Reads on, one reader for each task."""

    def __init__(self, services: Services, app: AppName, choice: Choice, emit: Emit, wanted: Wanted) -> None:
        self._services = services
        self._app = app
        self._choice = choice
        self._emit = emit
        self._wanted = wanted

    async def run(self, known: Mapping[TaskId, Log]) -> None:
        """Follow the known tasks from where they were read up to, and new ones from their beginning."""
        never = asyncio.Event()
        followed: set[TaskId] = set()
        async with asyncio.TaskGroup() as group:
            while True:
                for each in await self._look():
                    if each.task.id not in followed and each.task.status is not TaskStatus.PENDING:
                        followed.add(each.task.id)
                        log = known.get(each.task.id) or self._services.tasklogs.living(origin_of(each.task))
                        group.create_task(self._follow(log))
                await watch.wait(never, LOOK)

    async def _look(self) -> list[ObservedTask]:
        """The tasks that are there. What was asked for may go while it is followed, and come again."""
        try:
            return await tasklist.chosen(self._services, self._app, self._choice)
        except NotFound:
            return []

    async def _follow(self, log: Log) -> None:
        async for lines in log.source.follow(self._wanted):
            for line in lines:
                await self._emit(shape(log.source.origin, line))


def shape(origin: Origin, line: Line) -> dict[str, object]:
    """A line as the API has it. `stamp` is a text: JavaScript's numbers don't hold nanoseconds."""
    return {
        "type": "line",
        "environment": origin.environment,
        "service": origin.service,
        "release": origin.release,
        "task": origin.task,
        "at": line.stamp / SECOND,
        "stamp": str(line.stamp),
        "stream": line.stream,
        "text": line.text,
    }
