"""The socket that clients connect to, held by the server beside the program that answers on it.

A connection that comes while the program is away, killed and started again, waits in the socket; without this it would
be refused. The program inherits it as descriptor 3 and is told so by a variable of its environment. A server that
adopts a running program takes the socket from it (`pidfd_getfd`, Linux 5.6). Where the system refuses that (Yama, the
filter of a container) the program serves as ever, and connections are refused while it is away, until it is started the
next time.
"""

import ctypes
import os
import re
import socket
from pathlib import Path

VARIABLE = "LISTENER_"
DESCRIPTOR = 3
"""The program's number for it."""
PIDFD_GETFD = 438
"""The system call, which has this number on every architecture."""
BACKLOG = 1024


class Listener:
    """For one address and port; holds nothing at first."""

    def __init__(self, address: str, port: int) -> None:
        self.address, self.port = address, port
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

    def take(self, pid: int) -> bool:
        """Take it from the program that runs; False when that one was given another address's."""
        given = [name for name in variables(pid) if name.startswith(VARIABLE)]
        if self.variable in given and self.held is None:
            self.held = inherited(pid)
        return not given or self.variable in given

    def release(self) -> None:
        """Hold it no longer: while nobody answers on it, connections are refused."""
        if self.held is not None:
            self.held.close()
            self.held = None


def variables(pid: int) -> list[str]:
    """The names of the variables that the process was started with; [] when it is gone or not ours to see."""
    try:
        text = Path(f"/proc/{pid}/environ").read_text(errors="replace")
    except OSError:
        return []
    return [entry.partition("=")[0] for entry in text.split("\0")]


def inherited(pid: int) -> socket.socket | None:
    """The listening socket that the process has as its descriptor 3, None when there is none or we may not have it."""
    try:
        process = os.pidfd_open(pid)
    except OSError:
        return None
    try:
        number = ctypes.CDLL(None, use_errno=True).syscall(PIDFD_GETFD, process, DESCRIPTOR, 0)
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
