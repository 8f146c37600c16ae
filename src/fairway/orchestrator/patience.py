"""How long an adapter may take before it counts as down."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fairway.errors import Unavailable

LOOK = 10.0
"""Seconds for a look at the engine or the load balancer, and for a change of the load balancer."""
START = 600.0
"""Seconds for a start: the image may have to be pulled first."""
STOP = 30.0
"""Seconds for a stop, beyond those that the task itself is given."""
GIVE = 300.0
"""Seconds for giving a service to an engine that rolls by itself: some calls, which are repeated while it throttles."""
REMOVE = 60.0
"""Seconds for the removal of a container."""


@asynccontextmanager
async def within(seconds: float, subject: str) -> AsyncIterator[None]:
    """Raises Unavailable when what is awaited inside takes longer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise Unavailable(f"{subject} does not answer", why=f"there was no answer for {seconds:g} s") from error
