"""One file of samples, which only grows: frames behind each other, each with its length and checksum.

    length, CRC-32    then either   S, number, JSON of a series     from here on this number means that series
                      or            V, how many, rows, compressed   of each series its number, a length and its samples

What is appended at one time is one frame of rows: series that are alike compress well together, to a fifth.

A server that is killed while it writes leaves a torn frame at the end. It is dropped: whoever reads stops there, and
whoever appends cuts it off first. A file that a failing disk damaged in the middle is good up to there.
"""

import json
import os
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from fairway.adapters.samples import codec
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.metrics import Sample, Series

HEAD = struct.Struct("<II")
NUMBERED = struct.Struct("<cI")
ROW = struct.Struct("<II")
NAMES, VALUES = b"S", b"V"
LEVEL = 6


class Segment:
    """A file that is appended to. Opening it makes it, and cuts off what is torn. Raises OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._numbers: dict[Series, int] = {}
        self._size = 0
        if path.exists():
            content = path.read_bytes()
            for end, kind, number, payload in frames(content):
                if kind == NAMES:
                    self._numbers[read_series(payload)] = number
                self._size = end
            if self._size < len(content):
                os.truncate(path, self._size)

    def append(self, samples: Mapping[Series, Sequence[Sample]]) -> None:
        """Write them at once. Raises OSError, and then none of them is there."""
        parts = []
        fresh = {series: len(self._numbers) + number for number, series in enumerate(samples.keys() - self._numbers)}
        for series, number in fresh.items():
            parts.append(frame(NAMES, number, write_series(series)))
        numbers = self._numbers | fresh
        rows = b"".join(row(numbers[series], those) for series, those in samples.items())
        parts.append(frame(VALUES, len(samples), zlib.compress(rows, LEVEL)))
        content = b"".join(parts)
        try:
            with self.path.open("ab") as file:
                file.write(content)
        except OSError:
            # A full disk takes a part of it: what follows must not stand behind a torn frame.
            if self.path.exists():
                os.truncate(self.path, self._size)
            raise
        self._numbers = numbers
        self._size += len(content)


def read(path: Path, wanted: Series | None = None) -> Iterator[tuple[Series, Sample]]:
    """The samples of a file, of all series or of one, as they were written. Raises OSError."""
    names: dict[int, Series] = {}
    for _, kind, number, payload in frames(path.read_bytes()):
        if kind == NAMES:
            series = read_series(payload)
            if wanted in (None, series):
                names[number] = series
            continue
        for number, content in read_rows(zlib.decompress(payload)):
            if number in names:
                for sample in codec.decode(content):
                    yield names[number], sample


def frames(content: bytes) -> Iterator[tuple[int, bytes, int, bytes]]:
    """Each whole frame: where it ends, its kind, its series' number, its payload."""
    offset = 0
    while offset + HEAD.size <= len(content):
        length, checksum = HEAD.unpack_from(content, offset)
        end = offset + HEAD.size + length
        body = content[offset + HEAD.size : end]
        if length < NUMBERED.size or len(body) < length or zlib.crc32(body) != checksum:
            return
        kind, number = NUMBERED.unpack_from(body)
        yield end, kind, number, body[NUMBERED.size :]
        offset = end


def frame(kind: bytes, number: int, payload: bytes) -> bytes:
    """One frame."""
    body = NUMBERED.pack(kind, number) + payload
    return HEAD.pack(len(body), zlib.crc32(body)) + body


def row(number: int, samples: Sequence[Sample]) -> bytes:
    """The samples of one series."""
    content = b"".join(codec.encode(sample) for sample in samples)
    return ROW.pack(number, len(content)) + content


def read_rows(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each series' number and its samples' bytes."""
    offset = 0
    while offset < len(content):
        number, length = ROW.unpack_from(content, offset)
        offset += ROW.size + length
        yield number, content[offset - length : offset]


def write_series(series: Series) -> bytes:
    """The names as JSON."""
    return json.dumps([series.app, series.environment, series.service, series.task]).encode()


def read_series(payload: bytes) -> Series:
    """The names again."""
    app, environment, service, task = json.loads(payload)
    return Series(
        app=AppName(app),
        environment=EnvironmentName(environment),
        service=ServiceName(service),
        task=None if task is None else TaskId(task),
    )
