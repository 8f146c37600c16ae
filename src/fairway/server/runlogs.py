"""What a run prints as one stream, over all its attempts: first what there is, then what comes, to its end."""

import asyncio
from collections.abc import AsyncIterator

from fairway.domain.events import Event
from fairway.domain.ids import AppName
from fairway.domain.run import Run
from fairway.server import beside, watch
from fairway.server.stream import Emit
from fairway.services import Services
from fairway.wire import jobs as shapes

PATIENCE = 0.5
"""Seconds after which is looked again without any notice."""


async def follow(services: Services, app: AppName, number: int, emit: Emit, *, skip: int = 0) -> None:
    """Emit the run at each change and each line but the first `skip`, until it has ended. Raises NotFound."""
    rung = asyncio.Event()
    async with beside.running(_ring(rung, services.notices.follow())):
        reader = _Reader(services, app, number, emit, skip=skip)
        shown: Run | None = None
        while True:
            rung.clear()
            run = await services.runs.get(app, number)
            if run != shown:
                await emit({"type": "run", "run": shapes.describe(run)})
                shown = run
            # All that an ended attempt printed was in its log before its end was written.
            await reader.read(up_to=run.attempt)
            if run.finished:
                await emit({"type": "end", "run": shapes.describe(run)})
                return
            await watch.wait(rung, PATIENCE)


class _Reader:
    """Reads the logs of the attempts, one after the other, from wherever it has come to."""

    def __init__(self, services: Services, app: AppName, number: int, emit: Emit, *, skip: int) -> None:
        self._logs = services.run_logs
        self._app = app
        self._number = number
        self._emit = emit
        self._skip = skip
        self._attempt = 1
        self._lines = 0

    async def read(self, *, up_to: int) -> None:
        """Emit what was not yet emitted of the attempts up to that one."""
        while True:
            count = 0
            async for text in self._logs.follow(self._app, self._number, str(self._attempt)):
                count += 1
                if count > self._lines:
                    await self._give(text)
            # A server that came after a killed one writes the log anew, and it may be shorter for a moment.
            self._lines = max(self._lines, count)
            if self._attempt >= up_to:
                return
            self._attempt += 1
            self._lines = 0

    async def _give(self, text: str) -> None:
        if self._skip > 0:
            self._skip -= 1
            return
        await self._emit({"type": "line", "attempt": self._attempt, "text": text})


async def _ring(rung: asyncio.Event, source: AsyncIterator[Event]) -> None:
    async for event in source:
        if event.kind.startswith(("run.", "notices.")):
            rung.set()
