"""Answers that go on: one JSON object a line, as things happen, with a sign of life while nothing does.

A producer is a coroutine that is given `emit`. It ends when it is done, when the client goes away, or when the server
stops; whichever comes first. What it raises before anything was sent is an ordinary problem, and a last line
afterwards.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fairway.errors import FairwayError, Unavailable
from fairway.server import beside, problems

PING = 15.0
"""Seconds between two signs of life; less than the minute after which proxies give up."""

Emit = Callable[[Any], Awaitable[None]]
Produce = Callable[[Emit], Awaitable[None]]


def lines(request: Request, produce: Produce) -> "Stream":
    """A stream of JSON objects, one on each line."""
    return Stream(produce, stopping=request.app.state.stopping, form=JSON_LINES)


class Form:
    """How items, signs of life and problems look in bytes."""

    def __init__(
        self, media_type: str, item: Callable[[Any], bytes], ping: bytes, problem: Callable[[FairwayError], bytes]
    ) -> None:
        self.media_type = media_type
        self.item = item
        self.ping = ping
        self.problem = problem


def _line(item: Mapping[str, Any]) -> bytes:
    return json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


JSON_LINES = Form(
    "application/x-ndjson",
    _line,
    _line({"type": "ping"}),
    lambda error: _line({"type": "problem", "problem": problems.describe(error)}),
)


class Stream(Response):
    """Runs the producer while the client listens."""

    def __init__(self, produce: Produce, *, stopping: asyncio.Event, form: Form, ping: float = PING) -> None:
        super().__init__(media_type=form.media_type)
        del self.headers["content-length"]
        self.headers["cache-control"] = "no-store"
        self._produce = produce
        self._stopping = stopping
        self._form = form
        self._ping = ping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve it."""
        out = _Out(send, self.status_code, self.raw_headers)
        await beside.first(self._run(out, scope, receive, send), self._live(out), _gone(receive), self._stop(out))
        await out.end()

    async def _run(self, out: "_Out", scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._produce(lambda item: out.write(self._form.item(item)))
        except Exception as error:  # noqa: BLE001 - the stream has begun: its last line is the only place to say it
            known = problems.known(error) or problems.unforeseen(error, path=scope["path"])
            if out.begun:
                await out.write(self._form.problem(known))
            else:
                out.begun = out.ended = True
                await problems.respond(known)(scope, receive, send)

    async def _live(self, out: "_Out") -> None:
        while True:
            await asyncio.sleep(self._ping)
            await out.write(self._form.ping)

    async def _stop(self, out: "_Out") -> None:
        await self._stopping.wait()
        await out.write(self._form.problem(Unavailable("the server is stopping", hint="fairway server start")))


class _Out:
    """The way to the client: begins with the first bytes, and takes one writer at a time."""

    def __init__(self, send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._start = {"type": "http.response.start", "status": status, "headers": headers}
        self._turn = asyncio.Lock()
        self.begun = False
        self.ended = False

    async def write(self, data: bytes) -> None:
        async with self._turn:
            await self._begin()
            await self._send({"type": "http.response.body", "body": data, "more_body": True})
        # A sending that does not wait would let a producer that has much at hand run on, long after the client went.
        await asyncio.sleep(0)

    async def end(self) -> None:
        async with self._turn:
            if self.ended:
                return
            self.ended = True
            await self._begin()
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _begin(self) -> None:
        if not self.begun:
            self.begun = True
            await self._send(self._start)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
