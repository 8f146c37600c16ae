"""Several lines that are looked at again and again: redrawn in place on a terminal, elsewhere only what has changed.

The server may go and come back meanwhile; Ctrl-C ends the watch as it ends the others.
"""

import itertools
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from fairway.cli import output, report
from fairway.client.api import Client
from fairway.errors import Unreachable

EVERY = 1.0
"""Seconds between two looks."""

Look = Callable[[], Any]
"""Asks the server for the document. Raises a FairwayError."""
Lines = Callable[[Any, float, int], Sequence[str]]
"""The document as lines, for a time (seconds since the epoch) and a width."""


def watch(client: Client, look: Look, lines: Lines, *, name: str, more: str, timeout: float) -> None:
    """Show the lines until Ctrl-C, or until `timeout` seconds are over.

    Raises Unreachable for a server that stays away, and what `look` raises otherwise.
    """
    deadline, screen = time.monotonic() + timeout, Screen()
    with report.interruptible(name, more):
        while True:
            try:
                document = look()
            except Unreachable:
                screen.leave()
                output.say("  The connection broke off; waiting for the server to come back")
                report.wait_for_server(client, min(deadline, time.monotonic() + report.PATIENCE))
                continue
            screen.show(document, lines)
            left = deadline - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(EVERY, left))


class Screen:
    """Where the lines stand."""

    def __init__(self) -> None:
        self.live = output.on_terminal(sys.stdout)
        self.begun = time.time()
        self.drawn = 0
        self.known: list[str] | None = None

    def show(self, document: Any, lines: Lines) -> None:
        """Redraw, or print what is new."""
        if self.live:
            columns, rows = output.size()
            # A line that fills the last column would leave the cursor behind it, where clearing takes a letter away.
            self.redraw(fitting(lines(document, time.time(), columns - 1), columns, rows - 1), columns)
            return
        # Compared as of one time, or every age would be a change; shown as of now.
        known = list(lines(document, self.begun, output.width()))
        fresh = list(lines(document, time.time(), output.width()))
        for line, shown in zip(known, fresh, strict=True):
            if self.known is None or line not in self.known:
                output.put(shown)
        self.known = known

    def redraw(self, lines: Sequence[str], columns: int) -> None:
        """Put the lines in place of those before. Each is cleared as it is written, so that nothing flickers."""
        up = f"\x1b[{self.drawn}F" if self.drawn else ""
        sys.stdout.write(up + "".join(f"{line}\x1b[K\n" for line in lines) + "\x1b[J")
        sys.stdout.flush()
        self.drawn = sum(height(line, columns) for line in lines)

    def leave(self) -> None:
        """Leave the lines as they stand; the next ones are drawn below."""
        self.drawn = 0


def height(line: str, columns: int) -> int:
    """On how many of the terminal's rows the line stands: a long one, with its URL or command, wraps and is not cut.
    Colours take no room."""
    return max(1, -(-len(output.bare(line)) // columns))


def fitting(lines: Sequence[str], columns: int, rows: int) -> list[str]:
    """The first lines, as many as stand on so many rows: what has scrolled away can't be written over."""
    heights = itertools.accumulate(height(line, columns) for line in lines)
    return [line for line, bottom in zip(lines, heights, strict=True) if bottom <= rows]
