"""The server's process on this host: starting it in the background, finding it, stopping it.

The tasks, HAProxy and the registry belong to other processes and go on while the server is away.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fairway.client import connect
from fairway.errors import Conflict, FairwayError, UsageError, WorkFailed
from fairway.settings import Settings, environment

SERVER = (sys.executable, "-m", "fairway.server")
PAUSE = 0.05
LINES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A server that answers: its process id, whether this call started it, and how many seconds that took."""

    pid: int
    new: bool
    seconds: float = 0.0


def pid_file(settings: Settings) -> Path:
    """Where the server writes its process id."""
    return settings.run / "server.pid"


def log_file(settings: Settings) -> Path:
    """What the server prints."""
    return settings.logs / "server.log"


def find(settings: Settings) -> int | None:
    """The process id of this home's server, None when none runs."""
    pid = read_pid(pid_file(settings))
    return pid if pid and "fairway.server" in command_line(pid) else None


def start(settings: Settings, *, timeout: float, command: Sequence[str] = SERVER) -> Started:
    """Start the server (by `command`) unless it runs, and wait until it answers.

    Raises Conflict when somebody else has the port, WorkFailed with the log's last lines when it does not come up.
    """
    if pid := find(settings):
        _wait(settings, None, pid, time.monotonic() + timeout, 0)
        return Started(pid=pid, new=False)
    require_free(settings)
    started = time.monotonic()
    process, offset = spawn(settings, command)
    try:
        _wait(settings, process, process.pid, started + timeout, offset)
    finally:
        if process.poll() is None:
            # It outlives this command on purpose; without a status Popen complains that nobody waited for it.
            process.returncode = 0
    return Started(pid=process.pid, new=True, seconds=time.monotonic() - started)


def serves(settings: Settings, pid: int) -> bool:
    """Whether this process holds the home and answers on the port, by the word of who does: between the look at the
    port and the server's own start another one may have taken it."""
    if find(settings) != pid:
        return False
    client = connect.connect(settings)  # each time: a home's first server makes the token
    try:
        document = client.get("/server") if client.healthy() else None
    except FairwayError:
        return False
    return isinstance(document, dict) and document.get("pid") == pid


def require_free(settings: Settings) -> None:
    """Raise Conflict when somebody has the server's port; for a home whose server does not run."""
    if connect.connect(settings).healthy():
        raise _taken(settings, "another Fairway server, of another FAIRWAY_HOME, answers there")
    if listens(settings):
        raise _taken(settings, "another program listens there")


def spawn(settings: Settings, command: Sequence[str]) -> tuple[subprocess.Popen[bytes], int]:
    """The server in a session of its own, and where in the log its words begin."""
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings.logs.mkdir(parents=True, exist_ok=True)
        log = log_file(settings).open("ab")
    except OSError as error:
        raise UsageError(
            f"{settings.home} can't be written to", why=(error.strerror or "").lower(), hint="set FAIRWAY_HOME"
        ) from error
    with log:
        # Before it starts: the server moves the position that it shares with this file.
        offset = log.tell()
        process = subprocess.Popen(
            [*command],
            cwd=settings.home,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        return process, offset


def stop(settings: Settings, *, timeout: float) -> int | None:
    """Ask the server to end and wait until it has; its process id, None when none ran. Raises WorkFailed."""
    pid = find(settings)
    if pid is not None:
        end(pid, "the server", timeout)
    return pid


def stop_components(settings: Settings, *, timeout: float) -> list[str]:
    """End what the server left running for this home (HAProxy, the registry); their names.

    Only a process whose command line names this home is ended: the number in an old file may be somebody else's by now.
    """
    stopped = []
    for file in sorted(settings.run.glob("*.pid")):
        pid = read_pid(file)
        if pid and file != pid_file(settings) and str(settings.home) in command_line(pid):
            end(pid, file.stem, timeout)
            stopped.append(file.stem)
    return stopped


def end(pid: int, name: str, timeout: float) -> None:
    """SIGTERM, and return once the process is gone. Raises WorkFailed when it is still there after `timeout`."""
    deadline = time.monotonic() + timeout
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise UsageError(f"{name} (pid {pid}) belongs to another account") from error
    while alive(pid):
        if time.monotonic() > deadline:
            raise WorkFailed(f"{name} (pid {pid}) has not ended after {timeout:.0f} s", hint=f"kill -9 {pid}")
        time.sleep(PAUSE)


def read_pid(file: Path) -> int | None:
    """The first word of a pid file, None when it holds no number."""
    try:
        word = file.read_text().split()[0]
    except (OSError, IndexError, UnicodeDecodeError):
        return None
    return int(word) if word.isascii() and word.isdigit() else None


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie, which only waits to be reaped, does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (OSError, IndexError):
        return False


def command_line(pid: int) -> str:
    """The command line of a process, "" when there is none (for a moment after its start, and as a zombie)."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


def environment_of(pid: int) -> dict[str, str]:
    """The variables that a process was started with, {} for one that is gone, or is another account's."""
    try:
        text = Path(f"/proc/{pid}/environ").read_bytes().decode("utf-8", "surrogateescape")
    except OSError:
        return {}
    return dict(each.split("=", 1) for each in text.split("\0") if "=" in each)


def listens(settings: Settings) -> bool:
    """Whether anything takes connections on the server's port."""
    try:
        with socket.create_connection((settings.address, settings.port), timeout=2):
            return True
    except OSError:
        return False


def tail(file: Path, *, lines: int, offset: int = 0) -> list[str]:
    """The last lines of a file from `offset` on, [] when there is none."""
    try:
        with file.open("rb") as content:
            content.seek(offset)
            return content.read().decode("utf-8", "replace").splitlines()[-lines:] if lines else []
    except FileNotFoundError:
        return []


def _wait(settings: Settings, process: subprocess.Popen[bytes] | None, pid: int, deadline: float, offset: int) -> None:
    while not serves(settings, pid):
        ended = process is not None and process.poll() is not None
        # Behind the look at its end, so that its last words are among them.
        log = tail(log_file(settings), lines=LINES, offset=offset)
        if process is not None and ended:
            raise WorkFailed(f"the server ended with status {process.returncode}", log=log, hint="fairway doctor")
        if process is None and not alive(pid):
            raise WorkFailed("the server ended", hint="fairway server logs")
        if time.monotonic() > deadline:
            raise WorkFailed(
                f"the server (pid {pid}) does not answer on port {settings.port} yet",
                log=log,
                hint="fairway server logs",
            )
        time.sleep(PAUSE)


def _taken(settings: Settings, why: str) -> FairwayError:
    return Conflict(
        f"port {settings.port} is taken", why=why, hint=f"FAIRWAY_PORT={settings.port + 10} fairway server start"
    )
