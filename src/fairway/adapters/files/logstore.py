"""The logs of tasks in files: APP/ENVIRONMENT/SERVICE/TASK.RELEASE/STAMP.log, compressed once they are full.

The name says whose log it is, and from when on, so that there is no index that could be wrong. A part is written
without a buffer: what `append` returned from is in the system's hands, and a killed server loses none of it. Nothing
is synced to the disk: after a power failure the last seconds of a log may be missing, and Docker still has them.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fairway.adapters.files import parts, records, tidying
from fairway.adapters.files.parts import Limits
from fairway.domain import printed
from fairway.domain.ids import AppName, EnvironmentName, ReleaseNumber, ServiceName, TaskId
from fairway.domain.printed import Origin, Piece, Position
from fairway.errors import Unavailable
from fairway.ports.logs import KeptLog


@dataclass(slots=True)
class Writer:
    """The part of a log that is being written. `ends`: whether the last line of each stream has ended."""

    path: Path
    file: int
    size: int = 0
    ends: dict[str, bool] = field(default_factory=dict)


class FileLogStore:
    """`ports.logs.LogStore` below the directory `root`. One process writes at a time."""

    def __init__(self, root: Path, limits: Limits | None = None) -> None:
        self._root = root
        self._limits = limits or Limits()
        self._writers: dict[Origin, Writer] = {}

    def folder(self, origin: Origin) -> Path:
        """Where the log is kept."""
        return self._root / origin.app / origin.environment / origin.service / f"{origin.task}.{origin.release}"

    def append(self, origin: Origin, pieces: Sequence[Piece]) -> None:
        """Keep them. Raises Unavailable; nothing is kept then."""
        if not pieces:
            return
        data = records.write(pieces)
        try:
            writer = self._writers.get(origin) or self._open(origin, pieces[0].stamp)
            self._write(writer, data)
        except OSError as error:
            self.close(origin)
            raise Unavailable(
                "the log can't be kept", why=f"{self._root}: {error.strerror}", hint="fairway doctor"
            ) from error
        writer.ends |= {piece.stream: piece.ends for piece in pieces}
        # A line is in one part, unless it is longer than a part may be.
        if writer.size >= self._limits.part and (all(writer.ends.values()) or writer.size >= 2 * self._limits.part):
            self.close(origin)

    async def position(self, origin: Origin) -> Position:
        """How far the log was kept: from its last parts, back to where a renewed reading would begin."""
        found: Position = {}
        for part in reversed(await self.parts(origin)):
            here: Position = {}
            async for pieces in self.read(origin, part):
                here = printed.advance(here, pieces)
            found = printed.join(here, found)
            if printed.settles(found, part):
                break
        return found

    async def logs(self, app: AppName) -> Sequence[KeptLog]:
        """All that are kept of the app."""
        return await asyncio.to_thread(self._logs, app)

    async def parts(self, origin: Origin) -> Sequence[int]:
        """The stamps with which its parts begin, oldest first."""
        return [part.stamp for part in await asyncio.to_thread(parts.listed, self.folder(origin))]

    async def read(self, origin: Origin, part: int) -> AsyncGenerator[Sequence[Piece], None]:
        """The pieces of one part, some at a time; read beside the loop: the file may be compressed, the disk slow."""
        reading = parts.Reading(self.folder(origin), part)
        try:
            while (lines := await asyncio.to_thread(reading.lines)) is not None:
                yield records.read(lines)
        finally:
            reading.close()

    def close(self, origin: Origin) -> None:
        """Close its file; the next `append` begins another part."""
        if writer := self._writers.pop(origin, None):
            os.close(writer.file)

    async def tidy(self, *, apps: Collection[AppName], now: float) -> Sequence[str]:
        """Compress parts that are full, and delete what is too old, too much, or of other apps. Raises Unavailable."""
        for origin in [each for each in self._writers if each.app not in apps]:
            self.close(origin)
        written = frozenset(writer.path for writer in self._writers.values())
        try:
            return await asyncio.to_thread(tidying.tidy, self._root, self._limits, frozenset(apps), written, now)
        except OSError as error:
            raise Unavailable("the logs of tasks can't be tidied", why=str(error)) from error

    async def forget(self, app: AppName) -> None:
        """Delete everything of the app. Raises Unavailable."""
        for origin in [each for each in self._writers if each.app == app]:
            self.close(origin)
        try:
            await asyncio.to_thread(tidying.remove, self._root / app)
        except OSError as error:
            raise Unavailable(f"the logs of {app} can't be deleted", why=str(error)) from error

    def _open(self, origin: Origin, stamp: int) -> Writer:
        """Begin a part. None is ever continued: what is closed may be compressed at any moment, and a record that was
        torn when the last process died must stay the last of its part."""
        folder = self.folder(origin)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        last = next(reversed(parts.listed(folder)), None)
        # A name that was there is not taken again, though the clock went back.
        path = folder / parts.name(stamp if last is None else max(stamp, last.stamp + 1))
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        writer = self._writers[origin] = Writer(path=path, file=file)
        return writer

    def _write(self, writer: Writer, data: bytes) -> None:
        try:
            done = 0
            while done < len(data):
                done += os.pwrite(writer.file, data[done:], writer.size + done)
        except OSError:
            # What went in before the disk was full would be read again, and kept twice.
            with contextlib.suppress(OSError):
                os.ftruncate(writer.file, writer.size)
            raise
        writer.size += len(data)

    def _logs(self, app: AppName) -> list[KeptLog]:
        return [
            KeptLog(origin=origin, begun=kept[0].stamp, written=kept[-1].written)
            for folder in tidying.folders(self._root / app)
            if (origin := read_origin(self._root, folder)) and (kept := parts.listed(folder))
        ]


def read_origin(root: Path, folder: Path) -> Origin | None:
    """What the folder's name says; None when it is not the store's."""
    app, environment, service, name = folder.relative_to(root).parts
    task, _, release = name.partition(".")
    if not release.isdecimal():
        return None
    return Origin(
        app=AppName(app),
        environment=EnvironmentName(environment),
        service=ServiceName(service),
        release=ReleaseNumber(int(release)),
        task=TaskId(task),
    )
