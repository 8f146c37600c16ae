"""The line that HAProxy writes for each request, read a second's worth at a time from a ring in its memory.

A stream (`show events requests -w`) is left open to each worker, and read only when asked to: what comes in between
waits in the socket and in the ring. With both full HAProxy drops lines and says in one of its own how many; a request
never waits for its line. The master does not pass such a stream on, so it goes to the worker's own socket, which is
that of the newest worker. An open stream keeps a worker that only finishes from ending, so it is closed as soon as
nothing is under way there.
"""

import asyncio
import os
import re
import socket
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from fairway.adapters.haproxy import config
from fairway.adapters.haproxy.counters import BACKEND
from fairway.adapters.haproxy.counters import Path as CountedPath
from fairway.domain.metrics import Latencies, merge, tally

SOCKET = "worker.sock"
CHUNK = 256 * 1024
SMALL = 32 * 1024
"""Bytes that fit into the socket: when no more came, nothing waits behind them in the ring."""
SILENCE = 0.005
"""Seconds without a byte after which a stream that had more than that is empty."""
DROPPED = re.compile(rb"(\d+) events? dropped", re.ASCII)
UPGRADED = b"101"


@dataclass(slots=True)
class Stream:
    """One worker's. `parts` have come and were not given away: mostly the beginning of a line whose end is missing."""

    line: socket.socket
    parts: list[bytes] = field(default_factory=list)

    async def read(self) -> list[bytes] | None:
        """The lines that have come since the last time, None when the stream has ended."""
        size, ended = 0, False
        while not ended:
            try:
                chunk = self.line.recv(CHUNK)
            except BlockingIOError:
                if size <= SMALL or not await readable(self.line, within=SILENCE):
                    break
                continue
            except OSError:
                chunk = b""
            self.parts.append(chunk)
            size += len(chunk)
            ended = not chunk
        *lines, rest = b"".join(self.parts).split(b"\n")
        self.parts = [rest]
        return None if ended and not lines else lines


class Ring:
    """The rings of the workers of the HAProxy that runs in a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._streams: dict[int, Stream] = {}
        self._lines: Counter[bytes] = Counter()
        self._known: set[int] | None = None
        self.dropped = 0
        """Lines that HAProxy had no room for so far."""

    async def take(self, worker: int, finishing: Collection[int]) -> dict[CountedPath, Latencies]:
        """The latencies since the last time, by backend and server, the backend's own among them. Streams to workers
        that are neither `worker`, the newest, nor among `finishing` are read for the last time. Raises OSError when
        there can't be one to the worker."""
        if worker not in self._streams:
            # What lies in the ring of a worker that was there before us, or whose stream broke off, was told or is old.
            fresh = self._known is not None and worker not in self._known
            self._streams[worker] = open_stream(self._directory, fresh=fresh)
        self._known = {worker, *finishing}
        for pid, stream in list(self._streams.items()):
            read = await stream.read()
            # Counted before they are understood: of 25,000 lines a few hundred are different.
            self._lines.update(read or ())
            if read is None or (pid != worker and pid not in finishing):
                self._close(pid)
        lines, self._lines = self._lines, Counter()
        latencies, dropped = parse(lines)
        self.dropped += dropped
        return latencies

    def close(self) -> None:
        """Close every stream."""
        for pid in list(self._streams):
            self._close(pid)

    def _close(self, pid: int) -> None:
        self._streams.pop(pid).line.close()


def open_stream(directory: Path, *, fresh: bool) -> Stream:
    """A stream to the newest worker: `fresh`: of all that its ring has, else of what comes from now on. Raises OSError
    when it does not answer."""
    # A socket's path has room for 107 bytes; the directory's may be longer, a descriptor's never is.
    folder = os.open(directory, os.O_PATH | os.O_DIRECTORY)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.setblocking(False)
        line.connect(f"/proc/self/fd/{folder}/{SOCKET}")
        line.sendall(f"show events {config.RING} -w{'' if fresh else ' -n'}\n".encode())
    except OSError:
        line.close()
        raise
    finally:
        os.close(folder)
    return Stream(line)


async def readable(line: socket.socket, *, within: float) -> bool:
    """Whether bytes come within so many seconds."""
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(line, came.set)
    try:
        async with asyncio.timeout(within):
            await came.wait()
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(line)
    return True


def parse(lines: Counter[bytes]) -> tuple[dict[CountedPath, Latencies], int]:
    """The latencies by backend and server, and of each backend together; and how many lines were dropped.

    A line is `BACKEND SERVER STATUS MILLISECONDS`. One of a request without a server, without an answer, or of a
    connection that became a WebSocket (its hours are no latency) says nothing of a latency.
    """
    found: dict[CountedPath, Counter[int]] = {}
    dropped = 0
    for line, number in lines.items():
        fields = line.split(b" ")
        if len(fields) == 4 and fields[2].isdigit() and fields[3].isdigit():
            if fields[2] != UPGRADED and not fields[1].startswith(b"<"):
                path = fields[0].decode("latin-1"), fields[1].decode("latin-1")
                found.setdefault(path, Counter())[int(fields[3])] += number
        elif told := DROPPED.search(line):
            dropped += int(told[1]) * number
    latencies = {
        path: tally({number / 1000: times for number, times in milliseconds.items()})
        for path, milliseconds in found.items()
    }
    for backend in {path[0] for path in found}:
        latencies[backend, BACKEND] = merge(each for path, each in latencies.items() if path[0] == backend)
    return latencies, dropped
