"""Docker's multiplexed stream: frames of stdout and stderr on one connection.

A frame is eight bytes (the stream's number, three zeros, the length with the highest byte first) and the data.
"""

from collections.abc import Iterator

HEADER = 8
STREAMS = {0: "stdin", 1: "stdout", 2: "stderr", 3: "error"}


class Decoder:
    """Takes bytes as they come, gives whole frames. One frame of a log is one message."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, chunk: bytes) -> Iterator[tuple[str, bytes]]:
        """The frames that are whole now: ("stdout" or "stderr", data)."""
        self._buffer += chunk
        start = 0
        while len(self._buffer) - start >= HEADER:
            length = int.from_bytes(self._buffer[start + 4 : start + HEADER], "big")
            end = start + HEADER + length
            if len(self._buffer) < end:
                break
            yield STREAMS.get(self._buffer[start], "stdout"), bytes(self._buffer[start + HEADER : end])
            start = end
        del self._buffer[:start]
