"""The board of observations, inside this process: the real one, and the only one.

It keeps the latest look at each environment and nothing older, so that a reader that is slow sees the newest, and one
that never reads costs nothing.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.observed import ObservedEnvironment
from fairway.domain.rollout import Progress

Key = tuple[AppName, EnvironmentName]


@dataclass(slots=True)
class Pin:
    """What hangs on the board for one environment. `changed` is set, and replaced, with each post."""

    progress: Progress | None = None
    observed: ObservedEnvironment | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Wake those who wait for a change."""
        self.changed.set()
        self.changed = asyncio.Event()


class Board:
    """`ports.observations.Observations`."""

    def __init__(self) -> None:
        self._pins: dict[Key, Pin] = {}

    def post(self, progress: Progress, observed: ObservedEnvironment) -> None:
        """Replace what is known of the environment, and wake those who follow."""
        pin = self._pins.setdefault((progress.app, progress.environment), Pin())
        pin.progress, pin.observed = progress, observed
        pin.wake()

    def forget(self, app: AppName, environment: EnvironmentName) -> None:
        """The environment is gone; those who follow wait until it comes back."""
        if pin := self._pins.get((app, environment)):
            pin.progress = pin.observed = None

    def progress(self, app: AppName, environment: EnvironmentName) -> Progress | None:
        """The latest progress, None before the first look."""
        pin = self._pins.get((app, environment))
        return pin.progress if pin else None

    def observed(self, app: AppName, environment: EnvironmentName) -> ObservedEnvironment | None:
        """The latest look, None before the first."""
        pin = self._pins.get((app, environment))
        return pin.observed if pin else None

    def every(self) -> Sequence[ObservedEnvironment]:
        """The latest look at each environment that was looked at."""
        return [pin.observed for pin in self._pins.values() if pin.observed is not None]

    async def follow(self, app: AppName, environment: EnvironmentName) -> AsyncGenerator[Progress]:
        """The latest progress at once (if any), then each newer one; a slow reader skips to the newest."""
        pin = self._pins.setdefault((app, environment), Pin())
        seen: Progress | None = None
        while True:
            changed = pin.changed
            if pin.progress is not None and pin.progress is not seen:
                seen = pin.progress
                yield seen
            else:
                await changed.wait()
