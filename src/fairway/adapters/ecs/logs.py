"""Reading what the tasks of services printed, from CloudWatch Logs, where ECS puts it and where it stays.

Whose log it is, is known of the tasks that the engine saw at its last look: those that run, and for about an hour those
that ended by themselves. CloudWatch tells nobody of new lines, so whoever follows asks again every few seconds.
"""

from collections.abc import AsyncGenerator, Sequence

from fairway.adapters.aws.session import Session
from fairway.adapters.ecs import naming
from fairway.adapters.ecs.engine import EcsEngine
from fairway.adapters.ecs.events import Event, Stream
from fairway.adapters.ecs.places import Places
from fairway.domain.ids import TaskId
from fairway.domain.observed import Task, TaskStatus
from fairway.domain.printed import OUT, SECOND, Piece
from fairway.ports.clock import Clock
from fairway.ports.logs import LogLine

AGAIN = 2.0
"""Seconds between two looks for new lines: GetLogEvents may be called 25 times a second in an account."""
MILLISECOND = SECOND // 1000


class EcsPrinting:
    """`ports.logs.Printing` over the tasks that the engine sees."""

    def __init__(self, session: Session, engine: EcsEngine, places: Places, clock: Clock) -> None:
        self._session = session
        self._engine = engine
        self._places = places
        self._clock = clock

    def stream(self, task: TaskId) -> Stream | None:
        """Where the task prints; None for one that is not seen."""
        found = self.find(task)
        if found is None:
            return None
        group = self._places.of(found.app, found.environment).log_group
        name = naming.log_stream(found.app, found.environment, found.service, found.id)
        return Stream(self._session, group, name)

    def find(self, task: TaskId) -> Task | None:
        """The task as it was at the engine's last look."""
        return next((each for each in self._engine.tasks if each.id == task), None)

    async def pieces(
        self, task: TaskId, *, since: int | None = None, follow: bool = False
    ) -> AsyncGenerator[Sequence[Piece], None]:
        """Those of the instant `since` and later, as many at a time as one call gives."""
        stream = self.stream(task)
        if stream is None:
            return
        while True:
            # Looked at before the lines: what it printed until then is among them.
            ended = not follow or self._has_ended(task)
            async for events in stream.forward(None if since is None else since // MILLISECOND):
                if pieces := [piece for piece in map(read, events) if since is None or piece.stamp >= since]:
                    yield pieces
            if ended:
                return
            await self._clock.sleep(AGAIN)

    def _has_ended(self, task: TaskId) -> bool:
        found = self.find(task)
        return found is None or found.status is TaskStatus.STOPPED


class EcsLogs:
    """`ports.logs.Logs` over the same."""

    def __init__(self, printing: EcsPrinting) -> None:
        self._printing = printing

    async def read(
        self, task: TaskId, *, tail: int | None = None, since: float | None = None, follow: bool = False
    ) -> AsyncGenerator[LogLine, None]:
        """The task's lines, oldest first."""
        begin = None if since is None else stamp_of(since)
        if tail is not None:
            stream = self._printing.stream(task)
            found = [read(event) for event in (await stream.last(tail) if stream else ())]
            begin = max([begin or 0, *(piece.stamp for piece in found)]) or None
            for piece in found:
                if since is None or piece.stamp / SECOND > since:
                    yield line_of(task, piece)
            if not follow:
                return
        async for pieces in self._printing.pieces(task, since=begin, follow=follow):
            for piece in pieces:
                # CloudWatch's `startTime` includes the instant itself, which was given already, or was not asked for.
                if begin is None or piece.stamp > begin:
                    yield line_of(task, piece)


def read(event: Event) -> Piece:
    """A line of CloudWatch's as a piece: always a whole line."""
    return Piece(event.at * MILLISECOND, OUT, event.text.encode(), True)


def stamp_of(seconds: float) -> int:
    """The stamp of a line's time. A time in seconds comes back some nanoseconds beside the line's own, so it is rounded
    to CloudWatch's milliseconds: 1764503212.345 is 1764503212345 * MILLISECOND, and not 64 ns less."""
    return round(seconds * 1000) * MILLISECOND


def line_of(task: TaskId, piece: Piece) -> LogLine:
    """The piece as a line."""
    return LogLine(task=task, at=piece.stamp / SECOND, stream=piece.stream, text=piece.data.decode(errors="replace"))
