"""Tells the forges how their commits stand: pending, then success, failure or stopped.

Beside the executions and never in their way: what is told is what the store says when it is looked at, so a word that
is missed is followed by the next. What was told is remembered in this process; after a restart the last executions of
each app are told once more, which the forges take as the same word. A forge that does not answer is asked a few times,
ever later; one that refuses, once.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from fairway.domain import retry, statuses
from fairway.domain.events import Event
from fairway.domain.execution import Execution
from fairway.domain.ids import AppName
from fairway.domain.remotes import Forge
from fairway.domain.search import DEPLOYING
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
"""Executions of each app that are looked at, and as many of those that may deploy."""
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
    """What was last told of an execution, or tried: when, how often it failed, and when the source that it was told
    for was set; with another token it may succeed."""

    status: CommitStatus
    tried_at: float
    set_at: float
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
        self._trouble: dict[AppName, tuple[float, str]] = {}
        self._due: dict[AppName, float] = {}
        self._busy: set[AppName] = set()
        self._rung = asyncio.Event()

    def trouble(self, source: Source) -> str:
        """Why the last status could not be told, "" when it could, or when the source was set anew since."""
        set_at, text = self._trouble.get(source.app, (source.at, ""))
        return text if set_at == source.at else ""

    async def run(self) -> None:
        """Report until cancelled. Raises nothing else."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            while True:
                self._rung.clear()
                await waiting.until(self._rung, self._clock, await self._begin(group))

    async def _listen(self) -> None:
        async for event in self._notices.follow():
            if event.kind.startswith(("execution.", "approval.", "notices.")):
                self._due.clear()
                self._rung.set()

    async def _begin(self, group: asyncio.TaskGroup) -> float:
        """Begin to tell what is due, each app beside the others, and return the seconds until the next is. A forge that
        is slow holds up its own app alone."""
        try:
            sources = [each for each in await self._sources.list() if each.token is not None and each.forge is not None]
        except FairwayError as error:
            log.warning("no status can be told: %s", error.what)
            return PATIENCE
        now, pause = self._clock.now(), PATIENCE
        for source in sources:
            due = self._due.get(source.app, now)
            if source.app in self._busy:
                continue
            if due > now:
                pause = min(pause, due - now)
            else:
                self._busy.add(source.app)
                group.create_task(self._report(source))
        return pause

    async def _report(self, source: Source) -> None:
        # What changes from here on is looked at in another round.
        self._due[source.app] = self._clock.now() + PATIENCE
        pause = PATIENCE
        try:
            for execution in statuses.newest(await self._recent(source.app)):
                if self._concerns(source, execution):
                    pause = min(pause, await self._tell(source, execution))
        except FairwayError as error:
            log.warning("no status can be told: %s", error.what, extra={"app": source.app})
        except Exception:
            # One app's trouble must neither end the server nor hold up the others.
            log.exception("telling statuses failed", extra={"app": source.app})
        finally:
            if source.app in self._due:
                self._due[source.app] = self._clock.now() + pause
            self._busy.discard(source.app)
            self._rung.set()

    async def _recent(self, app: AppName) -> Sequence[Execution]:
        """The newest executions, and the newest that may deploy, however many pull requests there are."""
        newest = await self._executions.list(app, limit=RECENT)
        deploying = await self._executions.list(app, limit=RECENT, search=DEPLOYING)
        found = {each.number: each for each in (*newest, *deploying)}
        for key in [key for key in self._told if key[0] == app and key[1] not in found]:
            del self._told[key]
        return [found[number] for number in sorted(found, reverse=True)]

    def _concerns(self, source: Source, execution: Execution) -> bool:
        ended = execution.ended_at
        there = execution.trigger.kind in FOUND_THERE or execution.created_at >= source.at
        return there and (ended is None or ended > self._clock.now() - LATELY)

    async def _tell(self, source: Source, execution: Execution) -> float:
        """Tell the status unless it is told; the seconds until it is to be tried again."""
        wanted, known = statuses.of(execution, self._url), self._told.get((source.app, execution.number))
        if known and known.failures and known.set_at != source.at:
            known = None
        now = self._clock.now()
        at = known.due_at(wanted) if known else 0.0
        if at is None:
            return PATIENCE
        if at > now:
            return at - now
        failures = known.failures if known and known.status == wanted else 0
        assert source.forge is not None
        error = await self._post(source.forge, source, wanted)
        if error is None:
            self._remember(source.app, execution.number, _Told(wanted, now, source.at))
            self._trouble.pop(source.app, None)
            return PATIENCE
        failures = TRIES if isinstance(error, UsageError) else failures + 1
        self._remember(source.app, execution.number, _Told(wanted, now, source.at, failures))
        await self._note(source, execution.number, error, given_up=failures == TRIES)
        return retry.delay(failures, first=FIRST) if failures < TRIES else PATIENCE

    async def _post(self, forge: Forge, source: Source, wanted: CommitStatus) -> FairwayError | None:
        """Why it could not be told, None when it was."""
        try:
            await self._statuses.post(forge, self._sealing.open(source), wanted)
        except FairwayError as error:
            return error
        except Exception as error:
            # A forge's oddities must neither end the server nor be asked for for ever.
            log.exception("telling a status failed", extra={"app": source.app})
            return FairwayError("the status can't be told", why=type(error).__name__)
        return None

    def _remember(self, app: AppName, number: int, told: _Told) -> None:
        self._told[app, number] = told

    async def _note(self, source: Source, number: int, error: FairwayError, *, given_up: bool) -> None:
        text = f"{error.what}: {error.why}" if error.why else error.what
        self._trouble[source.app] = (source.at, text)
        log.warning("the status of execution %s was not told: %s", number, text, extra={"app": source.app})
        if given_up:
            event = Event(at=self._clock.now(), kind="status.failed", text=text, app=source.app, execution=number)
            await self._events.append([event])
