"""Running a command inside a task that is already there (`fairway exec`)."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from fairway.domain.ids import TaskId


class Session(Protocol):
    """A command that runs inside a task."""

    async def write(self, data: bytes) -> None:
        """Bytes for its standard input; empty bytes close it."""
        ...

    async def resize(self, columns: int, rows: int) -> None:
        """Tell its terminal the size."""
        ...

    def output(self) -> AsyncIterator[tuple[str, bytes]]:
        """("stdout" or "stderr", bytes) as they come, until it ends. Some engines have all of it on "stdout". Left
        before the end, the command is ended."""
        ...

    async def exit_code(self) -> int:
        """Its exit code, once the output has ended. Raises Conflict when it did not begin, and Unavailable when nobody
        knows how it ended."""
        ...


class Shell(Protocol):
    """Starts commands inside tasks."""

    async def start(self, task: TaskId, command: Sequence[str], *, tty: bool = False) -> Session:
        """Start it. Raises NotFound when there is no such running task, Conflict for one that nobody can go into, and
        Unavailable when what goes into tasks does not answer."""
        ...
