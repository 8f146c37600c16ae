"""Lives of a server: each is a forked process, which may be killed. The parent never runs a loop or a thread, so that a
fork is safe; and it has imported everything, so that a life begins in milliseconds.
"""

import asyncio
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

# What a life would import by itself, each of them.
import dbos._sys_db_sqlite  # noqa: F401
import sqlalchemy.dialects.sqlite  # noqa: F401

Life = Callable[[], Coroutine[Any, Any, None]]
PATIENCE = 90.0
KILLED = -signal.SIGKILL
AT_ONCE = 4
"""Lives beside each other; they wait for the disk and for each other's answers as much as they work."""


def live(life: Life, log: Path) -> int | None:
    """Live it in a process of its own, whose talk goes to the log. Its status (negative: the signal); None for one that
    does not end, which is killed here."""
    return wait(fork(lambda: asyncio.run(life()), log))


def fork(act: Callable[[], None], log: Path) -> int:
    """Begin a process; its id."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        with log.open("a") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        act()
        status = 0
    except BaseException:  # noqa: BLE001 - the process ends here, and its log says why
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def wait(pid: int) -> int | None:
    """Its status, or None: see `live`."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def spread(works: Sequence[Callable[[], str]], root: Path) -> list[str]:
    """What each of the works answers, a few of them beside each other in processes of their own."""
    running: set[int] = set()
    for number, work in enumerate(works):
        if len(running) == AT_ONCE:
            running.discard(os.wait()[0])
        running.add(fork(lambda work=work, number=number: write(root, number, work()), root / f"{number}.log"))  # type: ignore[misc]
    for pid in running:
        os.waitpid(pid, 0)
    return [read(root, number) for number in range(len(works))]


def write(root: Path, number: int, answer: str) -> None:
    (root / f"{number}.answer").write_text(answer)


def read(root: Path, number: int) -> str:
    """The answer; of a work that gave none, what it said."""
    answer = root / f"{number}.answer"
    return answer.read_text() if answer.exists() else f"no answer: {(root / f'{number}.log').read_text()}"
