"""HAProxy's port for TLS: taken, added, taken away, and open before there is a certificate."""

import os
import signal
import socket
import ssl
from pathlib import Path

import pytest

from fairway.adapters.haproxy.balancer import HaproxyBalancer
from fairway.adapters.process import proc
from fairway.errors import Unavailable
from support.balancers import haproxy
from support.ports import free_port
from support.web_client import ask


async def test_it_starts_without_a_certificate_and_shows_none(tmp_path: Path) -> None:
    async with haproxy(tmp_path, free_port()) as balancer:
        plain = await ask(balancer.frame.port, "shop.test")
        with (
            socket.create_connection(("127.0.0.1", balancer.frame.tls_port)) as line,
            pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"),
        ):
            ssl.create_default_context().wrap_socket(line, server_hostname="shop.test")

    assert plain.status == 404


async def test_a_taken_port_is_named_with_who_holds_it_and_the_setting(tmp_path: Path) -> None:
    port = free_port()
    balancer = HaproxyBalancer(tmp_path, "127.0.0.1", free_port(), tls_port=port)

    with socket.create_server(("127.0.0.1", port)), pytest.raises(Unavailable) as raised:
        async with balancer:
            pass

    assert f"127.0.0.1:{port}" in raised.value.what
    assert f"(pid {os.getpid()})" in raised.value.why
    assert "FAIRWAY_APPS_TLS_PORT" in raised.value.hint


async def test_a_running_haproxy_is_adopted_when_tls_is_added_and_started_anew_when_it_is_taken_away(
    tmp_path: Path,
) -> None:
    port, tls_port, pids = free_port(), free_port(), []
    try:
        async with HaproxyBalancer(tmp_path, "127.0.0.1", port) as plain:
            pids.append(plain.state.pid)
        async with HaproxyBalancer(tmp_path, "127.0.0.1", port, tls_port=tls_port) as added:
            pids.append(added.state.pid)
            with socket.create_connection(("127.0.0.1", tls_port)):
                pass
            os.kill(pids[-1] or 0, signal.SIGKILL)
            await proc.ended(pids[-1] or 0)
        async with HaproxyBalancer(tmp_path, "127.0.0.1", port, tls_port=tls_port) as inheriting:
            pids.append(inheriting.state.pid)
        async with HaproxyBalancer(tmp_path, "127.0.0.1", port) as back:
            pids.append(back.state.pid)
            with socket.create_server(("127.0.0.1", tls_port)):
                pass
    finally:
        await HaproxyBalancer(tmp_path, "127.0.0.1", port).stop()

    assert pids[0] == pids[1]
    assert len(set(pids)) == 3


@pytest.mark.parametrize("tls", [False, True], ids=["another port", "TLS beside it"])
async def test_a_setting_whose_port_is_taken_is_told_at_once_and_what_runs_goes_on_serving(
    tmp_path: Path, tls: bool
) -> None:
    port, taken = free_port(), free_port()
    first = HaproxyBalancer(tmp_path, "127.0.0.1", port)
    try:
        async with first:
            pass
        other = HaproxyBalancer(tmp_path, "127.0.0.1", port if tls else taken, tls_port=taken if tls else 0)

        with socket.create_server(("127.0.0.1", taken)), pytest.raises(Unavailable) as raised:
            async with other:
                pass

        assert f"127.0.0.1:{taken}" in raised.value.what
        assert f"(pid {os.getpid()})" in raised.value.why
        assert (await ask(port, "shop.test")).status == 404
    finally:
        await first.stop()


async def test_an_address_that_holds_the_former_one_is_no_port_that_is_taken(tmp_path: Path) -> None:
    port = free_port()
    try:
        async with HaproxyBalancer(tmp_path, "127.0.0.1", port) as alone:
            before = alone.state.pid
        async with HaproxyBalancer(tmp_path, "0.0.0.0", port) as everywhere:
            assert everywhere.state.pid != before
            assert (await ask(port, "shop.test")).status == 404
    finally:
        await HaproxyBalancer(tmp_path, "127.0.0.1", port).stop()
