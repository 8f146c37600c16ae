"""Ports for the tests' own servers, so that workers which run tests beside each other never meet on one.

Every worker has a range of its own, below the ports that the system gives to whoever connects: what is free when it is
asked for is still free when somebody listens on it.
"""

import contextlib
import itertools
import os
import socket

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
RANGE = range(22000 + 1000 * (WORKER % 10), 23000 + 1000 * (WORKER % 10))
_next = itertools.cycle(RANGE)


def free_port() -> int:
    """A TCP port on loopback that nobody listens on; the same one is not given again for long."""
    for port in itertools.islice(_next, len(RANGE)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError(f"all ports from {RANGE.start} to {RANGE.stop} are taken")
