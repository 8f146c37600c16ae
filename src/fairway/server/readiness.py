"""Telling systemd that the server serves, where systemd started it (sd_notify(3), `Type=notify`).

It is one datagram. The variable that says where to is taken out of the environment, so that nothing that the server
starts can speak in its name.
"""

import logging
import os
import socket
from collections.abc import MutableMapping

VARIABLE = "NOTIFY_SOCKET"

log = logging.getLogger(__name__)


def tell(environ: MutableMapping[str, str] = os.environ) -> None:
    """Say READY=1 when somebody waits for it. What goes wrong is logged: a server that serves is worth more."""
    address = environ.pop(VARIABLE, "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        try:
            # A name that begins with @ is in the abstract namespace, which the kernel writes with a zero.
            sender.connect(f"\0{address[1:]}" if address.startswith("@") else address)
            sender.sendall(b"READY=1")
        except OSError as error:
            log.warning("systemd could not be told that the server serves: %s", error)
