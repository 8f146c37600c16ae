"""Which host names a public certificate authority signs, so that none is asked for what it must refuse.

The names that no public DNS has are those of RFC 2606, 6761 (localhost, test, example, invalid), 6762 (local), 7686
(onion), 8375 (home.arpa), and `internal`, which ICANN has set aside for private use. A name outside ASCII is routed and
signed by its A-labels (RFC 5890), which is how a client sends it.
"""

import ipaddress
import re

RESERVED = ("localhost", "local", "internal", "test", "example", "invalid", "onion", "home.arpa")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
LONGEST = 253


def find_refusal(host: str) -> str:
    """Why no public authority signs `host`, a host name in lower case, as the end of "SHOP.EXAMPLE.ORG …"; "" for a
    name that one may sign."""
    if is_address(host):
        return "is an address, not a name"
    if "*" in host:
        return "is a wildcard, which HTTP-01 can't prove"
    if not host.isascii():
        return "has letters outside ASCII: write it in its A-labels (xn--…)"
    if len(host) > LONGEST or not all(LABEL.fullmatch(label) for label in host.split(".")):
        return "is no name in the DNS"
    if (ending := reserved_ending(host)) is not None:
        return f"is under {ending}, which is no part of the public DNS"
    if "." not in host:
        return "is a single label, and no name in the public DNS"
    if host.rpartition(".")[2].isdigit():
        return "ends in a number, as no name in the public DNS does"
    return ""


def reserved_ending(host: str) -> str | None:
    """What of RESERVED the name is, or is under."""
    return next((ending for ending in RESERVED if f".{host}".endswith(f".{ending}")), None)


def is_address(host: str) -> bool:
    """Whether it is an IP address, with or without the brackets of a URL."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
