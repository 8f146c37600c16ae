"""Long work on a backup's file: in a thread, told of as it goes on, and ended when nobody wants it any more."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from fairway.ports.databases import Progress, Report

EVERY = 0.25
"""Seconds between two reports."""

T = TypeVar("T")


class Abandoned(Exception):
    """Who asked has gone."""


class Meter:
    """Counts, tells a few times a second, and ends the work when nobody wants it any more."""

    def __init__(self, doing: str, tell: Callable[[Progress], None]) -> None:
        self._doing = doing
        self._tell = tell
        self._told = 0.0
        self.total = 0
        self.done = 0
        self.abandoned = threading.Event()

    def add(self, count: int) -> None:
        """So many bytes more. Raises Abandoned."""
        if self.abandoned.is_set():
            raise Abandoned
        self.done += count
        if (now := time.monotonic()) - self._told >= EVERY:
            self._told = now
            self._tell(Progress(doing=self._doing, done=min(self.done, self.total), total=self.total))


async def in_thread(work: Callable[[Meter], T], report: Report, doing: str) -> T:
    """Run the work in a thread. When this is cancelled the work is ended first, and has cleaned up."""
    loop = asyncio.get_running_loop()
    meter = Meter(doing, lambda progress: void(loop.call_soon_threadsafe(report, progress)))
    future = loop.run_in_executor(None, work, meter)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        meter.abandoned.set()
        await asyncio.wait([future])
        if not future.cancelled():
            future.exception()  # it is read, or asyncio would complain that nobody did
        raise


def void(_: object) -> None:
    """Nothing of it."""
