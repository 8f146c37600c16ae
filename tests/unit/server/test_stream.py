"""Streams by themselves: what they send, and when they stop."""

import asyncio
from typing import Any

from fairway.server.stream import JSON_LINES, Emit, Stream

MOST = 10_000
"""Lines after which the producer gives up that nobody has stopped."""


async def test_a_producer_that_never_waits_is_stopped_when_the_client_has_gone() -> None:
    sent: list[dict[str, Any]] = []
    gone = asyncio.Event()

    async def produce(emit: Emit) -> None:
        for number in range(MOST):
            await emit({"number": number})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        if len(sent) == 10:
            gone.set()

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    stream = Stream(produce, stopping=asyncio.Event(), form=JSON_LINES)
    await stream({"type": "http", "path": "/logs"}, receive, send)  # type: ignore[arg-type]

    assert 10 <= len(sent) < 100
