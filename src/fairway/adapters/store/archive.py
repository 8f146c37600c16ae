"""The event log of executions and deployments: what they announce is kept, without holding them up.

The orchestrator keeps its own events; these are the others.
"""

import logging
from collections.abc import AsyncIterator

from fairway.domain import retry
from fairway.domain.events import Event
from fairway.errors import FairwayError
from fairway.ports.clock import Clock
from fairway.ports.stores import Events

LOG = logging.getLogger(__name__)
KINDS = ("execution.", "stage.", "deployment.")


async def keep(announced: AsyncIterator[Event], events: Events, clock: Clock) -> None:
    """Keep each announced event of these kinds, until cancelled. While the store does not answer they wait, as many as
    the board of notices holds for a reader. `announced` is what `Notices.follow` gives."""
    async for event in announced:
        if not event.kind.startswith(KINDS):
            continue
        failures = 0
        while True:
            try:
                await events.append([event])
                break
            except FairwayError as error:
                failures += 1
                LOG.warning("an event can't be kept: %s", error.what)
                await clock.sleep(retry.delay(failures, limit=30.0))
