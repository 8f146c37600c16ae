"""The subnets of a network: they lie in it, beside each other, and leave room."""

from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.domain.aws import subnets


def test_an_eighth_goes_to_each_of_four_subnets() -> None:
    shares = subnets.share("10.0.0.0/16")

    assert shares.public == ("10.0.0.0/19", "10.0.32.0/19")
    assert shares.private == ("10.0.64.0/19", "10.0.96.0/19")


@given(st.integers(0, 2**32 - 1), st.integers(subnets.LARGEST, subnets.SMALLEST))
def test_subnets_never_overlap_and_are_large_enough_for_a_load_balancer(address: int, prefix: int) -> None:
    network = IPv4Network((address, prefix), strict=False)

    shares = subnets.share(str(network))

    blocks = [IPv4Network(block) for block in (*shares.public, *shares.private)]
    assert all(block.subnet_of(network) and block.prefixlen <= 27 for block in blocks)
    assert not any(one.overlaps(other) for place, one in enumerate(blocks) for other in blocks[:place])


@pytest.mark.parametrize("cidr", ["10.0.0.0/15", "10.0.0.0/25", "10.0.0.1/16", "10.0.0.0", "fd00::/16", "ten", ""])
def test_addresses_that_are_no_network_for_it_are_told(cidr: str) -> None:
    assert subnets.problem(cidr)
    with pytest.raises(ValueError, match="it "):
        subnets.share(cidr)
