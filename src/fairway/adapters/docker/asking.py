"""One HTTP request to a task, by hand: a check needs the status and the first line of the body, and must cost nothing.

A client library would build a pool, a context and a response for each of four probes a second; this is one connection,
one write and mostly one read.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

ENOUGH = 2048
"""Bytes of the body that are read at most, for its first line."""
HEAD = 65536
SHOWN = 160


class NoAnswer(Exception):
    """There was no HTTP answer; the text says what there was instead, as the end of a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: the status, the Location header or "", and the body's first line or ""."""

    status: int
    location: str
    line: str


async def get(address: str, port: int, path: str) -> Answer:
    """GET the path. Raises NoAnswer, and OSError when nobody takes the connection; the caller sets the time-out."""
    reader, writer = await asyncio.open_connection(address, port, limit=HEAD)
    try:
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Fairway-HealthCheck\r\nAccept: */*\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        status, headers = await read_head(reader)
        good = 200 <= status < 300
        line = "" if good else await read_line(reader, chunked="chunked" in headers.get("transfer-encoding", ""))
        return Answer(status=status, location=headers.get("location", ""), line=line)
    except ConnectionError as error:
        raise NoAnswer("closed the connection without an answer") from error
    finally:
        # Abort, not close: what is left of the body is of no interest, and neither is waiting for its end.
        writer.transport.abort()


async def read_head(reader: asyncio.StreamReader) -> tuple[int, Mapping[str, str]]:
    """The final status and headers; answers before it (100, 103) are passed over."""
    while True:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            if not error.partial:
                raise NoAnswer("closed the connection without an answer") from error
            head = error.partial
        except asyncio.LimitOverrunError as error:
            raise NoAnswer("answered with more than 64 KB of headers") from error
        first, *rest = head.decode("latin-1").split("\r\n")
        words = first.split(" ")
        if not words[0].startswith("HTTP/") or len(words) < 2 or not words[1].isdigit():
            raise NoAnswer("answered something that is not HTTP")
        status = int(words[1])
        if status < 100 or status >= 200:
            pairs = (line.partition(":") for line in rest)
            return status, {name.strip().lower(): value.strip() for name, _, value in pairs if value}


async def read_line(reader: asyncio.StreamReader, *, chunked: bool) -> str:
    """The first line of the body that says something, without markup-only lines' noise, cut to a sentence's length."""
    body = b""
    # A body may come some time after its head; its first lines come together.
    while len(body) < ENOUGH and b"\n" not in body[8:]:
        chunk = await reader.read(ENOUGH)
        if not chunk:
            break
        body += chunk
    if chunked:
        body = body.partition(b"\r\n")[2].partition(b"\r\n0\r\n")[0]
    text = body.decode(errors="replace")
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"
