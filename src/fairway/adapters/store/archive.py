"""The event log of executions and deployments: what they announce is kept, without holding them up.

The orchestrator keeps its own events; these are the others.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator

from fairway.domain import retry
from fairway.domain.events import Event
from fairway.errors import FairwayError
from fairway.ports.clock import Clock
from fairway.ports.stores import Events

LOG = logging.getLogger(__name__)
KINDS = ("execution.", "stage.", "deployment.", "run.")
LATER = 0.03
"""Seconds from an event until it is written. SQLite takes one write after the other, and what follows on an event, the
next stage's beginning, is worth more than its record; the two or three events of that moment become one write."""
LIMIT = 1000
"""How many events may wait for the store; the oldest are dropped."""
FLUSH = 2.0
"""Seconds that a shutdown waits for the last ones."""


async def keep(announced: AsyncIterator[Event], events: Events, clock: Clock) -> None:
    """Keep each announced event of these kinds until cancelled, then what is left of them. While the store does not
    answer they wait. `announced` is what `Notices.follow` gives."""
    waiting: deque[Event] = deque(maxlen=LIMIT)
    came = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(_listen(announced, waiting, came))
        try:
            while True:
                await came.wait()
                await clock.sleep(LATER)
                came.clear()
                await _write_all(waiting, events, clock)
        finally:
            async with asyncio.timeout(FLUSH):
                await _write(waiting, events)


async def _listen(announced: AsyncIterator[Event], waiting: deque[Event], came: asyncio.Event) -> None:
    async for event in announced:
        if event.kind.startswith(KINDS):
            waiting.append(event)
            came.set()


async def _write_all(waiting: deque[Event], events: Events, clock: Clock) -> None:
    failures = 0
    while not await _write(waiting, events):
        failures += 1
        await clock.sleep(retry.delay(failures, limit=30.0))


async def _write(waiting: deque[Event], events: Events) -> bool:
    """Whether the store took all that was waiting. What it refuses stays and is tried again."""
    batch = list(waiting)
    try:
        if batch:
            await events.append(batch)
    except FairwayError as error:
        LOG.warning("events can't be kept: %s", error.what)
        return False
    for event in batch:
        if waiting and waiting[0] is event:
            waiting.popleft()
    return True
