"""What the host and its settings let HAProxy have: how many connections, as whom, whose headers it believes."""

import os
import pwd
import resource
from collections.abc import Sequence
from ipaddress import ip_network

from fairway.errors import UsageError

MOST_CONNECTIONS = 8000


def most_connections() -> int:
    """Client connections at once. Each takes two descriptors, beside some hundred of HAProxy's own: with a limit of
    20,000 files 8,000; with 1024 only 362."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(64, min(MOST_CONNECTIONS, (hard - 300) // 2))


def check_networks(networks: Sequence[str]) -> tuple[str, ...]:
    """The networks as HAProxy reads them. Raises UsageError for what is none."""
    try:
        return tuple(str(ip_network(network)) for network in networks)
    except ValueError as error:
        raise UsageError(
            "a trusted proxy is no network", why=str(error), hint="an address or a network: 10.0.0.7 or 10.0.0.0/8"
        ) from error


def own_user() -> str:
    """The user that the workers become when we are root and the package made one."""
    try:
        return pwd.getpwnam("haproxy").pw_name if os.geteuid() == 0 else ""
    except KeyError:
        return ""
