"""Starting a program in a session of its own, and ending it."""

import asyncio
import contextlib
import fcntl
import os
import signal
import socket

from fairway.adapters.process import proc
from fairway.adapters.process.component import Component
from fairway.adapters.process.listener import DESCRIPTOR

HIGH = 64


def spawn(program: str, component: Component) -> int:
    """Start it in its own session, its output appended to its log, and nothing of ours open in it but its listeners."""
    environment = dict(component.environment)
    component.log.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    with contextlib.ExitStack() as stack:
        passed: list[tuple[int, int, int]] = []
        held = [(each.variable, each.held) for each in component.listeners if each.held is not None]
        for number, (variable, taken) in enumerate(held, DESCRIPTOR):
            environment[variable] = f"fd@{number}"
            passed.append((os.POSIX_SPAWN_DUP2, out_of_the_way(taken, stack), number))
        return os.posix_spawn(
            program,
            component.command,
            environment,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(component.log), flags, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
                *passed,
            ],
            setsid=True,
            setsigdef=[signal.SIGPIPE, signal.SIGXFSZ],
            setsigmask=[],
        )


def out_of_the_way(held: socket.socket, stack: contextlib.ExitStack) -> int:
    """Another descriptor of the socket until the stack ends, above all that a program is given: one socket's number
    may be the one that another is to have, and would be overwritten before its turn."""
    copy = fcntl.fcntl(held.fileno(), fcntl.F_DUPFD_CLOEXEC, HIGH)
    stack.callback(os.close, copy)
    return copy


async def end(pid: int, first: signal.Signals, timeout: float) -> None:
    """Send the signal, then SIGTERM, then SIGKILL to its whole session, each after `timeout` seconds."""
    for number in (first, signal.SIGTERM):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await proc.ended(pid)
                return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    await proc.ended(pid)


def bind_error(address: str, port: int) -> OSError | None:
    """Why the port can't be bound, None when it can. HAProxy itself would share it with another one (SO_REUSEPORT)."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            # Binding beside a listener can succeed on Linux with SO_REUSEADDR; listening never does.
            probe.listen()
        except OSError as error:
            return error
    return None


def search_path() -> str:
    """PATH with the directories of system programs, which a plain user's often lacks."""
    return os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])
