"""What tasks print, in the pieces in which the engine hands it out, and how far a reader of them has come.

A piece is one write of the engine's log: a line, or a part of one that is very long. It has the engine's own time in
whole nanoseconds, because seconds as a float can't tell apart two lines of a task that prints fast (at the present
date a float's step is 240 ns). The stamps of one stream never go back, those of two streams beside each other may by
a moment: a position therefore has a mark for each stream.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fairway.domain.ids import AppName, EnvironmentName, ReleaseNumber, ServiceName, TaskId
from fairway.domain.observed import Task

SECOND = 1_000_000_000
"""Nanoseconds."""
OVERLAP = SECOND
"""Nanoseconds that a renewed reading begins before the last piece: by more than that the engine never writes the
pieces of two streams out of their order."""
OUT, ERR, NOTICE = "stdout", "stderr", "fairway"
"""The streams. The last is not the task's: Fairway says in it what it knows to be missing."""


class Piece(NamedTuple):
    """`stamp` is nanoseconds since the epoch, `stream` one of the three, `data` the bytes without a line end at their
    end, `ends` whether the line ends with them. A tuple, not a dataclass: thousands of them are made each second."""

    stamp: int
    stream: str
    data: bytes
    ends: bool = True


class Mark(NamedTuple):
    """The last piece of one stream: its stamp, how many pieces have it, and whether its line ended."""

    stamp: int
    times: int
    ends: bool


Position = Mapping[str, Mark]
"""By stream. Empty: at the very beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose log it is. What a reader may choose by is here, because the task itself may be gone."""

    app: AppName
    environment: EnvironmentName
    service: ServiceName
    release: ReleaseNumber
    task: TaskId


def origin_of(task: Task) -> Origin:
    """The task's."""
    return Origin(app=task.app, environment=task.environment, service=task.service, release=task.release, task=task.id)


def advance(position: Position, pieces: Sequence[Piece]) -> Position:
    """Where a reader stands after these pieces; notices don't count, the engine doesn't know them."""
    marks = dict(position)
    for stamp, stream, _, ends in pieces:
        if stream == NOTICE:
            continue
        before = marks.get(stream)
        times = before.times + 1 if before is not None and before.stamp == stamp else 1
        marks[stream] = Mark(stamp, times, ends)
    return marks


def join(earlier: Position, later: Position) -> Position:
    """Where a reader stands after two stretches of a log that follow each other."""
    marks = {**earlier, **later}
    for stream in earlier.keys() & later.keys():
        if earlier[stream].stamp == later[stream].stamp:
            marks[stream] = later[stream]._replace(times=earlier[stream].times + later[stream].times)
    return marks


def since(position: Position) -> int | None:
    """From which stamp on to ask again: a little before the last piece, and before every line that has not ended, since
    all its pieces have the stamp of the first. None: from the beginning."""
    if not position:
        return None
    begun = [mark.stamp for mark in position.values() if not mark.ends]
    return min([max(mark.stamp for mark in position.values()) - OVERLAP, *begun])


def settles(position: Position, part: int) -> bool:
    """Whether a position is whole that was found by reading a log backwards to the part that begins at that stamp:
    what a renewed reading would bring again has been read."""
    begin = since(position)
    return begin is not None and part < begin


class Line(NamedTuple):
    """What people read: `stamp` is that of its first piece, `text` has no line end."""

    stamp: int
    stream: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines of a log: printed after `since` and not after `until` (nanoseconds since the epoch, None: no bound),
    and with `text` somewhere in them ("": any); `any_case`: whatever its letters' case."""

    since: int | None = None
    until: int | None = None
    text: str = ""
    any_case: bool = False

    def takes(self, line: Line) -> bool:
        """Whether the line is one of them. Plain text, no pattern: it comes from whoever asks, and is searched for in
        every line that is kept."""
        stamp, _, text = line
        return (
            (self.since is None or stamp > self.since)
            and (self.until is None or stamp <= self.until)
            and (not self.text or (self.text.casefold() in text.casefold() if self.any_case else self.text in text))
        )
