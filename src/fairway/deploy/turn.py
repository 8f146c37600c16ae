"""An environment takes one deployment at a time: the executions' wait for their turn, in the order in which they came.

In the mode PARALLEL two executions may come to one environment at once; a restart or a rollback may be under way when
one comes. CodePipeline's deploy action would fail then, and the commit with it, for a reason that is over a minute
later. So it waits, at most as long as such an action may take there; after that it is refused as everything else is.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fairway.deploy.ledger import Ledger, under_way
from fairway.domain.deployment import Deployment, RolloutState
from fairway.domain.ids import AppName, EnvironmentName
from fairway.ports.builder import LogSink
from fairway.ports.clock import Clock
from fairway.ports.stores import Deployments

LONGEST = 3600.0
"""Seconds that an execution waits for its turn (the time-out of CodePipeline's ECS action)."""
LOOK = 5.0
"""Seconds after which is looked again without a word from this process."""


class Turns:
    """Who waits to deploy to which environment."""

    def __init__(self, ledger: Ledger, deployments: Deployments, clock: Clock) -> None:
        self._ledger = ledger
        self._deployments = deployments
        self._clock = clock
        self._lines: defaultdict[tuple[AppName, EnvironmentName], asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def wait(self, app: AppName, environment: EnvironmentName, key: str, log: LogSink) -> AsyncIterator[None]:
        """Within the context no deployment of the environment is under way, but perhaps that of the key itself: it is
        the moment to begin. Raises Conflict when one has been under way for too long.

        Whose deployment a dead server has begun does not stand in line: all of the line wait for just that one.
        """
        found = await self._deployments.latest(app, environment, RolloutState.IN_PROGRESS)
        if found is not None and found.key == key:
            yield
            return
        until = self._clock.now() + LONGEST
        line = self._lines[app, environment]
        waited = line.locked()
        async with line:
            if waited:
                found = await self._deployments.latest(app, environment, RolloutState.IN_PROGRESS)
            told: int | None = None
            while found is not None and found.key != key:
                if found.id != told:
                    log(f"deployment {found.id} to {environment} is under way; this one waits for its turn")
                    told = found.id
                await self._pause(found, until)
                found = await self._deployments.latest(app, environment, RolloutState.IN_PROGRESS)
            yield

    async def _pause(self, other: Deployment, until: float) -> None:
        """Return when a deployment has ended, or it is time to look again."""
        left = until - self._clock.now()
        if left <= 0:
            raise under_way(other)
        async with asyncio.TaskGroup() as group:
            ends = group.create_task(self._ledger.ended.wait())
            sleeps = group.create_task(self._clock.sleep(min(LOOK, left)))
            await asyncio.wait({ends, sleeps}, return_when=asyncio.FIRST_COMPLETED)
            ends.cancel()
            sleeps.cancel()
