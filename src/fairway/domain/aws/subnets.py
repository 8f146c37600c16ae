"""How a network's addresses are shared out among its subnets.

A subnet can't be moved or made larger later, so an eighth of the network goes to each of the four, and half of it stays
free for what comes.
"""

from dataclasses import dataclass
from ipaddress import IPv4Network

from fairway.domain.aws.wanted import ZONES

SHARES = 8
LARGEST, SMALLEST = 16, 24
"""Prefixes: AWS allows a VPC /16 to /28; an eighth has to be a /27 at least, which a load balancer's subnet needs
(Elastic Load Balancing, "Subnets for your load balancer": a /27 and 8 free addresses)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """The subnets' addresses, one for each zone, as CIDR blocks."""

    public: tuple[str, ...]
    private: tuple[str, ...]


def problem(cidr: str) -> str:
    """What is wrong with a network's addresses, "" when nothing is: `10.0.0.0/16` is right."""
    try:
        network = IPv4Network(cidr)
    except ValueError as error:
        return f"it is no block of IPv4 addresses: {error}"
    if "/" not in cidr or not LARGEST <= network.prefixlen <= SMALLEST:
        return f"its size has to be /{LARGEST} to /{SMALLEST}, so that {2 * ZONES} subnets fit and can grow in number"
    return ""


def share(cidr: str) -> Shares:
    """The subnets of a network whose addresses are right. Raises ValueError when `problem` has something to say."""
    if found := problem(cidr):
        raise ValueError(f"{cidr}: {found}")
    blocks = [str(block) for block in IPv4Network(cidr).subnets(prefixlen_diff=SHARES.bit_length() - 1)]
    return Shares(public=tuple(blocks[:ZONES]), private=tuple(blocks[ZONES : 2 * ZONES]))
