"""Noticing that somebody opens a file: the kernel's inotify, which Python's library does not have.

It is exact where a look at locks or times is not: whoever opens the database for a moment and only reads is noticed
too, in whichever container, as the file is the same.
"""

import contextlib
import ctypes
import os
import struct
from collections.abc import Iterator
from pathlib import Path

from fairway.errors import Unavailable

OPENED, DIRECTORY = 0x20, 0x40000000
"""IN_OPEN, IN_ISDIR."""
HEAD = struct.Struct("iIII")
"""An event: which watch, what happened, a cookie, how long the name behind it is."""
ROOM = 65536


class Notice:
    """What has been opened in a directory since `watching` began."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._opened = False

    def opened(self) -> bool:
        """Whether a file in it was opened by anybody."""
        with contextlib.suppress(BlockingIOError):
            while events := os.read(self._descriptor, ROOM):
                self._opened = self._opened or any(meant(mask) for mask in masks(events))
        return self._opened


@contextlib.contextmanager
def watching(directory: Path) -> Iterator[Notice]:
    """Raises Unavailable where the kernel lends no more of these."""
    library = ctypes.CDLL(None, use_errno=True)
    descriptor = library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if descriptor < 0:
        raise refused()
    try:
        if library.inotify_add_watch(descriptor, os.fsencode(directory), OPENED) < 0:
            raise refused()
        yield Notice(descriptor)
    finally:
        os.close(descriptor)


def masks(events: bytes) -> Iterator[int]:
    """What happened in each of the events."""
    place = 0
    while place < len(events):
        _, mask, _, length = HEAD.unpack_from(events, place)
        yield mask
        place += HEAD.size + length


def meant(mask: int) -> bool:
    """Whether a file was opened, and not the directory listed."""
    return bool(mask & OPENED) and not mask & DIRECTORY


def refused() -> Unavailable:
    """Why it can't be."""
    return Unavailable(
        "the copy can't be watched",
        why=f"inotify: {os.strerror(ctypes.get_errno())}",
        hint="raise fs.inotify.max_user_instances: sysctl fs.inotify",
    )
