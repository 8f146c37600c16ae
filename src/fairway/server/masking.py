"""The last door: what the API says of an app goes out without the app's secrets, whatever part of the server it came
from. JSON, lines of progress and logs are masked as they are written; files of actions are the user's own, and go as
they are, and so do the values that the owner asks for.
"""

import codecs
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fairway.ports.masks import Mask, Masks

PATH = re.compile(r"/api/v1/apps/(?P<app>[a-z][a-z0-9-]*)(?P<rest>/.*|\Z)")
AS_THEY_ARE = re.compile(r"/executions/[0-9]+/artifacts/.|/environments/[^/]+/variables/reveal\Z")


class Masked:
    """Masks every answer about an app."""

    def __init__(self, app: ASGIApp, masks: Masks) -> None:
        self._app = app
        self._masks = masks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Mask the answer while it is sent."""
        found = PATH.match(scope["path"]) if scope["type"] == "http" else None
        if found is None or AS_THEY_ARE.match(found["rest"]):
            await self._app(scope, receive, send)
            return
        answer = Answer(await self._masks.of(found["app"]), send)
        await self._app(scope, receive, answer.pass_on)


class Answer:
    """One answer on its way out."""

    def __init__(self, mask: Mask, send: Send) -> None:
        self._send = send
        self._stream = mask.stream()
        self._start: Message | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")

    async def pass_on(self, message: Message) -> None:
        """Send it on; the head waits for the first part, whose length may be another one then."""
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            await self._pass_body(message, more=message.get("more_body", False))
        else:
            await self._send(message)

    async def _pass_body(self, message: Message, *, more: bool) -> None:
        text = self._stream.feed(self._decoder.decode(message.get("body", b""), final=not more))
        body = (text if more else text + self._stream.end()).encode("utf-8", "surrogateescape")
        if self._start is not None:
            await self._send(with_length(self._start, None if more else len(body)))
            self._start = None
        await self._send({**message, "body": body})


def with_length(start: Message, length: int | None) -> Message:
    """The head with this length of the body, or with none where it is not known yet."""
    headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    if length is not None:
        headers.append((b"content-length", b"%d" % length))
    return {**start, "headers": headers}
