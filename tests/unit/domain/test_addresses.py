"""Which addresses the server never calls."""

import pytest

from fairway.domain import addresses


@pytest.mark.parametrize(
    ("address", "refusal"),
    [
        ("127.0.0.1", "this host itself"),
        ("127.9.9.9", "this host itself"),
        ("0.0.0.0", "this host itself"),
        ("::1", "this host itself"),
        ("::", "this host itself"),
        ("::ffff:127.0.0.1", "this host itself"),
        ("2002:7f00:1::", "this host itself"),
        ("64:ff9b::7f00:1", "this host itself"),
        ("169.254.169.254", "a link-local address, where a cloud's metadata is"),
        ("fe80::1%eth0", "a link-local address, where a cloud's metadata is"),
        ("fd00:ec2::254", "a link-local address, where a cloud's metadata is"),
        ("224.0.0.1", "no single host's address"),
        ("255.255.255.255", "no single host's address"),
    ],
)
def test_this_host_and_link_local_addresses_are_refused_however_they_are_written(address: str, refusal: str) -> None:
    assert addresses.find_refusal(address) == refusal


@pytest.mark.parametrize("address", ["93.184.216.34", "10.1.2.3", "192.168.1.1", "2606:2800:220:1::1", "fd00::1"])
def test_public_and_private_addresses_are_called(address: str) -> None:
    assert addresses.find_refusal(address) == ""
