"""The controller: makes every environment what is desired, and keeps it so."""

import asyncio
from types import TracebackType
from typing import Self

from fairway.domain.ids import AppName, EnvironmentName
from fairway.orchestrator.shift import Parts, Shift
from fairway.orchestrator.variables import Variables
from fairway.ports.balancer import Balancer
from fairway.ports.clock import Clock
from fairway.ports.engine import AnyEngine
from fairway.ports.leases import Alone, Holding
from fairway.ports.logs import LogKeeping, Logs, NotKept
from fairway.ports.masks import Masks, Unmasked
from fairway.ports.notify import Notices
from fairway.ports.observations import Observations
from fairway.ports.probe import Inspector, Probe
from fairway.ports.stores import DesiredStates, Events


class Controller:
    """Works while `run` runs, or inside `async with`. After a restart everything is found again in what the engine, the
    load balancer and the store show; stops and drains that were under way are begun again.

    `variables` gives an environment's variables by the version of its configuration; `resync` is how often, in seconds,
    everything is looked at although nothing is known to have changed. Nothing is changed while `holding`, this server's
    lease, is in doubt. `keeping` is told of each task before it is removed.
    """

    def __init__(
        self,
        *,
        engine: AnyEngine,
        balancer: Balancer,
        probe: Probe,
        inspector: Inspector,
        logs: Logs,
        desired_states: DesiredStates,
        variables: Variables,
        clock: Clock,
        notices: Notices,
        events: Events,
        observations: Observations,
        resync: float = 5.0,
        holding: Holding | None = None,
        keeping: LogKeeping | None = None,
        masks: Masks | None = None,
    ) -> None:
        self._parts = Parts(
            engine=engine,
            balancer=balancer,
            probe=probe,
            inspector=inspector,
            logs=logs,
            desired_states=desired_states,
            variables=variables,
            clock=clock,
            notices=notices,
            events=events,
            observations=observations,
            resync=resync,
            holding=holding or Alone(),
            keeping=keeping or NotKept(),
            masks=masks or Unmasked(),
        )
        self._shift: Shift | None = None
        self._group: asyncio.TaskGroup | None = None
        self._running: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Work until cancelled. Tasks, targets and routes stay as they are then."""
        try:
            async with asyncio.TaskGroup() as group:
                self._shift = Shift(self._parts, group)
                self._shift.start()
        finally:
            self._shift = None

    def wake(self, app: AppName, environment: EnvironmentName) -> None:
        """The desired state of the environment was written: look at it now. Nothing happens while it does not run."""
        if self._shift is not None:
            self._shift.wake((app, environment))

    async def __aenter__(self) -> Self:
        self._group = asyncio.TaskGroup()
        await self._group.__aenter__()
        self._running = self._group.create_task(self.run(), name="controller")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._group is not None and self._running is not None
        self._running.cancel()
        if kind is not None and not issubclass(kind, asyncio.CancelledError):
            # The error of the block goes on as it is, not inside a group.
            kind = error = traceback = None
        await self._group.__aexit__(kind, error, traceback)
