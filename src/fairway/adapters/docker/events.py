"""What changes on the engine, as it changes."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable, Collection
from dataclasses import dataclass
from typing import Any

from fairway.adapters.docker import names
from fairway.adapters.docker.connection import Connection
from fairway.domain import retry
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import Unavailable
from fairway.ports.engine import EngineEvent

KINDS = ("start", "die", "oom", "pause", "unpause", "destroy")
"""Not "create": only this server creates, and a look at a container that is being started waits until it is."""
LONGEST = 5.0
"""Seconds at most between two tries to reach Docker again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An event of a container: its action is one of KINDS. `code` is the exit code of one that ended, `at` when it was,
    in seconds since the epoch."""

    container: str
    action: str
    code: int | None
    at: float


Changed = Callable[[Change], None]
"""Told of each change of a container."""
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
                    changed(read_change(entry))
                    if event := read_event(entry):
                        yield event
        except Unavailable:
            pass
        failures += 1
        await asyncio.sleep(retry.delay(failures, first=0.5, limit=LONGEST))
        for event in known():
            yield event


def read_change(entry: dict[str, Any]) -> Change:
    """What an entry of Docker's stream says of its container."""
    code = str((entry["Actor"].get("Attributes") or {}).get("exitCode", ""))
    return Change(
        container=entry["Actor"]["ID"],
        action=entry["Action"],
        code=int(code) if code.isdecimal() else None,
        at=entry["timeNano"] / 1e9 if "timeNano" in entry else float(entry["time"]),
    )


def read_event(entry: dict[str, Any]) -> EngineEvent | None:
    """The environment that an entry of Docker's stream is about; None when its labels name none."""
    attributes = entry["Actor"].get("Attributes") or {}
    if names.APP not in attributes or names.ENVIRONMENT not in attributes:
        return None
    return EngineEvent(app=AppName(attributes[names.APP]), environment=EnvironmentName(attributes[names.ENVIRONMENT]))
