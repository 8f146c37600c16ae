"""Reading what tasks print, and keeping it."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from fairway.domain.ids import AppName, TaskId
from fairway.domain.observed import Task
from fairway.domain.printed import Origin, Piece, Position


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


class Printing(Protocol):
    """The same log in the engine's own pieces, for those who must neither lose nor repeat any."""

    def pieces(
        self, task: TaskId, *, since: int | None = None, follow: bool = False
    ) -> AsyncGenerator[Sequence[Piece], None]:
        """As many at a time as come at once, oldest first: those of the instant `since` (nanoseconds since the epoch)
        and later, and with `follow` the coming ones until the task ends.

        A task that does not exist has none. Raises Unavailable when the engine does not answer or it breaks off.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLog:
    """One log that is kept: of the pieces that are still there the first one's stamp, and when the last was written, in
    nanoseconds since the epoch."""

    origin: Origin
    begun: int
    written: int


class LogStore(Protocol):
    """Keeps what tasks printed, each log in parts, of which the oldest go when there are too many."""

    def append(self, origin: Origin, pieces: Sequence[Piece]) -> None:
        """Keep them. All are kept or, when the process dies meanwhile, the first of them; none in half.

        Raises Unavailable when there is no room, or the store can't be written; nothing is kept then.
        """
        ...

    async def position(self, origin: Origin) -> Position:
        """How far the log was kept. Raises Unavailable when it can't be read."""
        ...

    async def logs(self, app: AppName) -> Sequence[KeptLog]:
        """All that are kept of the app."""
        ...

    async def parts(self, origin: Origin) -> Sequence[int]:
        """The stamps with which its parts begin, oldest first."""
        ...

    def read(self, origin: Origin, part: int) -> AsyncIterator[Sequence[Piece]]:
        """The pieces of one part, some at a time; none when it is gone. What can't be understood is left out."""
        ...

    def close(self, origin: Origin) -> None:
        """Nothing is appended for the time being: give back what is held for it."""
        ...

    async def tidy(self, *, apps: Collection[AppName], now: float) -> Sequence[str]:
        """Delete what is too old or too much, and everything of other apps than these; what was done, a sentence for
        each log of which something was deleted. `now` is seconds since the epoch."""
        ...

    async def forget(self, app: AppName) -> None:
        """Delete everything of the app. Raises Unavailable."""
        ...


class LogKeeping(Protocol):
    """Who wants to know that a task goes."""

    async def finish(self, task: Task) -> None:
        """Return when what the ended task printed is kept, or can't be within a few seconds. Raises nothing: the
        removal of a task must not wait for its log."""
        ...


class NotKept:
    """`LogKeeping` where nobody keeps logs."""

    async def finish(self, task: Task) -> None:
        """Nothing is to be done."""
