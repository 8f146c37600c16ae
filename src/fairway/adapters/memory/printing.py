"""What tasks print, in memory: pieces by task, added by whoever tests."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from fairway.adapters.memory.faults import Faults
from fairway.domain.ids import TaskId
from fairway.domain.printed import Piece

AT_ONCE = 100
"""Pieces that are handed out together at most."""


class MemoryPrinting:
    """`ports.logs.Printing`. `print` adds to a task's log, `end` ends the task, `remove` takes the log away; `lose`
    forgets the oldest pieces, as an engine does that rotates its log."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.logs: dict[TaskId, list[Piece]] = {}
        self.ended: set[TaskId] = set()
        self._changed = asyncio.Event()

    def print(self, task: TaskId, *pieces: Piece) -> None:
        """The task writes these."""
        self.logs.setdefault(task, []).extend(pieces)
        self._wake()

    def end(self, task: TaskId) -> None:
        """Nothing more comes of it."""
        self.ended.add(task)
        self._wake()

    def remove(self, task: TaskId) -> None:
        """Its log is gone."""
        self.logs.pop(task, None)
        self.end(task)

    def lose(self, task: TaskId, number: int) -> None:
        """The engine deletes so many of its oldest pieces."""
        del self.logs[task][:number]

    async def pieces(
        self, task: TaskId, *, since: int | None = None, follow: bool = False
    ) -> AsyncGenerator[Sequence[Piece], None]:
        """What there is, and with `follow` what comes. What is lost while it is followed is not missed: a reader that
        keeps up has read it."""
        if await self.faults.meet("pieces"):
            return
        read = 0
        while True:
            changed = self._changed
            log = self.logs.get(task, [])
            coming, read = log[read:], max(read, len(log))
            some = [piece for piece in coming if since is None or piece.stamp >= since]
            for begin in range(0, len(some), AT_ONCE):
                yield some[begin : begin + AT_ONCE]
            if not follow or task in self.ended or task not in self.logs:
                return
            if not coming:
                await changed.wait()
                await self.faults.meet("pieces")

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
