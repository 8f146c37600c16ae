"""Giving back what nothing needs any more, once an hour: old releases, their images, and build cache beyond a bound.

It never hurries: what fails is told once and tried again the next time. What is deleted is kept in the event log with
its cause.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence

from fairway.domain import retention
from fairway.domain.events import Event
from fairway.domain.ids import AppName
from fairway.domain.retention import Policy
from fairway.errors import FairwayError
from fairway.ports.builder import Builder
from fairway.ports.clock import Clock
from fairway.ports.registry import Registry
from fairway.ports.stores import Apps, Events
from fairway.registry.needs import Records
from fairway.registry.prune import Pruner

LOG = logging.getLogger(__name__)
SETTLE = 30.0
"""Seconds after the start in which the server has better things to do."""
EVERY = 3600.0
CACHE = 10 * 1024**3
"""Bytes of build cache that are kept. The Docker Engine bounds it only if its own configuration says so
(`builder.gc`, off by default in 20.10)."""


class Housekeeper:
    """`registry` is the embedded one, None where there is none."""

    def __init__(
        self,
        apps: Apps,
        records: Records,
        registry: Registry | None,
        builder: Builder,
        events: Events,
        clock: Clock,
        policy: Policy,
    ) -> None:
        self._apps = apps
        self._records = records
        self._registry = registry
        self._builder = builder
        self._events = events
        self._clock = clock
        self._policy = policy
        self._failing: set[str] = set()

    async def run(self) -> None:
        """Clear up now and then, until cancelled."""
        await self._clock.sleep(SETTLE)
        while True:
            await self.clear_up()
            await self._clock.sleep(EVERY)

    async def clear_up(self) -> None:
        """One round. Raises nothing."""
        failures: set[str] = set()
        names: list[AppName] = []
        await self._attempt(lambda: self._list(names), failures)
        for app in names:
            await self._attempt(lambda app=app: self._prune(app), failures)  # type: ignore[misc]
        await self._attempt(self._collect, failures)
        await self._attempt(self._trim, failures)
        self._failing = failures

    async def _list(self, names: list[AppName]) -> None:
        """Add the apps, and those that are gone and whose images are still there."""
        names += [record.name for record in await self._apps.list()]
        if self._registry is not None:
            there = [AppName(each.rpartition("/")[2]) for each in await self._registry.repositories()]
            names += [name for name in there if name not in names]

    async def _prune(self, app: AppName) -> None:
        told: list[Event] = []

        def tell(kind: str, text: str) -> None:
            told.append(self._event(kind, text, app))

        pruner = Pruner(records=self._records, registry=self._registry, builder=self._builder, tell=tell)
        try:
            await pruner.prune(app, now=self._clock.now(), policy=self._policy)
        finally:
            await self._keep(told)

    async def _collect(self) -> None:
        if self._registry is None:
            return
        garbage, now = await self._registry.garbage(), self._clock.now()
        if retention.collects(deleted=garbage.deleted, collected_at=garbage.collected_at, now=now):
            freed = await self._registry.collect(now=now)
            text = f"the registry gave back {size(freed)}: images were deleted"
            await self._keep([self._event("registry.collected", text)])

    async def _trim(self) -> None:
        if freed := await self._builder.trim(CACHE):
            text = f"the build cache gave back {size(freed)}: it had more than {size(CACHE)}"
            await self._keep([self._event("cache.trimmed", text)])

    async def _attempt(self, action: Callable[[], Awaitable[None]], failures: set[str]) -> None:
        """Do it; a failure that was not there the last time is told, once however many apps it meets."""
        known = self._failing | failures
        try:
            await action()
        except FairwayError as error:
            failures.add(error.what)
            if error.what not in known:
                LOG.warning("housekeeping: %s: %s; it is tried again in an hour", error.what, error.why)
        except Exception as error:
            # Clearing up must never end the server.
            failures.add(repr(error))
            if repr(error) not in known:
                LOG.exception("housekeeping failed; it is tried again in an hour")

    async def _keep(self, told: Sequence[Event]) -> None:
        for event in told:
            LOG.info("%s: %s", event.app, event.text) if event.app else LOG.info("%s", event.text)
        if told:
            await self._events.append(told)

    def _event(self, kind: str, text: str, app: AppName | None = None) -> Event:
        return Event(at=self._clock.now(), kind=kind, text=text, app=app)


def size(number: int) -> str:
    """Bytes for people: `84 MB`."""
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.1f} MB"
