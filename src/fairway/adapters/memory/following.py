"""Who follows an engine's events in memory: both fakes of an engine tell theirs in the same way."""

import asyncio
from collections.abc import AsyncIterator

from fairway.adapters.memory.faults import Faults
from fairway.domain.ids import AppName, EnvironmentName
from fairway.ports.engine import EngineEvent


class Following:
    """The followers of one engine, whose switch "events" may stop them."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._queues: set[asyncio.Queue[EngineEvent]] = set()

    async def events(self) -> AsyncIterator[EngineEvent]:
        """What changes from now on; while it lies: nothing is told."""
        queue: asyncio.Queue[EngineEvent] = asyncio.Queue()
        self._queues.add(queue)
        try:
            while True:
                await self._faults.meet("events")
                yield await queue.get()
        finally:
            self._queues.discard(queue)

    def tell(self, app: AppName, environment: EnvironmentName) -> None:
        """Something has changed there."""
        if "events" not in self._faults.lying:
            for queue in self._queues:
                queue.put_nowait(EngineEvent(app=app, environment=environment))
