"""Reading what a task printed, from the log that Docker keeps as long as the container exists.

Docker keeps a line of more than 16 KB in pieces, and puts its own time before each piece. A piece that does not end
with a line end is therefore held back until its rest has come, each stream for itself.
"""

import contextlib
from collections.abc import AsyncGenerator
from datetime import datetime

from fairway.adapters.docker import frames
from fairway.adapters.docker.connection import Refused
from fairway.adapters.docker.containers import Containers
from fairway.domain.ids import TaskId
from fairway.ports.logs import LogLine

LONGEST = 1024 * 1024
"""Bytes after which a line is handed on although it has not ended, so that a task can't fill Fairway's memory."""


class DockerLogs:
    """`ports.logs.Logs` over the containers of one instance."""

    def __init__(self, containers: Containers) -> None:
        self._containers = containers

    async def read(
        self, task: TaskId, *, tail: int | None = None, since: float | None = None, follow: bool = False
    ) -> AsyncGenerator[LogLine, None]:
        """The task's lines, oldest first. `tail` counts the pieces of lines longer than 16 KB one by one."""
        container = await self._containers.find(task)
        if container is None:
            return
        params = {
            "stdout": "1",
            "stderr": "1",
            "timestamps": "1",
            "follow": "1" if follow else "0",
            "tail": "all" if tail is None else str(tail),
        }
        if since is not None:
            params["since"] = f"{since:.9f}"
        lines = self._lines(task, container, params)
        async with contextlib.aclosing(lines):
            async for line in lines:
                # Docker's `since` includes the instant itself.
                if since is None or line.at > since:
                    yield line

    async def _lines(self, task: TaskId, container: str, params: dict[str, str]) -> AsyncGenerator[LogLine, None]:
        decoder = frames.Decoder()
        joiner = Joiner(task)
        path = f"/containers/{container}/logs"
        try:
            async with self._containers.connection.stream("GET", path, params=params) as chunks:
                async for chunk in chunks:
                    for stream, message in decoder.feed(chunk):
                        if line := joiner.add(stream, message):
                            yield line
        except Refused as refusal:
            if refusal.status != 404:
                raise
            self._containers.forget(task)
        for line in joiner.rest():
            yield line


class Joiner:
    """Makes lines of messages: `2026-11-23T15:02:10.123456789Z text`, with or without a line end."""

    def __init__(self, task: TaskId) -> None:
        self._task = task
        self._begun: dict[str, tuple[float, bytearray]] = {}

    def add(self, stream: str, message: bytes) -> LogLine | None:
        """The line that this message ends, None when more of it is to come."""
        stamp, _, data = message.partition(b" ")
        at, line = self._begun.pop(stream, (0.0, bytearray()))
        if not line:
            at = datetime.fromisoformat(stamp.decode("ascii")).timestamp()
        line += data
        if data.endswith(b"\n") or len(line) >= LONGEST:
            return self._line(stream, at, line)
        self._begun[stream] = (at, line)
        return None

    def rest(self) -> list[LogLine]:
        """What was printed without a line end before the task ended."""
        return [self._line(stream, at, line) for stream, (at, line) in self._begun.items()]

    def _line(self, stream: str, at: float, line: bytearray) -> LogLine:
        text = line.decode(errors="replace").rstrip("\r\n")
        return LogLine(task=self._task, at=at, stream=stream, text=text)
