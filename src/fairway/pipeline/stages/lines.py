"""The lines of one action in its stage's log, each behind the action's name: actions run beside each other.

A job that is found again gives its lines from the first one on. Those that the log has already, since a server wrote
them that is dead now, are passed over: the log is what is counted, so that each line stands in it once. The attempt is
in the title, so that the lines of another one are never counted.
"""

from collections import deque
from collections.abc import Sequence

from fairway.pipeline.work import Work
from fairway.ports.masks import CLEAR, Mask

KEPT = 20
"""Lines that a failure's report shows."""


class Lines:
    """Called with a line, it writes it. `title` is the first line of each attempt; `last` are the last lines.
    `repeats`: the lines that a dead server wrote come once more. `hidden` masks what the command prints, beyond
    what the app's own mask does."""

    def __init__(self, work: Work, title: str, *, repeats: bool, hidden: Mask = CLEAR) -> None:
        self._write = work.log
        self._hidden = hidden
        self._prefix = f"{work.action.name} │ "
        self._last: deque[str] = deque(maxlen=KEPT)
        again = f" (attempt {work.attempt})" if work.attempt > 1 else ""
        first = work.mask(f"{self._prefix}{title.splitlines()[0]}{again}")
        there = [line for line in work.earlier() if line.startswith(self._prefix)] if repeats else []
        passed_over = count_after(there, first)
        if passed_over is None:
            self._write(first)
        self._left = passed_over or 0

    def __call__(self, text: str) -> None:
        """A line that the command printed; one that has line ends within is several."""
        for line in self._hidden(text).splitlines() or [""]:
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
    """How many lines stand behind the first one that is `first` (a command may print such a line too); None when there
    is none such."""
    return len(lines) - 1 - lines.index(first) if first in lines else None
