"""One HTTP request to a task, by hand: a check needs the status and the first line of the body, and must cost nothing.

A client library would build a pool, a context and a response for each of ten probes a second, asyncio's streams a
transport, a protocol and a reader; this is one socket, one write and mostly one read, at half the cost of the streams.
"""

import asyncio
import functools
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
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


@dataclass(slots=True)
class Reader:
    """What `receive` gives (b"" at the end), and what of it nobody has taken yet."""

    receive: Callable[[], Awaitable[bytes]]
    kept: bytes = b""

    async def more(self) -> bool:
        """Wait for some bytes; False at the end."""
        chunk = await self.receive()
        self.kept += chunk
        return bool(chunk)

    async def head(self) -> bytes:
        """All until an empty line, or the end. Raises NoAnswer when that does not come."""
        while b"\r\n\r\n" not in self.kept:
            if len(self.kept) > HEAD:
                raise NoAnswer("answered with more than 64 KB of headers")
            if not await self.more():
                head, self.kept = self.kept, b""
                return head
        head, _, self.kept = self.kept.partition(b"\r\n\r\n")
        return head


@contextmanager
def open_socket(address: str) -> Iterator[socket.socket]:
    """A socket of the address's family, closed afterwards whatever has still to come."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as opened:
        opened.setblocking(False)
        yield opened


@asynccontextmanager
async def knock(address: str, port: int) -> AsyncIterator[int]:
    """Connect, and no more: the port that the connection comes from. Raises OSError when nobody takes it."""
    with open_socket(address) as opened:
        await asyncio.get_running_loop().sock_connect(opened, (address, port))
        yield opened.getsockname()[1]


async def get(address: str, port: int, path: str) -> Answer:
    """GET the path. Raises NoAnswer, and OSError when nobody takes the connection; the caller sets the time-out."""
    return await request(address, port, "GET", path)


async def request(
    address: str, port: int, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> Answer:
    """One request. Raises as `get` does. Headers beside those of the connection, and the body, are the caller's; of the
    answer's body the first line is read when the status is not a good one."""
    loop = asyncio.get_running_loop()
    with open_socket(address) as opened:
        await loop.sock_connect(opened, (address, port))
        try:
            await loop.sock_sendall(opened, write_request(method, path, headers or {}, body))
            reader = Reader(functools.partial(loop.sock_recv, opened, HEAD))
            status, received = await read_head(reader)
            good = 200 <= status < 300
            line = "" if good else await read_line(reader, chunked="chunked" in received.get("transfer-encoding", ""))
            return Answer(status=status, location=received.get("location", ""), line=line)
        except ConnectionError as error:
            raise NoAnswer("closed the connection without an answer") from error


def write_request(method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
    """The bytes of a request."""
    own = {"Host": "localhost", "User-Agent": "Fairway-HealthCheck", "Accept": "*/*"}
    names = {name.lower() for name in headers}
    lines = [f"{name}: {value}" for name, value in own.items() if name.lower() not in names]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "Connection: close", "", ""]).encode() + (body or b"")


async def read_head(reader: Reader) -> tuple[int, Mapping[str, str]]:
    """The final status and headers; answers before it (100, 103) are passed over."""
    while True:
        head = await reader.head()
        if not head:
            raise NoAnswer("closed the connection without an answer")
        first, *rest = head.decode("latin-1").split("\r\n")
        words = first.split(" ")
        if not words[0].startswith("HTTP/") or len(words) < 2 or not words[1].isdigit():
            raise NoAnswer("answered something that is not HTTP")
        status = int(words[1])
        if status < 100 or status >= 200:
            pairs = (line.partition(":") for line in rest)
            return status, {name.strip().lower(): value.strip() for name, _, value in pairs if value}


async def read_line(reader: Reader, *, chunked: bool) -> str:
    """The first line of the body that says something, without markup-only lines' noise, cut to a sentence's length."""
    # A body may come some time after its head; its first lines come together.
    while len(reader.kept) < ENOUGH and b"\n" not in reader.kept[8:]:
        if not await reader.more():
            break
    body = reader.kept
    if chunked:
        body = body.partition(b"\r\n")[2].partition(b"\r\n0\r\n")[0]
    text = body.decode(errors="replace")
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"
