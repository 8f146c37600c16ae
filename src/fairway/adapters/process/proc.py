"""What Linux tells about processes that need not be our children: who runs, what it runs, who holds a port."""

import asyncio
import contextlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

PROC = Path("/proc")
LISTENING = "0A"


def command_line(pid: int) -> tuple[str, ...]:
    """The process's arguments; () when it is gone, a zombie or not ours to see."""
    try:
        text = (PROC / str(pid) / "cmdline").read_text(errors="replace")
    except OSError:
        return ()
    return tuple(text.split("\0")[:-1])


def runs(pid: int, command: Sequence[str]) -> bool:
    """Whether the process was started with this command. A program may have added arguments for itself behind."""
    return bool(command) and command_line(pid)[: len(command)] == tuple(command)


def alive(pid: int) -> bool:
    """Whether the process runs, and is no zombie. Right after a start this is known before its command line is."""
    return status(pid)[:1] not in ([], ["Z"], ["X"])


def find(command: Sequence[str]) -> int | None:
    """The process that runs this very command and is no child of another that does, if there is one."""
    found = {pid for pid in pids() if runs(pid, command)}
    return next((pid for pid in sorted(found) if parent(pid) not in found), None)


def pids() -> Iterator[int]:
    """Every process there is."""
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            yield int(entry.name)


def parent(pid: int) -> int | None:
    """The process's parent, None when it is gone."""
    fields = status(pid)
    return int(fields[1]) if fields else None


def status(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; [] when the process is gone."""
    try:
        text = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return []
    # "4121 (a name (with) blanks) S 1 …": the name ends at the last bracket.
    return text.rpartition(")")[2].split()


def port_holder(port: int) -> tuple[int, str] | None:
    """Process id and program of whoever listens on the TCP port, as far as we may see it."""
    inodes = set(listening_inodes(port))
    for pid in pids() if inodes else ():
        with contextlib.suppress(OSError):
            for descriptor in (PROC / str(pid) / "fd").iterdir():
                if link_inode(descriptor) in inodes:
                    return pid, Path((command_line(pid) or ("?",))[0]).name
    return None


def listening_inodes(port: int) -> Iterator[str]:
    """The inodes of the sockets that listen on the port, from /proc/net/tcp and tcp6."""
    for name in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in (PROC / "net" / name).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    yield fields[9]


def link_inode(descriptor: Path) -> str:
    """The inode of a descriptor that is a socket, "" of any other."""
    try:
        match = re.fullmatch(r"socket:\[(\d+)\]", str(descriptor.readlink()))
    except OSError:
        return ""
    return match[1] if match else ""


async def ended(pid: int) -> None:
    """Return when the process has ended, a child of ours or not; at once when there is none."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop, event = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, event.set)
    try:
        await event.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
    reap(pid)


def reap(pid: int) -> None:
    """Take the exit status of a child that has ended, so that it does not stay a zombie."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
