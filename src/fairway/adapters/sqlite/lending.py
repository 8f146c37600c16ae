"""Who has a copy that is only counted: so that sweeping up after a killed server takes none from a living one.

Whoever makes such a copy has a shared lock before it is there; who sweeps needs the lock for itself, and leaves those
copies to the next time when it can't be had. The kernel drops the lock with the process.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

COUNTING = "counting-"
"""What the directories of such copies begin with."""
LOCK = "counting.lock"


@contextlib.contextmanager
def lent(root: Path) -> Iterator[None]:
    """Nobody sweeps the copies below `root` meanwhile."""
    with opened(root) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield


def sweep(root: Path, names: Collection[str]) -> None:
    """Delete those copies, unless somebody has one. To be run on a thread: who waits for the lock in the meantime must
    not keep it from being dropped."""
    with opened(root) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        for name in names:
            shutil.rmtree(root / name)


@contextlib.contextmanager
def opened(root: Path) -> Iterator[int]:
    """The file that carries the lock."""
    descriptor = os.open(root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
