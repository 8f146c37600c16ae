"""One look at the engine and the load balancer for all environments at once, shared by everybody who asks meanwhile.

A look is made only when something may have changed: an event of the engine, an operation that ended, the periodic
resync. A change of a task's health alone needs none. What comes out is grouped by environment.

Every look at the engine has a number. An operation that ended notes the number of the first look that must show its
effect; until that one was made it still counts as under way. Without this a task whose start ended while a look was on
its way would be seen by neither, and started twice.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.observed import Target, Task
from fairway.domain.rolled import ObservedService
from fairway.errors import FairwayError
from fairway.orchestrator import patience
from fairway.ports.balancer import Balancer, Route
from fairway.ports.engine import AnyEngine, rolling

Key = tuple[AppName, EnvironmentName]


@dataclass(slots=True)
class Seen:
    """What there is of one environment."""

    tasks: list[Task] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    services: list[ObservedService] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All environments; `number` is that of the look at the engine."""

    number: int
    environments: Mapping[Key, Seen]

    def of(self, key: Key) -> Seen:
        """What there is of the environment; nothing of one that was not seen."""
        return self.environments.get(key) or Seen()


class Lookout:
    """Looks when asked, at what has changed since the last look."""

    def __init__(self, *, engine: AnyEngine, balancer: Balancer) -> None:
        self._engine = engine
        self._rolling = rolling(engine)
        self._balancer = balancer
        self._lock = asyncio.Lock()
        self._engine_wanted = self._balancer_wanted = 1
        self._engine_seen = self._balancer_seen = 0
        self._attempt = 0
        self._failed: tuple[int, FairwayError] | None = None
        self._tasks: list[Task] = []
        self._services: list[ObservedService] = []
        self._targets: list[Target] = []
        self._routes: list[Route] = []
        self._snapshot = Snapshot(number=0, environments={})

    def engine_changed(self) -> int:
        """The next look is a new one; its number."""
        self._engine_wanted += 1
        return self._engine_wanted

    def balancer_changed(self) -> None:
        """The next look is a new one."""
        self._balancer_wanted += 1

    async def look(self) -> Snapshot:
        """What there is, not older than this call for whatever was said to have changed before it.

        Raises Unavailable when the engine or the load balancer does not answer; all who wait for the same look get the
        same error, instead of one time-out after the other.
        """
        asked = self._attempt + (0 if self._lock.locked() else 1)
        async with self._lock:
            if self._failed is not None and self._failed[0] >= asked:
                raise self._failed[1]
            if self._engine_seen < self._engine_wanted or self._balancer_seen < self._balancer_wanted:
                self._attempt += 1
                try:
                    await self._refresh()
                except FairwayError as error:
                    self._failed = self._attempt, error
                    raise
            return self._snapshot

    async def _refresh(self) -> None:
        engine, balancer = self._engine_wanted, self._balancer_wanted
        if self._engine_seen < engine:
            async with patience.within(
                patience.LOOK if self._rolling is None else patience.GIVE, "the container engine"
            ):
                if self._rolling is not None:
                    # The services before their tasks: what a service is said to have come to, its tasks show.
                    self._services = list(await self._rolling.services())
                self._tasks = list(await self._engine.observe())
            self._engine_seen = engine
        if self._balancer_seen < balancer:
            async with patience.within(patience.LOOK, "the load balancer"):
                self._routes = list(await self._balancer.routes())
                self._targets = list(await self._balancer.targets())
            self._balancer_seen = balancer
        self._snapshot = Snapshot(number=self._engine_seen, environments=self._group())

    def _group(self) -> Mapping[Key, Seen]:
        seen: dict[Key, Seen] = defaultdict(Seen)
        for task in self._tasks:
            seen[task.app, task.environment].tasks.append(task)
        for service in self._services:
            seen[service.app, service.environment].services.append(service)
        for target in self._targets:
            seen[target.app, target.environment].targets.append(target)
        for route in self._routes:
            seen[route.app, route.environment].routes.append(route)
        return dict(seen)
