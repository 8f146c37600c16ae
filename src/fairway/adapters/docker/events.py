"""What changes on the engine, as it changes."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable, Collection
from typing import Any

from fairway.adapters.docker import names
from fairway.adapters.docker.connection import Connection
from fairway.domain import retry
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import Unavailable
from fairway.ports.engine import EngineEvent

KINDS = ("create", "start", "die", "oom", "pause", "unpause", "destroy")
LONGEST = 5.0
"""Seconds at most between two tries to reach Docker again."""

Changed = Callable[[str], None]
"""Told of each container that changed, by its id."""
Known = Callable[[], Collection[EngineEvent]]
"""Every environment that was seen before Docker went away."""


async def follow(
    connection: Connection, instance: str, changed: Changed, known: Known
) -> AsyncGenerator[EngineEvent, None]:
    """Events until the iterator is closed. While Docker is away it waits; when Docker is back, every environment may
    have changed (a restart of the daemon ends its containers), and one event for each says so."""
    filters = {"type": ["container"], "event": list(KINDS), "label": [f"{names.INSTANCE}={instance}", names.TASK]}
    failures = 0
    while True:
        entries = connection.lines("GET", "/events", params={"filters": json.dumps(filters)})
        try:
            async with contextlib.aclosing(entries):
                async for entry in entries:
                    failures = 0
                    changed(entry["Actor"]["ID"])
                    if event := read_event(entry):
                        yield event
        except Unavailable:
            pass
        failures += 1
        await asyncio.sleep(retry.delay(failures, first=0.5, limit=LONGEST))
        for event in known():
            yield event


def read_event(entry: dict[str, Any]) -> EngineEvent | None:
    """The environment that an entry of Docker's stream is about; None when its labels name none."""
    attributes = entry["Actor"].get("Attributes") or {}
    if names.APP not in attributes or names.ENVIRONMENT not in attributes:
        return None
    return EngineEvent(app=AppName(attributes[names.APP]), environment=EnvironmentName(attributes[names.ENVIRONMENT]))
