"""Gathers what can be seen of a task that failed, before its container goes.

Best effort: what can't be seen is None.
"""

from collections.abc import Callable
from dataclasses import replace

from fairway.domain import redaction
from fairway.domain.desired import TaskSpec
from fairway.domain.facts import Facts, Socket, Usage
from fairway.domain.health import ProbeResult
from fairway.domain.ids import TaskId
from fairway.domain.observed import Task, TaskStatus
from fairway.errors import FairwayError
from fairway.orchestrator import patience
from fairway.ports.logs import Logs
from fairway.ports.masks import Masks
from fairway.ports.probe import Inspector

LINES = 50
"""How many of the last lines of the log are read."""
PATIENCE = 3.0
"""Seconds for each of the three looks."""


class Investigator:
    """Looks into tasks."""

    def __init__(self, *, inspector: Inspector, logs: Logs, masks: Masks) -> None:
        self._inspector = inspector
        self._logs = logs
        self._masks = masks

    async def gather(self, task: Task, spec: TaskSpec, probe: ProbeResult | None, now: float) -> Facts:
        """Everything that can be seen of it at this moment, without the secrets of its app."""
        mask = await self._mask(task.app)
        return Facts(
            task=task.id,
            spec=spec,
            exit=task.exit,
            lived=(task.stopped_at or now) - task.started_at if task.started_at is not None else 0.0,
            probe=None if probe is None else replace(probe, detail=mask(probe.detail)),
            sockets=await self._sockets(task.id) if task.status is TaskStatus.RUNNING else None,
            usage=await self._usage(task.id),
            log=tuple(map(mask, await self._log(task.id))),
            restarts=task.restarts,
        )

    async def _mask(self, app: str) -> Callable[[str], str]:
        """The app's mask; while it can't be had, no text is shown at all."""
        try:
            return await self._masks.of(app)
        except FairwayError:
            return lambda text: redaction.MASK

    async def _sockets(self, task: TaskId) -> tuple[Socket, ...] | None:
        try:
            async with patience.within(PATIENCE, "the task"):
                sockets = await self._inspector.listening(task)
        except FairwayError:
            return None
        return None if sockets is None else tuple(sockets)

    async def _usage(self, task: TaskId) -> Usage | None:
        try:
            async with patience.within(PATIENCE, "the task"):
                return await self._inspector.usage(task)
        except FairwayError:
            return None

    async def _log(self, task: TaskId) -> tuple[str, ...]:
        try:
            async with patience.within(PATIENCE, "the task's log"):
                return tuple([line.text async for line in self._logs.read(task, tail=LINES)])
        except FairwayError:
            return ()
