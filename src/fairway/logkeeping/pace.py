"""How fast logs may be read, so that a task that prints without end takes a share of the server and not all of it.

A reader that is too fast does not skip: it pauses, and goes on where it was. Docker keeps 30 MB of each log meanwhile,
so a burst is kept whole, a little later; of a flood that goes on, the log says where lines are missing.
"""

from collections.abc import Callable
from dataclasses import dataclass

MB = 1_000_000
PIECE = 64
"""What a piece counts beside its bytes: reading an empty line costs as much as 64 bytes of a long one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Bytes for each second on average, and how many may come at once after a time of quiet."""

    steady: float
    burst: float


ONE = Rate(steady=1 * MB, burst=4 * MB)
"""For each task: 15,000 short lines a second, and 60,000 at once."""
ALL = Rate(steady=3 * MB, burst=12 * MB)
"""For all tasks together."""


class Allowance:
    """What may still be read; `now` tells seconds that never go back."""

    def __init__(self, rate: Rate, now: Callable[[], float]) -> None:
        self._rate = rate
        self._now = now
        self._at = now()
        self._left = rate.burst

    def take(self, size: int) -> None:
        """So much was read."""
        self._refill()
        self._left -= size

    @property
    def modest(self) -> bool:
        """Whether most of the burst is left: the task is none of those that print much."""
        self._refill()
        return self._left > self._rate.burst / 2

    @property
    def wait(self) -> float:
        """Seconds until a fair share of the burst may be read again; 0 while something is left. A pause is worth more
        than many small ones: after each of them the engine has to search its log for the place."""
        self._refill()
        return 0.0 if self._left > 0 else (self._rate.burst / 2 - self._left) / self._rate.steady

    def _refill(self) -> None:
        now = self._now()
        self._left = min(self._rate.burst, self._left + (now - self._at) * self._rate.steady)
        self._at = now
