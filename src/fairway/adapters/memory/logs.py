"""The logs of the tasks of the engine in memory."""

from collections.abc import AsyncIterator

from fairway.adapters.memory.engine import MemoryEngine
from fairway.adapters.memory.faults import Faults
from fairway.domain.ids import TaskId
from fairway.ports.logs import LogLine


class MemoryLogs:
    """`ports.logs.Logs`: the lines of each task's program, all printed at its start."""

    def __init__(self, engine: MemoryEngine) -> None:
        self.faults = Faults()
        self._engine = engine

    async def read(
        self, task: TaskId, *, tail: int | None = None, since: float | None = None, follow: bool = False
    ) -> AsyncIterator[LogLine]:
        """Its lines, oldest first."""
        container = self._engine.containers.get(task)
        if await self.faults.meet("read") or container is None:
            return
        at = container.task.started_at or container.task.created_at
        lines = container.program.log if since is None or at > since else ()
        for text in lines[len(lines) - min(tail, len(lines)) :] if tail is not None else lines:
            yield LogLine(task=task, at=at, stream="stdout", text=text)
        if follow:
            await container.ended.wait()
