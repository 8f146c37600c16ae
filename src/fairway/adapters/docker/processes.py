"""The processes of a container, read from the host's /proc, and which of them a stop signal has to reach.

A package manager or a plain shell as the top process swallows the signal: npm, yarn and pnpm end and leave the server
running, whose handler is never called; and when the top process ends, the kernel kills whatever is left in the
container. So the signal must reach the server *instead of* its wrappers, which then end by themselves:

    1  docker-init -- npm start          an init
    7    npm start                       a package manager          wrappers: not signalled
    18     sh -c node server.js          a shell without a trap
    19       node server.js              the server                 signalled

Only what provably belongs to the container is read or signalled: a process's cgroup names its container.
"""

import os
import re
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

PROC = Path("/proc")
SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "busybox"})
RUNNERS = frozenset({"npm", "npx", "yarn", "yarnpkg", "pnpm", "pnpx", "corepack", "uv"})
"""Programs that run a script and do not, or not reliably, pass a signal on."""
SCRIPT = re.compile(r"(?:npm|npx|yarn|pnpm|corepack)(?:-cli)?(?:-[\d.]+)?(?:\.[cm]?js)?")
"""The file that node runs as a package manager: npm-cli.js, yarn-4.1.0.cjs, pnpm.cjs, or a link named npm."""
INITS = frozenset({"docker-init", "tini", "tini-static", "dumb-init", "catatonit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process: its id on the host and in the container, its arguments, and the signals that it handles itself."""

    pid: int
    inner: int
    parent: int
    arguments: tuple[str, ...]
    caught: int
    started: int

    @property
    def key(self) -> tuple[int, int]:
        """The process, even if its id is used again later."""
        return self.pid, self.started

    def catches(self, number: int) -> bool:
        """Whether it has a handler for the signal."""
        return bool(self.caught >> (number - 1) & 1)


def receivers(processes: Sequence[Process], root: int, number: int) -> Sequence[Process]:
    """The processes that the signal has to reach, from the top process `root` (its id on the host) down.

    Wrappers with children are passed over for their children; a wrapper without any is the process itself.
    """
    top = [process for process in processes if process.pid == root]
    found: list[Process] = []
    while top:
        process = top.pop(0)
        children = [child for child in processes if child.parent == process.pid]
        if children and is_wrapper(process, number):
            top.extend(children)
        else:
            found.append(process)
    return found


def is_wrapper(process: Process, number: int) -> bool:
    """Whether the process would keep the signal from the one that it runs."""
    words = process.arguments
    if not words:
        return False
    # npm overwrites its arguments with one text, "npm start".
    first = PurePosixPath(words[0].split(" ")[0]).name.lstrip("-")
    if is_init(process) or first in RUNNERS:
        return True
    if first in SHELLS:
        return not process.catches(number)
    if first in ("node", "nodejs", "bun"):
        script = next((word for word in words[1:] if not word.startswith("-")), "")
        return SCRIPT.fullmatch(PurePosixPath(script).name) is not None
    return False


def is_init(process: Process) -> bool:
    """Whether it is one of the small programs made to be process 1."""
    return bool(process.arguments) and PurePosixPath(process.arguments[0]).name in INITS


def read_tree(container: str, root: int) -> Sequence[Process]:
    """The processes of the container from its top process down; empty when this host's /proc doesn't show them.

    A daemon on another host, or a Fairway that itself runs in a container, gives ids that mean nothing here.
    """
    if not belongs(container, root):
        return ()
    processes = {process.pid: process for process in read_all()}
    members = {root}
    grown = True
    while grown:
        more = {process.pid for process in processes.values() if process.parent in members} - members
        members |= more
        grown = bool(more)
    return [processes[pid] for pid in sorted(members) if pid in processes]


def belongs(container: str, pid: int) -> bool:
    """Whether the process is in the container: the path of its cgroup has the container's id."""
    try:
        return pid > 0 and container in (PROC / str(pid) / "cgroup").read_text()
    except OSError:
        return False


def read_all() -> Iterator[Process]:
    """Every process that /proc shows. Those that end meanwhile are left out."""
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            process = read_process(entry)
            if process is not None:
                yield process


def read_process(entry: Path) -> Process | None:
    """One directory of /proc; None when its process has ended or is a zombie."""
    try:
        stat = (entry / "stat").read_text(errors="replace")
        # The name stands in brackets and may hold anything, brackets and blanks too.
        after = stat[stat.rindex(")") + 2 :].split()
        if after[0] in "ZX":
            return None
        status = dict(
            line.split(":\t", 1)
            for line in (entry / "status").read_text(errors="replace").splitlines()
            if ":\t" in line
        )
        words = (entry / "cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
    except (OSError, ValueError, IndexError):
        return None
    return Process(
        pid=int(entry.name),
        inner=int(status.get("NSpid", entry.name).split()[-1]),
        parent=int(after[1]),
        arguments=tuple(words) if words != [""] else (),
        caught=int(status.get("SigCgt", "0"), 16),
        started=int(after[19]),
    )


def send(container: str, process: Process, number: int) -> bool:
    """Signal one process of the container; False when it has ended. Raises PermissionError when it is another user's.

    The process is held by a file descriptor before it is looked at again, so that a signal can't hit another one that
    was given the same id in between.
    """
    try:
        descriptor = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return False
    try:
        if not belongs(container, process.pid):
            return False
        signal.pidfd_send_signal(descriptor, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)
    return True


def signal_number(name: str) -> int:
    """`SIGTERM`, `TERM` or `15` → 15. Raises ValueError for a signal that there is not."""
    text = name.upper()
    if text.isdigit():
        return int(text)
    try:
        return signal.Signals[text if text.startswith("SIG") else f"SIG{text}"].value
    except KeyError as error:
        raise ValueError(f"there is no signal {name}") from error
