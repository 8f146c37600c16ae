"""A socket that clients connect to, held by the server beside the program that answers on it.

A connection that comes while the program is away, killed and started again, waits in the socket; without this it would
be refused. The program inherits its sockets as descriptors 3, 4 and so on, and is told which is which by variables of
its environment. A server that adopts a running program takes the sockets from it (`pidfd_getfd`, Linux 5.6). Where the
system refuses that (Yama, the filter of a container) the program serves as ever, and connections are refused while it
is away, until it is started the next time. So it is with an address that the program was not started with: it binds
that itself.
"""

import ctypes
import os
import re
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

VARIABLE = "LISTENER_"
DESCRIPTOR = 3
"""The program's number for the first of them."""
PIDFD_GETFD = 438
"""The system call, which has this number on every architecture."""
BACKLOG = 1024


class Listener:
    """For one address and port; holds nothing at first. `hint` says how to choose another port."""

    def __init__(self, address: str, port: int, hint: str = "") -> None:
        self.address, self.port, self.hint = address, port, hint
        self.held: socket.socket | None = None

    @property
    def variable(self) -> str:
        """The name of the variable that says `fd@3`. It has the address in it, so that the configuration of another one
        does not mean this socket: 127.0.0.1:8080 is LISTENER_127_0_0_1_8080."""
        return f"{VARIABLE}{re.sub('[^0-9A-Za-z]', '_', self.address)}_{self.port}"

    def claim(self) -> OSError | None:
        """Bind it and listen, if it is not held; why that can't be done, None when it is held now."""
        if self.held is not None:
            return None
        made = socket.socket(socket.AF_INET6 if ":" in self.address else socket.AF_INET, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((self.address, self.port))
            made.listen(BACKLOG)
        except OSError as error:
            made.close()
            return error
        self.held = made
        return None

    def take(self, pid: int, descriptor: int) -> None:
        """Take it from the program that runs, which has it as `descriptor`, if it is not held and we may."""
        if self.held is None:
            self.held = inherited(pid, descriptor)

    def release(self) -> None:
        """Hold it no longer: while nobody answers on it, connections are refused."""
        if self.held is not None:
            self.held.close()
            self.held = None


def take(listeners: Sequence[Listener], pid: int) -> bool:
    """Take each from the program that runs; False when that one was given another address's, which it can't let go of.

    Those that it was given are held afterwards in either case, so that connections wait while it is started anew.
    """
    given = {name: value for name, value in variables(pid).items() if name.startswith(VARIABLE)}
    for listener in listeners:
        number = given.pop(listener.variable, "").removeprefix("fd@")
        if number.isdigit():
            listener.take(pid, int(number))
    return not given


def variables(pid: int) -> Mapping[str, str]:
    """The variables that the process was started with; none when it is gone or not ours to see."""
    try:
        text = Path(f"/proc/{pid}/environ").read_text(errors="replace")
    except OSError:
        return {}
    return {name: value for name, _, value in (entry.partition("=") for entry in text.split("\0")) if name}


def inherited(pid: int, descriptor: int) -> socket.socket | None:
    """The listening socket that the process has as this descriptor, None when there is none or we may not have it."""
    try:
        process = os.pidfd_open(pid)
    except OSError:
        return None
    try:
        number = ctypes.CDLL(None, use_errno=True).syscall(PIDFD_GETFD, process, descriptor, 0)
    finally:
        os.close(process)
    return listening(number) if number >= 0 else None


def listening(descriptor: int) -> socket.socket | None:
    """The descriptor as a socket that listens for TCP; it is closed when it is none."""
    try:
        found = socket.socket(fileno=descriptor)
    except OSError:
        os.close(descriptor)
        return None
    internet = found.family in (socket.AF_INET, socket.AF_INET6)
    if internet and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        return found
    found.close()
    return None
