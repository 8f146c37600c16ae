"""Which TCP ports a container listens on, from the kernel's own table (`/proc/PID/net/tcp` and `tcp6`).

    sl  local_address rem_address   st ...
     0: 0100007F:0BB8 00000000:0000 0A ...        127.0.0.1:3000, listening

Addresses are hexadecimal words in the processor's byte order, ports are plain.
"""

import ipaddress
import sys
from collections.abc import Iterator

from fairway.domain.facts import Socket

LISTENING = "0A"
RESOLVER = "127.0.0.11"
"""Docker's own name server, which listens inside every container on a network of its own."""


def parse(text: str) -> Iterator[Socket]:
    """The listening sockets of one table, Docker's own left out."""
    for line in text.splitlines()[1:]:
        fields = line.split()
        if len(fields) < 4 or fields[3] != LISTENING:
            continue
        address, _, port = fields[1].rpartition(":")
        socket = Socket(address=parse_address(address), port=int(port, 16))
        if socket.address != RESOLVER:
            yield socket


def parse_address(text: str) -> str:
    """`0100007F` → `127.0.0.1`; 32 digits are IPv6, of which those that stand for an IPv4 address are shown as such."""
    raw = bytes.fromhex(text)
    if sys.byteorder == "little":
        raw = b"".join(raw[start : start + 4][::-1] for start in range(0, len(raw), 4))
    address = ipaddress.ip_address(raw)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
