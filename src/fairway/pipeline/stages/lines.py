"""The lines of one action in its stage's log, each behind the action's name: actions run beside each other.

A job that is found again gives its lines from the first one on. Those that the log has already, since a server wrote
them that is dead now, are passed over: the log is what is counted, so that each line stands in it once.
"""

from collections import deque
from collections.abc import Sequence

from fairway.pipeline.work import Work

KEPT = 20
"""Lines that a failure's report shows."""


class Lines:
    """Called with a line, it writes it. `title` is the first line of each attempt; `last` are the last lines."""

    def __init__(self, work: Work, title: str) -> None:
        self._write = work.log
        self._prefix = f"{work.action.name} │ "
        self._last: deque[str] = deque(maxlen=KEPT)
        first = self._prefix + title.splitlines()[0]
        there = [line for line in work.earlier() if line.startswith(self._prefix)]
        self._passed_over = count_after(there, first)
        if self._passed_over is None:
            self._write(first)
        self._left = self._passed_over or 0

    def __call__(self, text: str) -> None:
        """A line that the command printed; one that has line ends within is several."""
        for line in text.splitlines() or [""]:
            self._last.append(line)
            if self._left:
                self._left -= 1
            else:
                self._write(self._prefix + line)

    def say(self, text: str) -> None:
        """A line of Fairway's own about it."""
        self._write(self._prefix + text)

    @property
    def last(self) -> Sequence[str]:
        """The last lines that the command printed."""
        return tuple(self._last)


def count_after(lines: Sequence[str], first: str) -> int | None:
    """How many lines stand behind the last one that is `first`; None when there is none such."""
    for number, line in enumerate(reversed(lines)):
        if line == first:
            return number
    return None
