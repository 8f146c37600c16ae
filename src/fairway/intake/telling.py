"""What is on record of a source: how the last fetch went, and in the event log what became of what moved."""

import logging
from dataclasses import replace

from fairway.domain import remotes
from fairway.domain.events import Event
from fairway.domain.ids import AppName
from fairway.errors import FairwayError
from fairway.intake.push import Kept, Outcome, Started
from fairway.ports.clock import Clock
from fairway.ports.sources import Progress, Source, Sources
from fairway.ports.stores import Events

TOLD = 20
"""Moves of one fetch that are told; a first fetch may bring a thousand branches."""

log = logging.getLogger(__name__)


class Record:
    """Writes it down. Raises what the stores raise."""

    def __init__(self, sources: Sources, events: Events, clock: Clock) -> None:
        self._sources = sources
        self._events = events
        self._clock = clock

    async def failed(self, source: Source, error: FairwayError, began: float) -> None:
        """An attempt that began then has failed; the event log is told once of the same trouble."""
        trouble = f"{error.what}: {error.why}" if error.why else error.what
        failures = source.progress.failures + 1
        progress = replace(source.progress, tried_at=began, failures=failures, trouble=trouble)
        log.warning("fetching failed: %s", trouble, extra={"app": source.app})
        await self._sources.note(source.app, progress)
        if trouble != source.progress.trouble:
            await self.tell(source.app, "source.failed", trouble)

    async def succeeded(self, source: Source, host_keys: str, began: float) -> None:
        """An attempt that began then has succeeded."""
        await self._sources.note(source.app, Progress(tried_at=began, fetched_at=began, host_keys=host_keys))
        if source.progress.failures:
            await self.tell(source.app, "source.recovered", f"{named(source)} can be read again")

    async def tell(self, app: AppName, kind: str, text: str) -> None:
        """A line of the event log."""
        await self._events.append([Event(at=self._clock.now(), kind=kind, text=text, app=app)])


def describe(outcome: Outcome) -> str:
    """What became of one move, in a line: `master 9c1f2e7, execution 4 (commits that the branch had are gone)`."""
    update = outcome.update
    short = update.ref.removeprefix("refs/heads/").removeprefix("refs/").replace("pull-requests/", "pull request ")
    name = f"{short} {update.new[:7]}" if update.new else short
    match outcome:
        case Started(execution=execution, forced=forced):
            return f"{name}, execution {execution.number}" + (" (commits that the branch had are gone)" * forced)
        case Kept(reason=reason):
            return f"{name} kept; {reason}"


def named(source: Source) -> str:
    """`acme/shop at github.com`."""
    address = remotes.parse(source.url)
    return f"{address.repository} at {address.place}"
