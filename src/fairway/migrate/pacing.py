"""How far something long has come, said now and then: a line for each report would be thousands."""

from collections.abc import Callable

from fairway.ports.builder import LogSink
from fairway.ports.databases import Progress
from fairway.wire import words

EVERY = 10.0
"""Seconds between two lines."""


class Paced:
    """Takes reports (`ports.databases.Report`); `now` is asked at each, in seconds."""

    def __init__(self, now: Callable[[], float], log: LogSink) -> None:
        self._now = now
        self._log = log
        self._said = 0.0

    def report(self, progress: Progress) -> None:
        """Write a line, unless the last one is too recent: `restoring: 1.2 GB of 4.8 GB, 25 %`. What stands in place of
        figures is written at once."""
        if progress.said:
            self._log(f"{progress.doing}: {progress.said}")
            return
        now = self._now()
        if not progress.done or now - self._said < EVERY:
            return
        self._said = now
        of = f" of {words.size(progress.total)}" if progress.total else ""
        share = f", {100 * progress.done // progress.total} %" if progress.total else ""
        self._log(f"{progress.doing}: {words.size(progress.done)}{of}{share}")
