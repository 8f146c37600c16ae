"""A small real HTTP server to stand behind the load balancer, in the test's own process or in one that can be killed.

    GET /            its name
    GET /headers     the request's headers as JSON
    GET /slow/S      its name after S seconds
    GET /empty       takes the request and closes without a word, when it is told to with `rude`
    GET /events      server-sent events, one each 50 ms, without end
    GET /socket      a WebSocket's handshake, then every byte comes back (what a WebSocket is to a proxy)
    POST anything    counts, and answers with the count

`python web_target.py NAME PORT` runs one.
"""

import asyncio
import json
import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha1
from pathlib import Path

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class WebTarget:
    """The server's state: `posts` counts POST requests; `rude` makes it close without a word."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.posts = 0
        self.rude = False
        self.requests = 0
        self.writers: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        try:
            while head := await read_head(reader):
                await self.answer(head, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    async def answer(self, head: list[str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, path, _ = head[0].split(" ")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:])}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.requests += 1
        if method == "POST":
            self.posts += 1
        if self.rude:
            raise ConnectionError
        match path.split("/"):
            case ["", "slow", seconds]:
                await asyncio.sleep(float(seconds))
                reply(writer, self.name)
            case ["", "headers"]:
                reply(writer, json.dumps([line.split(": ", 1) for line in head[1:]]))
            case ["", "events"]:
                await self.events(writer)
            case ["", "socket"]:
                accept = b64encode(sha1(f"{headers['sec-websocket-key']}{MAGIC}".encode()).digest()).decode()
                upgrade = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
                writer.write(f"HTTP/1.1 101 Switching Protocols\r\n{upgrade}".encode())
                while data := await reader.read(65536):
                    writer.write(data)
                raise ConnectionError
            case _:
                reply(writer, f"{self.posts}" if method == "POST" else self.name, len(body))
        await writer.drain()

    async def events(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        number = 0
        while not writer.is_closing():
            number += 1
            event = f"data: {self.name} {number}\n\n".encode()
            writer.write(b"%x\r\n%s\r\n" % (len(event), event))
            await writer.drain()
            await asyncio.sleep(0.05)


async def read_head(reader: asyncio.StreamReader) -> list[str]:
    """The lines of a request's or response's head, [] at the end of the connection."""
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
    except (asyncio.IncompleteReadError, ConnectionError):
        return []


def reply(writer: asyncio.StreamWriter, text: str, received: int = 0) -> None:
    body = text.encode()
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nReceived: %d\r\n\r\n%s" % (len(body), received, body))


@asynccontextmanager
async def running(name: str, port: int) -> AsyncIterator[WebTarget]:
    """Serve on loopback while the block runs."""
    target = WebTarget(name)
    server = await asyncio.start_server(target.serve, "127.0.0.1", port, backlog=1024)
    try:
        yield target
    finally:
        server.close()
        for writer in list(target.writers):
            writer.transport.abort()
        await server.wait_closed()


@asynccontextmanager
async def process(name: str, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """The same in a process of its own, which the test may kill; yields once it listens."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__)), name, str(port), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert child.stdout and await child.stdout.readline()
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


async def main(name: str, port: int) -> None:
    async with running(name, port):
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
