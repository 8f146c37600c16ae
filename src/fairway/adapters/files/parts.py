"""The files of one log: `STAMP.log` while it is written, `STAMP.log.gz` afterwards."""

import contextlib
import gzip
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

MB = 1_000_000
DAY = 86400.0
CHUNK = 128 * 1024
LONGEST = 256 * 1024
"""Bytes after which a record is given up that does not end: the engine's pieces have at most 16 KB."""
PLAIN, PACKED, UNFINISHED = ".log", ".log.gz", ".part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bytes on the disk of one part before it is full, of one task and of one service; seconds for which a part is kept
    after its last line. A task's newest part is always kept."""

    part: int = MB
    task: int = 10 * MB
    service: int = 200 * MB
    age: float = 14 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file. `stamp` is that of its first piece, `written` when the last was added: nanoseconds since the epoch."""

    path: Path
    stamp: int
    size: int
    written: int
    compressed: bool


def name(stamp: int) -> str:
    """Of a part that is being written. Padded, so that names sort as numbers do."""
    return f"{stamp:019d}{PLAIN}"


def listed(folder: Path) -> list[Part]:
    """Its parts, oldest first. Where a part is there twice, because the process died between compressing and deleting,
    the compressed one counts: it was renamed when it was whole."""
    found: dict[int, Part] = {}
    try:
        entries = sorted(os.scandir(folder), key=lambda each: each.name)
    except (FileNotFoundError, NotADirectoryError):
        return []
    for entry in entries:
        stem, _, ending = entry.name.partition(".")
        if not stem.isdecimal() or f".{ending}" not in (PLAIN, PACKED):
            continue
        with contextlib.suppress(FileNotFoundError):
            status = entry.stat()
            found[int(stem)] = Part(
                path=Path(entry.path),
                stamp=int(stem),
                size=status.st_size,
                written=status.st_mtime_ns,
                compressed=f".{ending}" == PACKED,
            )
    return list(found.values())


class Reading:
    """Reads one part from its beginning, wherever it is by now; a thread may call it."""

    def __init__(self, folder: Path, stamp: int) -> None:
        self._plain = folder / name(stamp)
        self._file: BinaryIO | gzip.GzipFile | None = None
        self._rest = b""
        self._over = False

    def lines(self) -> list[bytes] | None:
        """The next whole lines; None at the end. What comes after a damaged place of a compressed file is lost."""
        if self._over:
            return None
        if self._file is None:
            self._file = self._open()
        try:
            chunk = self._file.read(CHUNK) if self._file is not None else b""
        except (OSError, EOFError, ValueError):
            chunk = b""
        if not chunk:
            self._over = True
            self.close()
            return None
        *lines, rest = (self._rest + chunk).split(b"\n")
        self._rest = rest if len(rest) <= LONGEST else b""
        return lines

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _open(self) -> BinaryIO | gzip.GzipFile | None:
        """It may be compressed between the two tries, so that the first name is tried again."""
        packed = self._plain.with_name(self._plain.name + ".gz")
        for path in (packed, self._plain, packed):
            try:
                return gzip.open(path, "rb") if path == packed else path.open("rb")
            except OSError:
                continue
        return None


def compress(part: Part) -> Part:
    """The same compressed. Died in the middle, it leaves both or a file that the next round removes."""
    packed = part.path.with_name(part.path.name + ".gz")
    unfinished = packed.with_name(packed.name + UNFINISHED)
    with part.path.open("rb") as source, gzip.GzipFile(unfinished, "wb", compresslevel=3) as target:
        while chunk := source.read(CHUNK):
            target.write(chunk)
    unfinished.chmod(0o600)
    # The time of its last line goes on counting for its age.
    os.utime(unfinished, ns=(part.written, part.written))
    unfinished.rename(packed)
    part.path.unlink(missing_ok=True)
    return replace(part, path=packed, size=packed.stat().st_size, compressed=True)
