"""Asking again a part that does not answer, once there is no way back: what was begun on a real database has to be
found out, not given up."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fairway.domain import retry
from fairway.errors import Unavailable
from fairway.migrate.parts import Parts
from fairway.migrate.walk import Walk

LIMIT = 15.0
"""Seconds between two questions at the most."""
T = TypeVar("T")


async def insist(parts: Parts, walk: Walk, act: Callable[[], Awaitable[T]]) -> T:
    """Do it, again and again while a part does not answer, for so long as there is patience. Raises Unavailable."""
    failures, until = 0, parts.clock.now() + parts.patience
    while True:
        try:
            return await act()
        except Unavailable as error:
            if parts.clock.now() >= until:
                raise
            failures += 1
            walk.say(f"{error.what}; asking again")
            await parts.clock.sleep(retry.delay(failures, limit=LIMIT))
