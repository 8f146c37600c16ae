"""One request to the Docker Engine and its whole answer: one connection, one write, and reading to the end.

httpx takes 3.5 ms of CPU for what takes 1 ms here, and between a push and its first answer there are fifteen such
calls. HTTP itself is h11's, which is what httpx speaks it with. Streams stay with httpx, as does everything that leaves
this host. It is no client for servers at large: no TLS, no redirects, no compression.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import h11

KEPT = "/:@%+,;=~!$&'()*"
"""What stays in a path as it is: `localhost:7879/shop@sha256:…` is one."""
AT_ONCE = 65536
"""Bytes that are read at a time."""

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer's status, and its body whole."""

    status: int
    content: bytes


async def ask(
    ends: Ends, method: str, path: str, *, params: Mapping[str, str] | None = None, body: Any = None
) -> Answer:
    """The answer to a request over a fresh connection, which is closed afterwards; `body` becomes JSON.

    Raises OSError when there is no answer, or none that is whole. The caller sets the time-out.
    """
    reader, writer = ends
    connection = h11.Connection(h11.CLIENT)
    try:
        writer.write(render(connection, method, path, params, body))
        return await read(connection, reader)
    finally:
        writer.close()


def render(connection: h11.Connection, method: str, path: str, params: Mapping[str, str] | None, body: Any) -> bytes:
    """The request's bytes."""
    target = quote(path, safe=KEPT) + (f"?{urlencode(params)}" if params else "")
    content = b"" if body is None else json.dumps(body).encode()
    headers = [("Host", "docker"), ("Connection", "close"), ("Content-Length", str(len(content)))]
    if body is not None:
        headers.append(("Content-Type", "application/json"))
    events = (h11.Request(method=method, target=target, headers=headers), h11.Data(data=content), h11.EndOfMessage())
    return b"".join(connection.send(event) or b"" for event in events)


async def read(connection: h11.Connection, reader: asyncio.StreamReader) -> Answer:
    """The answer, once it is whole. Raises ConnectionError for one that breaks off, or is not HTTP."""
    status, content = 0, bytearray()
    try:
        while not isinstance(event := connection.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(AT_ONCE))
            elif isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                content += event.data
    except h11.RemoteProtocolError as error:
        raise ConnectionError(f"its answer is not HTTP, or not whole: {error}") from error
    return Answer(status=status, content=bytes(content))
