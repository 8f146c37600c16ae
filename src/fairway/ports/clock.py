"""The time. Passed in, so that tests have their own."""

from typing import Protocol


class Clock(Protocol):
    """Seconds since the epoch, and sleep."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds of this clock."""
        ...
