"""Looks after the sources: fetches what the forges said is there, looks where nobody says so, and tries again.

Level-triggered: that something is wanted is kept in the store until a fetch that began later has succeeded. So neither
a server that dies nor a forge that does not answer loses a push, and a wake-up that is missed costs half a minute.
"""

import asyncio
import logging

from fairway.domain import following
from fairway.domain.ids import AppName
from fairway.errors import FairwayError
from fairway.intake import waiting
from fairway.intake.sourcing import Sourcing
from fairway.ports.clock import Clock
from fairway.ports.sources import Source, Sources

PATIENCE = 30.0
"""Seconds after which is looked again without a wake-up."""
AT_ONCE = 4
"""Fetches at the same time; a forge that hangs holds up one of them."""
HELD = 5.0
"""Seconds before an app is looked at again whose failure could not even be noted."""

log = logging.getLogger(__name__)


class Follower:
    """Runs beside the server until it is cancelled."""

    def __init__(self, sourcing: Sourcing, sources: Sources, clock: Clock) -> None:
        self._sourcing = sourcing
        self._sources = sources
        self._clock = clock
        self._busy: set[AppName] = set()
        self._rung = asyncio.Event()

    def wake(self) -> None:
        """There may be something to do."""
        self._rung.set()

    async def run(self) -> None:
        """Follow until cancelled. Raises nothing else."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._rung.clear()
                try:
                    pause = await self._begin(group)
                except FairwayError as error:
                    log.warning("the sources can't be looked at: %s", error.what)
                    pause = HELD
                await waiting.until(self._rung, self._clock, pause)

    async def _begin(self, group: asyncio.TaskGroup) -> float:
        """Begin what is due, and tell how many seconds there are until the next is."""
        now, pause = self._clock.now(), PATIENCE
        due = [(at, source.app) for source in await self._sources.list() if (at := due_at(source)) is not None]
        # Who waits longest comes first: by their names, the last ones would wait while the first ones are polled.
        for at, app in sorted(due):
            if app in self._busy:
                continue
            if at > now:
                pause = min(pause, at - now)
            elif len(self._busy) < AT_ONCE:
                self._busy.add(app)
                group.create_task(self._follow(app))
        return pause

    async def _follow(self, app: AppName) -> None:
        try:
            await self._sourcing.follow(app)
        except FairwayError as error:
            # It is on record, with when to try again; unless the record itself could not be written.
            log.info("not fetched: %s", error.what, extra={"app": app})
            await self._hold_unless_noted(app)
        except Exception:
            # One app's trouble must neither end the server nor hold up the others.
            log.exception("fetching failed", extra={"app": app})
            await self._hold_unless_noted(app)
        finally:
            self._busy.discard(app)
            self._rung.set()

    async def _hold_unless_noted(self, app: AppName) -> None:
        try:
            source = await self._sources.get(app)
        except FairwayError:
            source = None
        at = due_at(source) if source else None
        if source is None or (at is not None and at <= self._clock.now()):
            await self._clock.sleep(HELD)


def due_at(source: Source) -> float | None:
    """When the source is to be looked at; None: when somebody says so."""
    progress = source.progress
    return following.next_at(
        wanted_at=source.wanted_at,
        tried_at=progress.tried_at,
        fetched_at=progress.fetched_at,
        failures=progress.failures,
        poll=source.poll,
    )
