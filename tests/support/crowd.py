"""Sixty-four clients of one backend at once, each of its own kind, and an account of every request.

There are connections that are kept and such that are not, GET and POST, answers that take 5 s, bodies that come slowly,
server-sent events and WebSockets. They pause between requests, as people do: what is tested is that nothing is lost,
not how much goes through, and the two cores are needed for what is tested. Nothing is sent again by a client.

A request that fails is kept with when it began and ended, so that those that were under way inside a killed process can
be told from the others. The backend is `crowd_backend.js`.
"""

import asyncio
import itertools
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

PATIENCE = 30.0
SLOWEST = 6.0
"""Seconds that the longest of the requests may take."""
UPGRADE = "Upgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw=="
BYE = b"bye"


class Lost(Exception):
    """A request without its answer; the text says how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A request without its answer. Times are those of `time.monotonic`."""

    kind: str
    reason: str
    begun: float
    ended: float


@dataclass(slots=True)
class Killed:
    """When a process was killed: not before `begun`, and by `ended`."""

    begun: float
    ended: float = float("inf")


@dataclass(slots=True)
class Tally:
    """What requests came to during one event: sent in it, answered or failed in it. `orders` were answered."""

    sent: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    orders: set[str] = field(default_factory=set)
    versions: Counter[str] = field(default_factory=Counter)
    first: dict[str, float] = field(default_factory=dict)
    """When each version answered first."""
    goodbyes: list[float] = field(default_factory=list)
    """When streams and WebSockets ended in good order."""

    def inside(self, killed: Killed) -> Sequence[Failure]:
        """Those that were under way when the process was killed."""
        return [each for each in self.failures if each.begun <= killed.ended and each.ended >= killed.begun]

    def apart_from(self, killed: Killed) -> Sequence[Failure]:
        """The failures that no killed process explains."""
        inside = self.inside(killed)
        return [each for each in self.failures if each not in inside]


class Visitor:
    """One client with at most one connection at a time."""

    def __init__(self, crowd: "Crowd") -> None:
        self.crowd = crowd
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, head: str, *parts: bytes, pause: float = 0.0) -> tuple[int, bytes]:
        """Send a request, its body in parts with a pause before each, and read the answer."""
        reader = await self.send(head, *parts, pause=pause)
        status, headers = await read_head(reader)
        async with asyncio.timeout(PATIENCE):
            body = await read_body(reader, headers)
        if headers.get("connection") == "close":
            self.leave()
        return status, body

    async def send(self, head: str, *parts: bytes, pause: float = 0.0) -> asyncio.StreamReader:
        """Send it; where its answer will come."""
        if self.reader is not None and self.reader.at_eof():
            self.leave()  # the other side has closed it between two requests, which every client sees before it sends
        if self.writer is None:
            async with asyncio.timeout(PATIENCE):
                self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.crowd.port)
        assert self.reader is not None
        length = f"Content-Length: {sum(map(len, parts))}\n" if parts else ""
        self.writer.write(f"{head}\nHost: {self.crowd.host}\n{length}\n".replace("\n", "\r\n").encode())
        for part in parts:
            await asyncio.sleep(pause)
            self.writer.write(part)
            await self.writer.drain()
        return self.reader

    def leave(self) -> None:
        """Close the connection; the next request opens another."""
        if self.writer is not None:
            self.writer.transport.abort()
        self.reader = self.writer = None

    async def get(self, path: str = "/", *, close: bool = False) -> None:
        """Ask for the version."""
        status, body = await self.ask(f"GET {path} HTTP/1.1" + ("\nConnection: close" if close else ""))
        expect(status == 200, f"answered {status}")
        self.crowd.tally.versions[body.decode()] += 1
        self.crowd.tally.first.setdefault(body.decode(), time.monotonic())

    async def order(self, *, close: bool = False, parts: int = 1, pause: float = 0.0) -> None:
        """Send an order that nobody else sends, and read its number back."""
        number = next(self.crowd.numbers)
        body = [f"{number:<20}".encode()] + [b" " * 1000] * (parts - 1)
        head = "POST / HTTP/1.1" + ("\nConnection: close" if close else "")
        status, answer = await self.ask(head, *body, pause=pause)
        expect(status == 200, f"answered {status}")
        expect(answer.decode() == number, f"answered order {answer.decode()} to {number}")
        self.crowd.tally.orders.add(number)

    async def follow(self) -> None:
        """Read events until the backend says goodbye."""
        reader = await self.send("GET /events HTTP/1.1")
        status, _ = await read_head(reader)
        expect(status == 200, f"answered {status}")
        await self.until_bye(reader)

    async def talk(self) -> None:
        """Keep a WebSocket's connection busy until the backend says goodbye."""
        reader = await self.send(f"GET /socket HTTP/1.1\n{UPGRADE}")
        status, _ = await read_head(reader)
        expect(status == 101, f"answered {status}")
        await self.until_bye(reader, say=b"ahoy")

    async def until_bye(self, reader: asyncio.StreamReader, say: bytes = b"") -> None:
        """Read, and say something before each read."""
        end = b""
        while BYE not in end:
            if say and self.writer is not None:
                self.writer.write(say)
                await asyncio.sleep(0.1)
            async with asyncio.timeout(PATIENCE):
                data = await reader.read(65536)
            expect(bool(data), "cut off")
            end = end[-8:] + data
        self.crowd.tally.goodbyes.append(time.monotonic())
        self.leave()


def expect(holds: bool, otherwise: str) -> None:
    """Raise Lost if it does not hold."""
    if not holds:
        raise Lost(otherwise)


async def read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    """The status and the headers of an answer."""
    async with asyncio.timeout(PATIENCE):
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    pairs = (line.split(":", 1) for line in lines[1:] if ":" in line)
    return int(lines[0].split(" ")[1]), {name: value.strip() for name, value in pairs}


async def read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    """The body, by its length or by its chunks."""
    if "chunked" not in headers.get("transfer-encoding", ""):
        return await reader.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return body


KINDS: Sequence[tuple[str, int, float, Callable[[Visitor], Awaitable[None]]]] = (
    ("GET, kept", 18, 0.05, lambda visitor: visitor.get()),
    ("GET, new", 12, 0.1, lambda visitor: visitor.get(close=True)),
    ("POST, kept", 12, 0.1, lambda visitor: visitor.order()),
    ("POST, new", 8, 0.1, lambda visitor: visitor.order(close=True)),
    ("GET of 5 s", 4, 0.1, lambda visitor: visitor.get("/slow")),
    ("upload of 2 s", 4, 0.1, lambda visitor: visitor.order(parts=20, pause=0.1)),
    ("events", 3, 0.0, Visitor.follow),
    ("WebSocket", 3, 0.0, Visitor.talk),
)
"""What each visitor does, how many do it, and how long they pause before they do it again."""


class Crowd:
    """The visitors, in a thread of their own while the block runs. `tally` is that of the present event."""

    def __init__(self, port: int, host: str) -> None:
        self.port, self.host = port, host
        self.tally = Tally()
        self.numbers: Iterator[str] = (f"n{number}" for number in itertools.count(1))
        self.leaving = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._visit()), name="crowd")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.leaving.set()
        self._thread.join()

    def begin(self) -> Tally:
        """A fresh account from now on."""
        self.tally = Tally()
        return self.tally

    @contextmanager
    def killing(self) -> Iterator[Killed]:
        """Around whatever kills a process and sees it gone."""
        killed = Killed(time.monotonic())
        yield killed
        killed.ended = time.monotonic()

    async def _visit(self) -> None:
        async with asyncio.TaskGroup() as group:
            visits = [
                group.create_task(self._come_again(kind, pause, act))
                for kind, count, pause, act in KINDS
                for _ in range(count)
            ]
            while not self.leaving.is_set():
                await asyncio.sleep(0.05)
            for visit in visits:
                visit.cancel()
        await asyncio.sleep(0.05)  # the connections that they left are closed in the loop's next turns

    async def _come_again(self, kind: str, pause: float, act: Callable[[Visitor], Awaitable[None]]) -> None:
        visitor = Visitor(self)
        try:
            while True:
                self.tally.sent[kind] += 1
                if failure := await self._visit_once(visitor, kind, act):
                    self.tally.failures.append(failure)
                await asyncio.sleep(max(pause, 0.02))
        finally:
            visitor.leave()

    async def _visit_once(
        self, visitor: Visitor, kind: str, act: Callable[[Visitor], Awaitable[None]]
    ) -> Failure | None:
        """How it failed, None when it did not."""
        begun = time.monotonic()
        try:
            await act(visitor)
        except (Lost, OSError, EOFError, ValueError) as error:
            visitor.leave()
            reason = str(error) or type(error).__name__
            return Failure(kind=kind, reason=reason, begun=begun, ended=time.monotonic())
        return None
