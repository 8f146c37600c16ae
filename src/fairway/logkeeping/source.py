"""One log from wherever it is: what is kept first, then what the engine has beyond that.

The two overlap, since keeping goes on all the time; what comes twice is taken away by the position up to which was
read, as the keeping itself does it. So a log reads the same whether its keeping is up to date, lags or has stopped.
"""

from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from itertools import zip_longest

from fairway.domain import printed
from fairway.domain.printed import SECOND, Line, Origin, Piece, Position, Wanted
from fairway.logkeeping.lines import Lines
from fairway.logkeeping.overlap import Overlap
from fairway.ports.logs import LogStore, Printing

SLACK = 3600 * SECOND
"""Nanoseconds by which a line may be older than the part in which it stands: that of a task whose two streams were
read out of their order by a moment, or whose line took so long to end."""


class Source:
    """Reads one log: `read` or `newest`, once, then `follow`. `gone`: the engine has nothing of it any more."""

    def __init__(self, origin: Origin, *, printing: Printing, store: LogStore, gone: bool = False) -> None:
        self.origin = origin
        self._printing = printing
        self._store = store
        self._gone = gone
        self._position: Position = {}
        self._lines = Lines()

    async def read(self, wanted: Wanted) -> AsyncGenerator[list[Line], None]:
        """The wanted lines up to now, oldest first, some at a time."""
        parts = await self._store.parts(self.origin)
        for part, after in zip_longest(parts, parts[1:]):
            if wanted.until is not None and part > wanted.until + SLACK:
                return
            if wanted.since is None or after is None or after > wanted.since - SLACK:
                async for pieces in self._store.read(self.origin, part):
                    self._position = printed.advance(self._position, pieces)
                    yield self._wanted(pieces, wanted)
        async for pieces in self._beyond(parts):
            yield self._wanted(pieces, wanted)
        yield [line for line in self._lines.rest() if wanted.takes(line)]

    async def newest(self, wanted: Wanted, number: int) -> list[Line]:
        """The last `number` of the wanted lines up to now, oldest first. Parts before them are not read."""
        parts = await self._store.parts(self.origin)
        found: list[Line] = []
        for part in reversed(parts):
            lines = self._lines if part == parts[-1] else Lines()
            some, here = await self._part(part, lines, wanted, number)
            self._position = printed.join(here, self._position)
            found = [*some, *found][-number:] if number else []
            older = wanted.since is not None and part < wanted.since - SLACK
            if (len(found) >= number or older) and (self._gone or printed.settles(self._position, part)):
                break
        async for pieces in self._beyond(parts):
            found = [*found, *self._wanted(pieces, wanted)][-number:] if number else []
        return [*found, *(line for line in self._lines.rest() if wanted.takes(line))][-number:] if number else []

    async def follow(self, wanted: Wanted) -> AsyncGenerator[list[Line], None]:
        """The wanted lines that come, until the task has ended."""
        overlap, since = Overlap(self._position), printed.since(self._position)
        async with aclosing(self._printing.pieces(self.origin.task, since=since, follow=True)) as batches:
            async for pieces in batches:
                fresh, _ = overlap.take(pieces)
                yield self._wanted(fresh, wanted)
        yield [line for line in self._lines.rest() if wanted.takes(line)]

    async def _part(self, part: int, lines: Lines, wanted: Wanted, number: int) -> tuple[list[Line], Position]:
        """The last wanted lines of one part, and the position that it brings. Only the newest part's last line may go
        on beyond it."""
        found: deque[Line] = deque(maxlen=number)
        here: Position = {}
        async for pieces in self._store.read(self.origin, part):
            here = printed.advance(here, pieces)
            found.extend(line for line in lines.add(pieces) if wanted.takes(line))
        if lines is not self._lines:
            found.extend(line for line in lines.rest() if wanted.takes(line))
        return list(found), here

    async def _beyond(self, parts: Sequence[int]) -> AsyncGenerator[Sequence[Piece], None]:
        """What is not kept yet. When the engine has nothing at all, the task went meanwhile, and everything is kept."""
        if self._gone:
            return
        overlap, since, there = Overlap(self._position), printed.since(self._position), False
        async with aclosing(self._printing.pieces(self.origin.task, since=since)) as batches:
            async for pieces in batches:
                there = True
                yield self._advance(overlap, pieces)
        if not there:
            overlap = Overlap(self._position)
            for part in await self._store.parts(self.origin):
                if not parts or part >= parts[-1]:
                    async for pieces in self._store.read(self.origin, part):
                        yield self._advance(overlap, pieces)

    def _advance(self, overlap: Overlap, pieces: Sequence[Piece]) -> list[Piece]:
        fresh, _ = overlap.take(pieces)
        self._position = printed.advance(self._position, fresh)
        return fresh

    def _wanted(self, pieces: Sequence[Piece], wanted: Wanted) -> list[Line]:
        return [line for line in self._lines.add(pieces) if wanted.takes(line)]
