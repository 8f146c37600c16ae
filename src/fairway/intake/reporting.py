"""Tells the forges how their commits stand: pending, then success, failure or stopped.

Beside the executions and never in their way: what is told is what the store says when it is looked at, so a word that
is missed is followed by the next. What was told is remembered in this process; after a restart the last executions of
each app are told once more, which the forges take as the same word. A forge that does not answer is asked a few times,
ever later; one that refuses, once.
"""

import asyncio
import logging
from dataclasses import dataclass

from fairway.domain import retry, statuses
from fairway.domain.events import Event
from fairway.domain.execution import Execution
from fairway.domain.ids import AppName
from fairway.domain.statuses import CommitStatus
from fairway.errors import FairwayError, UsageError
from fairway.intake import waiting
from fairway.intake.sealed import Sealing
from fairway.ports.clock import Clock
from fairway.ports.forge import Statuses
from fairway.ports.notify import Notices
from fairway.ports.sources import Source, Sources
from fairway.ports.stores import Events, Executions

RECENT = 20
"""Executions of each app that are looked at."""
LATELY = 86400.0
"""Seconds: an execution that ended longer ago is told no more."""
FOUND_THERE = frozenset({"webhook", "poll", "fetch"})
"""Triggers of executions whose commit the forge is known to have."""
PATIENCE = 30.0
TRIES = 6
FIRST = 5.0
"""Seconds before the second attempt; each further one waits twice as long: 5, 10, 20, 40, 80."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Told:
    """What was last told of an execution, or tried: when, and how often it failed."""

    status: CommitStatus
    tried_at: float
    failures: int = 0

    def due_at(self, wanted: CommitStatus) -> float | None:
        """When to tell it; None: it is told, or given up."""
        if wanted != self.status:
            return 0.0
        if self.failures in (0, TRIES):
            return None
        return self.tried_at + retry.delay(self.failures, first=FIRST)


class Reporter:
    """Runs beside the server until it is cancelled. `url` is where the server is for those who follow the status."""

    def __init__(
        self,
        *,
        sources: Sources,
        executions: Executions,
        statuses: Statuses,
        events: Events,
        notices: Notices,
        key: bytes,
        clock: Clock,
        url: str,
    ) -> None:
        self._sources = sources
        self._executions = executions
        self._statuses = statuses
        self._events = events
        self._notices = notices
        self._sealing = Sealing(key)
        self._clock = clock
        self._url = url
        self._told: dict[tuple[AppName, int], _Told] = {}
        self._trouble: dict[AppName, str] = {}

    def trouble(self, app: AppName) -> str:
        """Why the last status could not be told, "" when it could."""
        return self._trouble.get(app, "")

    async def run(self) -> None:
        """Report until cancelled. Raises nothing else."""
        rung = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(rung))
            while True:
                rung.clear()
                await waiting.until(rung, self._clock, await self._round())

    async def _listen(self, rung: asyncio.Event) -> None:
        async for event in self._notices.follow():
            if event.kind.startswith(("execution.", "approval.", "notices.")):
                rung.set()

    async def _round(self) -> float:
        """Tell what is due, each app beside the others, and return the seconds until the next is."""
        try:
            sources = [each for each in await self._sources.list() if each.token is not None and each.forge is not None]
        except FairwayError as error:
            log.warning("no status can be told: %s", error.what)
            return PATIENCE
        return min([PATIENCE, *await asyncio.gather(*map(self._report, sources))])

    async def _report(self, source: Source) -> float:
        pause = PATIENCE
        try:
            found = await self._executions.list(source.app, limit=RECENT)
            for execution in reversed(found):
                if self._concerns(source, execution):
                    pause = min(pause, await self._tell(source, execution))
        except FairwayError as error:
            log.warning("no status can be told: %s", error.what, extra={"app": source.app})
        except Exception:
            # A forge's oddities must neither end the server nor keep the others from being told.
            log.exception("telling a status failed", extra={"app": source.app})
        return pause

    def _concerns(self, source: Source, execution: Execution) -> bool:
        ended = execution.ended_at
        there = execution.trigger.kind in FOUND_THERE or execution.created_at >= source.at
        return there and (ended is None or ended > self._clock.now() - LATELY)

    async def _tell(self, source: Source, execution: Execution) -> float:
        """Tell the status unless it is told; the seconds until it is to be tried again."""
        wanted, known = statuses.of(execution, self._url), self._told.get((source.app, execution.number))
        now = self._clock.now()
        at = known.due_at(wanted) if known else 0.0
        if at is None:
            return PATIENCE
        if at > now:
            return at - now
        failures = known.failures if known and known.status == wanted else 0
        assert source.forge is not None
        try:
            await self._statuses.post(source.forge, self._sealing.open(source), wanted)
        except FairwayError as error:
            failures = TRIES if isinstance(error, UsageError) else failures + 1
            self._remember(source.app, execution.number, _Told(wanted, now, failures))
            await self._note(source.app, execution.number, error, given_up=failures == TRIES)
            return retry.delay(failures, first=FIRST) if failures < TRIES else PATIENCE
        self._remember(source.app, execution.number, _Told(wanted, now))
        self._trouble.pop(source.app, None)
        return PATIENCE

    def _remember(self, app: AppName, number: int, told: _Told) -> None:
        self._told[app, number] = told
        for key in [key for key in self._told if key[0] == app and key[1] <= number - 2 * RECENT]:
            del self._told[key]

    async def _note(self, app: AppName, number: int, error: FairwayError, *, given_up: bool) -> None:
        text = f"{error.what}: {error.why}" if error.why else error.what
        self._trouble[app] = text
        log.warning("the status of execution %s was not told: %s", number, text, extra={"app": app})
        if given_up:
            event = Event(at=self._clock.now(), kind="status.failed", text=text, app=app, execution=number)
            await self._events.append([event])
