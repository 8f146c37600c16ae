"""Rehearsals that somebody asks for, without a deployment: begun, answered at once, followed by who wants to.

The passage is a record that outlives the server; what it says on its way is kept here, for as long as this process and
some hundred of them.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from fairway.domain.ids import AppName
from fairway.domain.passage import Passage
from fairway.domain.release import Release
from fairway.migrate.guard import Guard
from fairway.migrate.parts import Order

KEPT = 100
"""Passages whose lines are kept."""


@dataclass(slots=True)
class Told:
    """What one has said so far; the bell rings at each line, and at its end."""

    lines: list[str] = field(default_factory=list)
    over: bool = False
    bell: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, text: str) -> None:
        """One line more."""
        self.lines.append(text)
        self.ring()

    def ring(self) -> None:
        """Wake who waits."""
        self.bell.set()
        self.bell = asyncio.Event()


class Requests:
    """Takes them; `run` sees them through."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._told: dict[tuple[AppName, int], Told] = {}
        self._orders: asyncio.Queue[tuple[Order, Told]] = asyncio.Queue()

    async def run(self) -> None:
        """See to them, each beside the others, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                order, told = await self._orders.get()
                group.create_task(self._see_through(order, told))

    async def begin(self, release: Release, *, by: str) -> Passage:
        """Rehearse a release that was not made; the passage as it begins. Raises NotFound for an unknown app."""
        order = Order(
            app=release.app,
            environment=release.environment,
            key=f"request/{secrets.token_hex(8)}",
            by=by,
            release=release,
            goes=False,
        )
        passage = await self._guard.begin(order)
        told = self._told[passage.app, passage.number] = Told()
        while len(self._told) > KEPT:
            self._told.pop(next(iter(self._told)))
        self._orders.put_nowait((order, told))
        return passage

    async def follow(self, app: AppName, number: int) -> AsyncIterator[str]:
        """What it says, from the first line to its end; nothing of one that is not of this process."""
        told = self._told.get((app, number), Told(over=True))
        place = 0
        while True:
            bell = told.bell
            for line in told.lines[place:]:
                yield line
            place = len(told.lines)
            if told.over:
                return
            await bell.wait()

    async def _see_through(self, order: Order, told: Told) -> None:
        mask = await self._guard.parts.masks.of(order.app)
        try:
            await self._guard.take(order, lambda text: told.say(mask(text)))
        finally:
            told.over = True
            told.ring()
