"""Reads one task's log from where it was kept up to, until the task has ended and everything is kept.

It begins with what there is, and only then follows what comes. The first is read from the files as they are at that
moment, and loses nothing however slowly it goes; Docker's following loses a file when it is rotated while the reader is
far behind (20.10). So a reader that can't keep up stops following, pauses, and begins with what there is.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence

from fairway.domain import printed, retry
from fairway.domain.printed import NOTICE, Origin, Piece, Position
from fairway.errors import FairwayError
from fairway.logkeeping import pace
from fairway.logkeeping.overlap import Overlap
from fairway.logkeeping.pace import Allowance
from fairway.ports.logs import LogStore, Printing
from fairway.ports.masks import CLEAR, Mask, Masks

HOLE = "lines may be missing here: the engine had deleted the line above before what comes next was read"
AGAIN = 1.0
"""Seconds before a log is looked at again whose task has not been seen to end."""
MANY = 1_000_000
"""Bytes. When more was read than that, time has passed: what came in it is read before anything is followed."""
LAST = 0.3
"""Seconds for which an ended task's log is followed: the engine closes it by itself, in milliseconds."""
SHORTEST, LONGEST = 0.5, 15.0
"""Seconds between the attempts while the engine does not answer, or there is no room."""

Tell = Callable[[Origin, FairwayError | None], None]
"""Told of each failed attempt, and with None of one that went well."""


class Reader:
    """One task's. `kept` is set when all that it printed is kept."""

    def __init__(
        self, origin: Origin, *, printing: Printing, store: LogStore, masks: Masks, everybody: Allowance, tell: Tell
    ) -> None:
        self.origin = origin
        self.kept = asyncio.Event()
        self._printing = printing
        self._store = store
        self._masks = masks
        self._mask = CLEAR
        self._everybody = everybody
        self._own = Allowance(pace.ONE, asyncio.get_running_loop().time)
        self._tell = tell
        self._position: Position | None = None
        self._failures = 0
        self._ended = False
        self._hurried = False
        self._news = asyncio.Event()
        self._following: asyncio.Timeout | None = None

    def end(self) -> None:
        """The task has ended: what comes now is the last."""
        if not self._ended:
            self._ended = True
            self._news.set()
            if self._following is not None:
                self._following.reschedule(asyncio.get_running_loop().time() + LAST)

    def hurry(self) -> None:
        """The log goes in a moment: no more pauses."""
        self.end()
        self._hurried = True
        self._news.set()

    async def run(self) -> None:
        """Keep everything; returns when that is done."""
        try:
            while not self.kept.is_set():
                last = self._ended
                try:
                    pause = await self._read(last=last)
                except FairwayError as error:
                    self._failures += 1
                    self._tell(self.origin, error)
                    await self._rest(retry.delay(self._failures, first=SHORTEST, limit=SHORTEST if last else LONGEST))
                    continue
                if last:
                    self.kept.set()
                elif not self._ended:
                    await self._rest(pause)
        finally:
            self._store.close(self.origin)

    async def _read(self, *, last: bool) -> float:
        """Everything that there is, and what comes unless this is the last look; seconds to wait before the next."""
        self._mask = await self._masks.of(self.origin.app)
        if self._position is None:
            self._position = await self._store.position(self.origin)
        while await self._catch_up() > MANY:
            pass
        self._failures = 0
        self._tell(self.origin, None)
        return AGAIN if last else await self._follow()

    async def _catch_up(self) -> int:
        """Read what there is, at the allowed pace; how many bytes of work that was."""
        whole = 0
        overlap, batches = self._begin(follow=False)
        async with contextlib.aclosing(batches):
            async for pieces in batches:
                whole += self._take(overlap, pieces)
                if pause := self._wait():
                    await self._rest(pause)
        return whole

    async def _follow(self) -> float:
        """Read what comes until the log ends, or comes too fast."""
        overlap, batches = self._begin(follow=True)
        try:
            async with asyncio.timeout(LAST if self._ended else None) as self._following:
                async with contextlib.aclosing(batches):
                    async for pieces in batches:
                        self._take(overlap, pieces)
                        if pause := self._wait():
                            return pause
        except TimeoutError:
            return 0.0  # it has ended, and is read once more to its end
        finally:
            self._following = None
        return AGAIN

    def _begin(self, *, follow: bool) -> tuple[Overlap, AsyncGenerator[Sequence[Piece], None]]:
        position = self._position or {}
        since = printed.since(position)
        return Overlap(position), self._printing.pieces(self.origin.task, since=since, follow=follow)

    def _take(self, overlap: Overlap, pieces: Sequence[Piece]) -> int:
        """Keep those that are new, and note where we are, without anybody in between; the work in bytes."""
        fresh, hole = overlap.take(pieces)
        if hole:
            fresh.insert(0, Piece(fresh[0].stamp, NOTICE, HOLE.encode()))
        self._store.append(self.origin, conceal(fresh, self._mask))
        self._position = printed.advance(self._position or {}, fresh)
        work = sum(len(piece.data) for piece in pieces) + pace.PIECE * len(pieces)
        self._own.take(work)
        self._everybody.take(work)
        return work

    def _wait(self) -> float:
        """Seconds to pause for now. What all print together slows down those that print much, and nobody else."""
        if self._hurried:
            return 0.0
        return max(self._own.wait, 0.0 if self._own.modest else self._everybody.wait)

    async def _rest(self, seconds: float) -> None:
        """Wait, unless there is news of the task."""
        self._news.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()


def conceal(pieces: Sequence[Piece], mask: Mask) -> Sequence[Piece]:
    """The pieces without the secrets of the app. Most batches have none, which one look at all of them tells. A secret
    that is cut by the engine into two pieces of one very long line stays; who reads the line gets it masked."""
    whole = b"\n".join(piece.data for piece in pieces).decode("utf-8", "surrogateescape")
    if mask(whole) == whole:
        return pieces
    return [
        piece._replace(data=mask(piece.data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape"))
        for piece in pieces
    ]
