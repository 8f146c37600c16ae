"""Reading what tasks print."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from fairway.domain.ids import TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """`at` is seconds since the epoch, `stream` "stdout" or "stderr", `text` without its line end."""

    task: TaskId
    at: float
    stream: str
    text: str


class Logs(Protocol):
    """The log of each task, as long as its container exists."""

    def read(
        self, task: TaskId, *, tail: int | None = None, since: float | None = None, follow: bool = False
    ) -> AsyncIterator[LogLine]:
        """Its lines, oldest first: the last `tail`, those after `since`, and with `follow` the coming ones until the
        task ends. A task that does not exist has none."""
        ...
