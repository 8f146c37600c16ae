"""Schedules: the head of an app's branch is deployed at the times that its fairway.toml names.

What counts is the file of the branch's last push. When a schedule is due next is kept in the store, so that a restart
neither forgets a time nor takes one twice; two looks at the same time find the same key and make one execution. A time
that came while no server ran is caught up on at the next start, once, when it is not older than an hour: then whoever
relied on a nightly deployment gets it, and nobody who starts a server after the weekend gets what was meant for Sunday.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from fairway.domain import schedule as times
from fairway.domain.app import Source
from fairway.domain.ids import AppName
from fairway.errors import FairwayError, NotFound
from fairway.ports.clock import Clock
from fairway.ports.schedules import Planned, Schedules

LONGEST = 60.0
"""Seconds between two looks: the clock of a host may be set."""

Start = Callable[[Planned, float], Awaitable[None]]
"""Starts the execution of a schedule's time; a second time for the same one does nothing. Raises NotFound when the
branch has gone."""

log = logging.getLogger(__name__)


class Scheduler:
    """Notes schedules and keeps to them."""

    def __init__(self, schedules: Schedules, clock: Clock) -> None:
        self._schedules = schedules
        self._clock = clock
        self._changed = asyncio.Event()

    async def note(self, app: AppName, branch: str, source: Source | None) -> None:
        """What fairway.toml says in a commit that `branch` now points to. Another branch than its own says nothing."""
        if source is None or source.branch != branch:
            return
        known = next((each for each in await self._schedules.list() if each.app == app), None)
        wanted = source.schedule
        if wanted is None:
            if known is not None:
                await self._schedules.remove(app)
        elif known is None or (known.branch, known.schedule) != (branch, wanted):
            due = times.following(wanted, self._clock.now())
            if due is not None:
                await self._schedules.put(Planned(app=app, branch=branch, schedule=wanted, due=due))
                self._changed.set()

    async def run(self, start: Start) -> None:
        """Keep to the schedules, until cancelled."""
        while True:
            self._changed.clear()
            next_ = await self.look(start)
            seconds = min(LONGEST, max(0.0, next_ - self._clock.now())) if next_ is not None else LONGEST
            async with asyncio.TaskGroup() as group:
                waiters = {group.create_task(self._clock.sleep(seconds)), group.create_task(self._changed.wait())}
                await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
                for waiter in waiters:
                    waiter.cancel()

    async def look(self, start: Start) -> float | None:
        """Start what is due; when the next one is, None when there is none. Raises nothing but a cancellation."""
        try:
            found = await self._schedules.list()
        except FairwayError:
            log.exception("the schedules could not be read; they are looked at again in a minute")
            return None
        for planned in found:
            if planned.due <= self._clock.now():
                await self._keep_to(planned, start)
        ahead = [planned.due for planned in found if planned.due > self._clock.now()]
        return min(ahead, default=None)

    async def _keep_to(self, planned: Planned, start: Start) -> None:
        now, said = self._clock.now(), {"app": planned.app}
        try:
            missed = times.latest(planned.schedule, now) or planned.due
            if now - missed > times.HOUR:
                log.warning("the schedule %s was missed by more than an hour", planned.schedule, extra=said)
            else:
                await start(planned, missed)
        except NotFound as error:
            log.warning("the schedule %s starts nothing: %s", planned.schedule, error.what, extra=said)
        except Exception:
            # One app's trouble (even a time zone that this host does not have) ends nobody's schedule. It is tried
            # again, as its time has not been taken.
            log.exception("the schedule %s could not be kept to; it is tried again", planned.schedule, extra=said)
            return
        try:
            due = times.following(planned.schedule, now)
            await (self._schedules.remove(planned.app) if due is None else self._schedules.advance(planned, due))
        except FairwayError:
            log.exception("the time of a schedule could not be kept", extra=said)
