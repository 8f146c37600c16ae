"""Just enough of HTTP/2 (RFC 9113) to ask one thing over TLS: a client whose header fields are written out in full."""

import asyncio
import ssl
from typing import Self

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS = 0, 1, 4
END_STREAM, END_HEADERS = 1, 4
STREAM = 1
STATUSES = {0x88: 200, 0x8B: 304, 0x8C: 400, 0x8D: 404, 0x8E: 500}
"""The statuses that the static table of RFC 7541 has a whole field for."""


class Http2:
    """One connection with one stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, port: int, host: str, context: ssl.SSLContext) -> Self:
        context.set_alpn_protocols(["h2"])
        made = cls(*await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=host))
        made.writer.write(PREFACE)
        made.send(SETTINGS, 0, b"", stream=0)
        return made

    def send(self, kind: int, flags: int, content: bytes, stream: int = STREAM) -> None:
        self.writer.write(len(content).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + content)

    def ask(self, fields: dict[str, str], *, ended: bool = True) -> None:
        """Send the head of a request."""
        parts = [b"\x00" + each for name, value in fields.items() for each in (text(name) + text(value),)]
        self.send(HEADERS, END_HEADERS | (END_STREAM if ended else 0), b"".join(parts))

    async def receive(self, kind: int) -> bytes:
        """The content of the next frame of the kind that has any."""
        async with asyncio.timeout(10):
            while True:
                head = await self.reader.readexactly(9)
                content = await self.reader.readexactly(int.from_bytes(head[:3], "big"))
                if head[3] == kind and content:
                    return content

    async def status(self) -> int:
        """The status of the answer. Raises KeyError for one that is not in the static table."""
        return STATUSES[(await self.receive(HEADERS))[0]]

    def close(self) -> None:
        self.writer.transport.abort()


def text(value: str) -> bytes:
    """A string of up to 126 bytes, not compressed."""
    return bytes([len(value)]) + value.encode()
