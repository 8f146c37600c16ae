"""Every change of an execution passes here: read, decide, write, and tell.

A change is decided on the execution as it was read, and written only if it is still so; when somebody else was faster
it is decided again, on what there is now. So two ends of actions, or a stop and an end, never miss each other.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from fairway.domain import retry
from fairway.domain.execution import Execution
from fairway.domain.ids import AppName
from fairway.domain.moves import Move, carry_out
from fairway.errors import Unavailable
from fairway.pipeline.announce import Announcer
from fairway.ports.clock import Clock
from fairway.ports.stores import Executions

LOG = logging.getLogger(__name__)
T = TypeVar("T")

Decide = Callable[[Execution], Sequence[Move]]
"""The moves that an execution needs, none when there is nothing to do. May raise Conflict: it must not be done."""


class Ledger:
    """The executions of the store, as the executor changes them."""

    def __init__(self, executions: Executions, clock: Clock, announcer: Announcer) -> None:
        self._executions = executions
        self._clock = clock
        self._announcer = announcer

    async def get(self, app: AppName, number: int) -> Execution:
        """Raises NotFound."""
        return await self._executions.get(app, number)

    async def change(self, execution: Execution, decide: Decide) -> Execution | None:
        """The execution after the change, None when there was nothing to do. Raises NotFound, and what `decide` raises.

        What `decide` answers with is written whole or not at all.
        """
        while moves := decide(execution):
            at = self._clock.now()
            if await self._executions.change(execution, moves, at=at):
                after = carry_out(execution, moves, at=at)
                assert after is not None, "the store carried out what can't be carried out"
                self._announcer.tell(after, moves)
                return after
            execution = await self._executions.get(execution.app, execution.number)
        return None

    async def insist(self, action: Callable[[], Awaitable[T]]) -> T:
        """Do it, again and again while the store does not answer (a full disk): what came of an action must not be
        lost, and the app's next execution waits for it."""
        failures = 0
        while True:
            try:
                return await action()
            except Unavailable as error:
                failures += 1
                LOG.warning("%s: %s; trying again", error.what, error.why)
                await self._clock.sleep(retry.delay(failures, limit=30.0))
