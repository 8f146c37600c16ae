"""Which addresses the server itself calls for an action, and which never: pure.

A container has a loopback of its own; the server's is the host's. What listens there (databases, the engine, the
server's own API, a cloud's metadata on the link-local 169.254.169.254) trusts whoever comes from this host, so a call
that somebody's fairway.toml asks for must not come from there. Private networks are called: an app's own containers
reach them as well, and a team's chat or issue tracker is often there.
"""

import ipaddress

METADATA = ipaddress.IPv6Address("fd00:ec2::254")
"""Where EC2's metadata is over IPv6, which is no link-local address."""
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def find_refusal(text: str) -> str:
    """Why the address is not called, as the end of "it is …"; "" for one that is. Raises ValueError for none."""
    address = ipaddress.ip_address(text.partition("%")[0])
    for each in (address, *embedded(address)):
        if each.is_loopback or each.is_unspecified:
            return "this host itself"
        if each.is_link_local or each == METADATA:
            return "a link-local address, where a cloud's metadata is"
        if each.is_multicast or each == ipaddress.IPv4Address("255.255.255.255"):
            return "no single host's address"
    return ""


def embedded(address: Address) -> list[Address]:
    """The IPv4 addresses that an IPv6 address leads to."""
    if not isinstance(address, ipaddress.IPv6Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour]
    if address in NAT64:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]
