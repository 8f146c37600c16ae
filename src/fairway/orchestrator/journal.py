"""What the orchestrator tells: events, shown at once to those who watch, and kept in the store soon after.

The store may be down for a while without holding up a replacement: events wait in memory, the oldest are dropped when
there are too many.
"""

import asyncio
from collections import deque

from fairway.domain import retry
from fairway.domain.events import Event
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName
from fairway.errors import FairwayError
from fairway.ports.clock import Clock
from fairway.ports.notify import Notices
from fairway.ports.stores import Events

LIMIT = 1000
"""How many events may wait for the store."""
FLUSH = 2.0
"""Seconds that a shutdown waits for the last events to be kept."""


class Journal:
    """`run` has to be running for events to be kept."""

    def __init__(self, *, notices: Notices, events: Events, clock: Clock) -> None:
        self._notices = notices
        self._events = events
        self._clock = clock
        self._waiting: deque[Event] = deque(maxlen=LIMIT)
        self._written = asyncio.Event()

    def write(
        self,
        kind: str,
        text: str,
        *,
        app: AppName,
        environment: EnvironmentName,
        service: str = "",
        deployment: DeploymentId | None = None,
    ) -> None:
        """Tell that something happened, now."""
        event = Event(
            at=self._clock.now(),
            kind=kind,
            text=text,
            app=app,
            environment=environment,
            service=service,
            deployment=deployment,
        )
        self._notices.publish(event)
        self._waiting.append(event)
        self._written.set()

    async def run(self) -> None:
        """Keep what is written, until cancelled; then keep the rest."""
        try:
            while True:
                await self._written.wait()
                self._written.clear()
                await self._keep_all()
        finally:
            async with asyncio.timeout(FLUSH):
                await self._keep()

    async def _keep_all(self) -> None:
        failures = 0
        while not await self._keep():
            failures += 1
            await self._clock.sleep(retry.delay(failures, limit=30.0))

    async def _keep(self) -> bool:
        """Whether the store took all that was waiting. What it refuses stays and is tried again."""
        batch = list(self._waiting)
        try:
            if batch:
                await self._events.append(batch)
        except FairwayError:
            return False
        for event in batch:
            if self._waiting and self._waiting[0] is event:
                self._waiting.popleft()
        return True
