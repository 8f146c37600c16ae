"""The log of each stage: a file for each, written as the lines come, kept afterwards, and followed while it grows.

What comes in are lines of text; what goes out are the same lines to as many readers as there are, at whatever pace
they read: each reads the file itself, and is only woken by the writer.
"""

import asyncio
import contextlib
import logging
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

LOG = logging.getLogger(__name__)
LIMIT = 20 * 1024 * 1024
"""Bytes that are kept of one stage's log: a build that prints for ever must not fill the disk."""
CHUNK = 64 * 1024


@dataclass(slots=True)
class StageLog:
    """One stage's log while it is written. Called with a line, it keeps it."""

    file: BinaryIO
    left: int
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False

    def __call__(self, text: str) -> None:
        """Keep a line; one that has line ends within is several."""
        if self.closed or self.left <= 0:
            return
        lines = [line.replace("\0", "") for line in text.splitlines()] or [""]
        data = "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
        if len(data) >= self.left:
            data = b"the log is too long: the rest is not kept\n"
            self.left = 0
        self.left -= len(data)
        try:
            self.file.write(data)
        except OSError as error:
            # A full disk must not fail the work that the log is about; the work itself will say what it lacks.
            self.left = 0
            LOG.warning("a stage's log can't be written any more: %s", error)
        self.wake()

    def wake(self) -> None:
        """Wake those who follow."""
        self.changed.set()
        self.changed = asyncio.Event()


class StageLogs:
    """The logs of all executions, under one directory: APP/NUMBER/STAGE.log."""

    def __init__(self, root: Path, limit: int = LIMIT) -> None:
        self._root = root
        self._limit = limit
        self._open: dict[Path, StageLog] = {}

    def path(self, app: str, number: int, stage: str) -> Path:
        """Where the log is kept."""
        return self._root / app / str(number) / f"{stage}.log"

    @contextlib.contextmanager
    def write(self, app: str, number: int, stage: str, *, resume: bool) -> Iterator[StageLog]:
        """The log to write to; an earlier one of that name is continued with `resume`, replaced without."""
        path = self.path(app, number, stage)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Unbuffered: a line is in the file when the call that brought it returns.
        with path.open("ab" if resume else "wb", buffering=0) as file:
            log = self._open[path] = StageLog(file, left=self._limit - file.tell())
            try:
                yield log
            finally:
                log.closed = True
                del self._open[path]
                log.wake()

    def forget(self, app: str, number: int) -> None:
        """Delete all that is kept under the number."""
        shutil.rmtree(self._root / app / str(number), ignore_errors=True)

    def kept(self) -> Sequence[tuple[str, int]]:
        """Of which apps' executions there is something here, by app and number."""
        found = self._root.glob("*/*")
        return sorted((each.parent.name, int(each.name)) for each in found if each.name.isdecimal())

    def read(self, app: str, number: int, stage: str) -> str:
        """All lines so far; "" when there are none."""
        try:
            return self.path(app, number, stage).read_text("utf-8", "replace")
        except FileNotFoundError:
            return ""

    def tail(self, app: str, number: int, stage: str, lines: int) -> tuple[str, ...]:
        """The last lines."""
        return tuple(self.read(app, number, stage).splitlines()[-lines:])

    async def follow(self, app: str, number: int, stage: str) -> AsyncIterator[str]:
        """The lines so far, then each further one until the stage is no longer written; none when it never was."""
        path, position, rest = self.path(app, number, stage), 0, b""
        while True:
            log = self._open.get(path)
            changed = None if log is None else log.changed
            chunk = read_chunk(path, position)
            position += len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield line.decode("utf-8", "replace")
            if not chunk:
                if changed is None:
                    return
                await changed.wait()


def read_chunk(path: Path, position: int) -> bytes:
    """The next bytes of the file, none at its end or when it is not there."""
    try:
        with path.open("rb") as file:
            file.seek(position)
            return file.read(CHUNK)
    except FileNotFoundError:
        return b""
