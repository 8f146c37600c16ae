"""Time that belongs to the event loop, and an event loop whose time jumps.

`LoopClock` tells the time of the running loop. On an ordinary loop it is real time. On a `VirtualLoop` nothing is ever
waited for: when no task can go on, the time jumps to the next timer, so that an hour of probes and back-off, time-outs
of asyncio included, passes in milliseconds and always in the same order.
"""

import asyncio
import selectors
from typing import Any

EPOCH = 1_700_000_000.0
"""Where virtual time begins: an arbitrary second of 2023."""


class LoopClock:
    """`ports.clock.Clock` on the running loop's time."""

    def __init__(self, epoch: float = EPOCH) -> None:
        self._epoch = epoch

    def now(self) -> float:
        """Seconds since the epoch; must be called while the loop runs."""
        return self._epoch + asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds of this clock."""
        await asyncio.sleep(max(0.0, seconds))


class Deadlock(RuntimeError):
    """Every task waits for another one, and no timer is left that could wake any."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """Starts at 0 and never sleeps. Not for sockets, processes or threads: it would not wait for them."""

    def __init__(self) -> None:
        self._virtual = 0.0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        """Seconds since the loop was made, in its own time."""
        return self._virtual

    def jump(self, seconds: float) -> None:
        """Let so many seconds have passed."""
        self._virtual += seconds


class _Jumping(selectors.SelectSelector):
    """Instead of sleeping it lets the loop's time jump. It asks the system for nothing: no socket has anything to say
    here, and a question at each step was a sixth of the time that a virtual year took."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, Any]]:
        if timeout is None:
            raise Deadlock("nothing can run, and nothing is left to wait for")
        self._loop.jump(max(0.0, timeout))
        return []
