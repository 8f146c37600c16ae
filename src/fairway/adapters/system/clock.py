"""The host's own time."""

import asyncio
import time


class SystemClock:
    """`ports.clock.Clock` on the wall clock: what it tells is kept, and compared after a restart."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds."""
        await asyncio.sleep(max(0.0, seconds))
