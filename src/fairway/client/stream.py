"""NDJSON streams: one JSON object a line, a ping now and then so that silence means a broken connection."""

import http.client
import json
import time
from collections.abc import Iterator
from typing import Any

from fairway.client.api import Answer, Client, Query

SILENCE = 45.0
"""Three missed pings."""


class Expired(Exception):
    """The time that the caller was ready to wait is over; the work goes on on the server."""


class BrokenOff(Exception):
    """The stream ended without its last message: the server stopped, or the connection was lost."""


def events(
    client: Client,
    path: str,
    *,
    method: str = "GET",
    query: Query | None = None,
    body: Any = None,
    deadline: float | None = None,
    until: str = "end",
) -> Iterator[dict[str, Any]]:
    """The stream's messages but the pings, the last of type `until` included ("" when the stream ends by itself).

    `deadline` is a time of `time.monotonic()`. Raises Expired at the deadline, BrokenOff when the stream stops short,
    and a FairwayError when it can't be opened.
    """
    with client.request(method, path, query=query, body=body, timeout=_patience(deadline)) as answer:
        while True:
            line = _next_line(answer, deadline)
            if not line:
                if until:
                    raise BrokenOff
                return
            message = _parse(line)
            if message.get("type") != "ping":
                yield message
            if until and message.get("type") == until:
                return


def _next_line(answer: Answer, deadline: float | None) -> bytes:
    if deadline is not None and time.monotonic() >= deadline:
        raise Expired
    try:
        answer.socket.settimeout(_patience(deadline))
        return answer.response.readline()
    except TimeoutError as error:
        if deadline is not None and time.monotonic() >= deadline - 0.1:
            raise Expired from error
        raise BrokenOff from error
    except (OSError, http.client.HTTPException) as error:
        raise BrokenOff from error


def _parse(line: bytes) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError as error:
        # A line that was cut off in its middle.
        raise BrokenOff from error
    return message if isinstance(message, dict) else {}


def _patience(deadline: float | None) -> float:
    if deadline is None:
        return SILENCE
    return min(SILENCE, max(0.05, deadline - time.monotonic()))
