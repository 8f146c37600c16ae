"""What a task printed, in Docker's own pieces, from the log that Docker keeps as long as the container exists.

Docker keeps a line of more than 16 KB in pieces of that size, all with the time of the first; only the last ends with a
line end. A chunk of the stream has up to thousands of pieces, so the times are not parsed one by one: all of a second
share their first 19 characters.
"""

import calendar
import time
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime

from fairway.adapters.docker import frames
from fairway.adapters.docker.connection import Refused
from fairway.adapters.docker.containers import Containers
from fairway.domain.ids import TaskId
from fairway.domain.printed import ERR, OUT, SECOND, Piece

FIXED = 30
"""Characters of a time as Docker writes it: `2026-11-23T15:02:10.123456789Z`."""


class DockerPrinting:
    """`ports.logs.Printing` over the containers of one instance."""

    def __init__(self, containers: Containers) -> None:
        self._containers = containers

    async def pieces(
        self, task: TaskId, *, since: int | None = None, follow: bool = False
    ) -> AsyncGenerator[Sequence[Piece], None]:
        """Those of the instant `since` and later, as many at a time as one chunk of Docker's answer has."""
        container = await self._containers.find(task)
        if container is None:
            return
        params = {"stdout": "1", "stderr": "1", "timestamps": "1", "follow": "1" if follow else "0"}
        if since is not None:
            params["since"] = f"{since // SECOND}.{since % SECOND:09d}"
        decoder, stamps = frames.Decoder(), Stamps()
        path = f"/containers/{container}/logs"
        try:
            async with self._containers.connection.stream("GET", path, params=params) as chunks:
                async for chunk in chunks:
                    if pieces := [read_piece(stamps, *frame) for frame in decoder.feed(chunk)]:
                        yield pieces
        except Refused as refusal:
            if refusal.status not in (404, 409):
                raise
            # It is gone, or is being removed.
            self._containers.forget(task)


class Stamps:
    """Docker's times as nanoseconds since the epoch. It remembers the last second."""

    def __init__(self) -> None:
        self._text = b""
        self._second = 0

    def read(self, text: bytes) -> int:
        """`2026-11-23T15:02:10.123456789Z` as a number. Raises ValueError for what is no time."""
        if len(text) != FIXED or text[29:] != b"Z":
            return parse(text.decode("ascii"))
        if text[:19] != self._text:
            self._second = calendar.timegm(time.strptime(text[:19].decode("ascii"), "%Y-%m-%dT%H:%M:%S")) * SECOND
            self._text = text[:19]
        return self._second + int(text[20:29])


def parse(text: str) -> int:
    """A time with another offset, or without all nine digits: `2026-11-23T16:02:10.5+01:00`."""
    head, _, fraction = text.partition(".")
    digits = fraction[: len(fraction) - len(fraction.lstrip("0123456789"))]
    offset = fraction[len(digits) :] if fraction else ""
    return int(datetime.fromisoformat(head + offset).timestamp()) * SECOND + int(digits.ljust(9, "0") or "0")


def read_piece(stamps: Stamps, stream: str, message: bytes) -> Piece:
    """The piece in a frame: `TIME DATA`, with or without a line end."""
    stamp, _, data = message.partition(b" ")
    name = OUT if stream == OUT else ERR
    if data.endswith(b"\n"):
        return Piece(stamps.read(stamp), name, data[:-1], True)
    return Piece(stamps.read(stamp), name, data, False)
