"""When the failures of a service's tasks are a loop, and when it is over.

One crash is bad luck, and its replacement may meet the same; the third within ten minutes is a loop, which somebody has
to be told of once, with its cause and its period, and not at each of its turns. Pure: times of failures in, words out.
How much the starts are slowed down is `replacing.backoff`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from fairway.domain.diagnosis_text import seconds_text

LOOP = 3
"""Failures, one after the other, that make a loop: a task may be killed, and its replacement once more."""
LATELY = 600.0
"""Seconds for which a failure is remembered, and after which a loop is over that had none. The longest back-off is half
of that: a loop that waits for its next start has not ended."""
TOGETHER = 1.0
"""Seconds within which failures are one: tasks that were started together lose the same database together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """So many failures, one after the other, in so many seconds; `period` is the usual time between two."""

    count: int
    seconds: float
    period: float


def find(times: Sequence[float], now: float) -> Loop | None:
    """The loop that the failures at these times (seconds of the clock, ascending) are in, None when they are in none.

    Concrete example: failures at 0, 0.2, 30, 60.5 and 61 are three, at 0, 30 and 60.5: a loop of 30 s.
    """
    starts: list[float] = []
    before: float | None = None
    for at in times:
        if now - at < LATELY:
            if before is None or at - before >= TOGETHER:
                starts.append(at)
            before = at
    if len(starts) < LOOP:
        return None
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    return Loop(count=len(starts), seconds=starts[-1] - starts[0], period=median(gaps))


def is_over(last: float, now: float) -> bool:
    """Whether a loop has ended whose last failure was then."""
    return now - last >= LATELY


def describe(service: str, loop: Loop, cause: str, pause: float) -> str:
    """`web fails again and again: 3 times in 12 s, every 6 s or so: exited with 1; the next start is in 4 s`. `pause`
    is how many seconds the next start is held back, 0 when it is not."""
    often = f"{loop.count} times in {seconds_text(loop.seconds)}, every {seconds_text(loop.period)} or so"
    held = f"; the next start is in {seconds_text(pause)}, and later ones come ever more rarely" if pause > 0 else ""
    return f"{service} fails again and again: {often}: {cause}{held}"


def describe_end(service: str) -> str:
    """`web has not failed for 10 min`."""
    return f"{service} has not failed for {LATELY / 60:g} min: it is steady again"
