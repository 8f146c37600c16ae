"""A client that keeps its connections alive and counts what failed, for tests of the load balancer."""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from support.web_target import read_head


@dataclass
class Answer:
    status: int
    body: str
    headers: dict[str, str]


class Connection:
    """One keep-alive connection to the load balancer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, port: int, host: str = "", secure: ssl.SSLContext | None = None) -> "Connection":
        """`secure`: by TLS, for the host."""
        name = host if secure else None
        return cls(*await asyncio.open_connection("127.0.0.1", port, ssl=secure, server_hostname=name))

    async def ask(self, host: str, path: str = "/", *, method: str = "GET", body: str = "", head: str = "") -> Answer:
        length = f"Content-Length: {len(body)}\r\n" if body or method == "POST" else ""
        self.writer.write(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{length}{head}\r\n{body}".encode())
        return await self.answer()

    async def answer(self) -> Answer:
        lines = await read_head(self.reader)
        if not lines:
            raise ConnectionError("closed without an answer")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return Answer(int(lines[0].split(" ")[1]), body.decode(), headers)

    def close(self) -> None:
        self.writer.transport.abort()


async def ask(port: int, host: str, path: str = "/", *, secure: ssl.SSLContext | None = None, **options: str) -> Answer:
    """One request on its own connection."""
    connection = await Connection.open(port, host, secure)
    try:
        return await connection.ask(host, path, **options)
    finally:
        connection.close()


@dataclass
class Load:
    """What a load has seen: `answered` by body, `failed` by what happened instead of a 200."""

    answered: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    stopping: bool = False
    secure: ssl.SSLContext | None = None
    kept: bool = True

    @property
    def sent(self) -> int:
        return self.answered.total() + self.failed.total()

    async def more(self, count: int, *, timeout: float = 30.0) -> None:
        """Return when so many more requests have been made."""
        goal = self.sent + count
        async with asyncio.timeout(timeout):
            while self.sent < goal:
                await asyncio.sleep(0.005)

    async def run(self, port: int, host: str, method: str) -> None:
        connection = None
        while not self.stopping:
            try:
                connection = connection or await Connection.open(port, host, self.secure)
                answer = await connection.ask(host, "/", method=method)
                if answer.status == 200:
                    self.answered[answer.body if method == "GET" else "done"] += 1
                else:
                    self.failed[f"{answer.status}"] += 1
                if not self.kept or answer.headers.get("connection", "") == "close":
                    connection.close()
                    connection = None
            except (OSError, asyncio.IncompleteReadError) as error:
                self.failed[repr(error)] += 1
                connection = None
        if connection:
            connection.close()


@asynccontextmanager
async def load(
    port: int,
    host: str,
    *,
    connections: int = 64,
    method: str = "GET",
    secure: ssl.SSLContext | None = None,
    kept: bool = True,
) -> AsyncIterator[Load]:
    """Requests as fast as they are answered, over keep-alive connections, or each over its own, while the block
    runs."""
    seen = Load(secure=secure, kept=kept)
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(seen.run(port, host, method))
        try:
            yield seen
        finally:
            seen.stopping = True
