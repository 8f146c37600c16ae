"""One server for each home, however it was started.

The lock is the kernel's, on an open file: it ends with the process, also by `kill -9`, so that it never has to be
broken by hand. The file `server.pid` beside it only tells people and commands which process that is.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fairway.errors import Conflict

LOCK, PID = "server.lock", "server.pid"


@contextmanager
def hold(run: Path) -> Iterator[None]:
    """Hold the home whose run directory this is. Raises Conflict that names the process that holds it."""
    run.mkdir(parents=True, exist_ok=True)
    with (run / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _held(run) from error
        pid = run / PID
        fresh = run / f".{PID}.{os.getpid()}"
        fresh.write_text(f"{os.getpid()}\n")
        fresh.replace(pid)
        try:
            yield
        finally:
            pid.unlink(missing_ok=True)


def _held(run: Path) -> Conflict:
    pid = "another process"
    with contextlib.suppress(OSError, IndexError):
        pid = f"process {(run / PID).read_text().split()[0]}"
    return Conflict(
        f"a server already runs on {run.parent}",
        why=f"{pid} holds it",
        hint="fairway server status    fairway server stop",
    )
