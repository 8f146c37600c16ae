"""What a job prints, line by line, from wherever an earlier reading broke off."""

from collections.abc import AsyncIterator

from fairway.adapters.docker import frames
from fairway.adapters.docker.connection import Connection, Refused
from fairway.adapters.docker.logs import Joiner
from fairway.domain.ids import TaskId
from fairway.ports.builder import LogSink
from fairway.ports.logs import LogLine


class Printed:
    """The log of one container, each line of which is given to `log` once."""

    def __init__(self, connection: Connection, container: str, log: LogSink) -> None:
        self._connection = connection
        self._container = container
        self._log = log
        self._at = 0.0

    async def read(self, *, follow: bool) -> None:
        """Read what there is; with `follow` until the container has ended. Raises Unavailable when that breaks off."""
        params = {"stdout": "1", "stderr": "1", "timestamps": "1", "follow": "1" if follow else "0"}
        if self._at:
            params["since"] = f"{self._at:.9f}"
        # Docker's `since` includes the instant itself.
        after, joiner, decoder = self._at, Joiner(TaskId(self._container)), frames.Decoder()
        try:
            path = f"/containers/{self._container}/logs"
            async with self._connection.stream("GET", path, params=params) as chunks:
                await self._take(chunks, decoder, joiner, after)
        except Refused as refusal:
            if refusal.status != 404:
                raise
        for line in joiner.rest():
            self._give(line, after)

    async def _take(self, chunks: AsyncIterator[bytes], decoder: frames.Decoder, joiner: Joiner, after: float) -> None:
        async for chunk in chunks:
            for stream, message in decoder.feed(chunk):
                if line := joiner.add(stream, message):
                    self._give(line, after)

    def _give(self, line: LogLine, after: float) -> None:
        if line.at > after:
            self._at = max(self._at, line.at)
            self._log(line.text)
