"""What clients see of HAProxy where it takes TLS."""

import asyncio
import json
import os
import signal
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from fairway.adapters.haproxy.balancer import HaproxyBalancer
from fairway.adapters.haproxy.meter import HaproxyMeter
from fairway.adapters.haproxy.terminator import HaproxyTerminator
from fairway.adapters.process import proc
from fairway.domain.ids import TaskId
from fairway.domain.metrics import Series
from fairway.errors import UsageError
from support import web_target
from support.balancers import SHOP, haproxy, serve
from support.http2 import DATA, Http2
from support.ports import free_port
from support.tls_pems import Signed, make
from support.web_client import Connection, ask, load

BOTH = replace(SHOP, redirect=False)
"""Served both ways; `test_haproxy_redirects.py` has the other one."""
A = TaskId("a" * 12)
CA = make("Test CA")


class Site:
    """A balancer with a route, a real server behind it, and who presents certificates on it."""

    def __init__(self, balancer: HaproxyBalancer) -> None:
        self.balancer, self.terminator = balancer, HaproxyTerminator(balancer)

    @property
    def port(self) -> int:
        return self.balancer.frame.tls_port

    async def present(self, host: str = "shop.test") -> Signed:
        signed = make(host, CA)
        await self.terminator.present(host, signed.both)
        return signed

    async def connect(self) -> Connection:
        return await Connection.open(self.port, "shop.test", trusting())


def trusting() -> ssl.SSLContext:
    """A client that trusts the tests' authority alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=CA.pem)
    return context


async def shown(port: int, host: str, context: ssl.SSLContext | None = None) -> tuple[str, str | None, bytes]:
    """The version, the protocol and the certificate that a new connection gets."""
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context or trusting(), server_hostname=host)
    try:
        line = writer.get_extra_info("ssl_object")
        return line.version(), line.selected_alpn_protocol(), line.getpeercert(binary_form=True)
    finally:
        writer.transport.abort()


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with AsyncExitStack() as stack, haproxy(tmp_path, free_port()) as balancer:
        await balancer.set_route(BOTH)
        await serve(stack, balancer, A)
        async with stack:
            yield Site(balancer)


async def test_a_request_reaches_its_app_and_says_that_it_came_by_tls(site: Site) -> None:
    await site.present()

    head = "X-Forwarded-Proto: http\r\n"
    answer = await ask(site.port, "shop.test", "/headers", secure=trusting(), head=head)
    plain = await ask(site.balancer.frame.port, "shop.test", "/headers", head="X-Forwarded-Proto: https\r\n")

    said = [
        [value for name, value in json.loads(each.body) if name.lower() == "x-forwarded-proto"]
        for each in (answer, plain)
    ]
    assert said == [["https"], ["http"]]


async def test_each_name_gets_its_own_certificate_and_no_other_name_any(site: Site) -> None:
    shop, blog = await site.present("shop.test"), await site.present("blog.test")

    certificates = [(await shown(site.port, host))[2] for host in ("shop.test", "blog.test", "SHOP.test")]
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"):
        await shown(site.port, "nobody.test")
    await site.terminator.withdraw("shop.test")
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"):
        await shown(site.port, "shop.test")

    der = [ssl.PEM_cert_to_DER_cert(each.pem) for each in (shop, blog, shop)]
    assert certificates == der
    assert (await shown(site.port, "blog.test"))[2] == der[1]


async def test_http_2_and_tls_from_1_2_on_are_spoken(site: Site) -> None:
    await site.present()
    modern, former, oldest = trusting(), trusting(), trusting()
    modern.set_alpn_protocols(["h2", "http/1.1"])
    former.maximum_version = ssl.TLSVersion.TLSv1_2
    former.set_alpn_protocols(["http/1.1"])
    oldest.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.deprecated_call():
        oldest.minimum_version, oldest.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1

    assert (await shown(site.port, "shop.test", modern))[:2] == ("TLSv1.3", "h2")
    assert (await shown(site.port, "shop.test", former))[:2] == ("TLSv1.2", "http/1.1")
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol.version"):
        await shown(site.port, "shop.test", oldest)


async def test_a_request_by_http_2_is_answered(site: Site) -> None:
    await site.present()
    connection = await Http2.open(site.port, "shop.test", trusting())
    connection.ask({":method": "GET", ":scheme": "https", ":path": "/headers", ":authority": "shop.test"})

    status, body = await connection.status(), await connection.receive(DATA)
    connection.close()

    assert status == 200
    assert {("x-forwarded-proto", "https"), ("x-forwarded-host", "shop.test")} <= {
        (name.lower(), value) for name, value in json.loads(body)
    }


async def test_a_websocket_works_by_http_2_too(site: Site) -> None:
    await site.present()
    connection = await Http2.open(site.port, "shop.test", trusting())
    # RFC 8441, as browsers ask for one where there is a connection by HTTP/2 already.
    pseudo = {":method": "CONNECT", ":protocol": "websocket", ":scheme": "https", ":path": "/socket"}
    connection.ask({**pseudo, ":authority": "shop.test", "sec-websocket-version": "13"}, ended=False)

    status = await connection.status()
    connection.send(DATA, 0, b"hello")
    echoed = await connection.receive(DATA)
    connection.close()

    assert (status, echoed) == (200, b"hello")


@pytest.mark.exhaustive
async def test_a_certificate_is_replaced_under_64_connections_and_none_fails(site: Site) -> None:
    await site.present()
    async with (
        load(site.port, "shop.test", connections=32, secure=trusting()) as kept,
        load(site.port, "shop.test", connections=32, secure=trusting(), kept=False) as fresh,
    ):
        await fresh.more(100)
        for _ in range(4):
            newest = await site.present()
            certificate = (await shown(site.port, "shop.test"))[2]
            await fresh.more(40)
            await kept.more(100)

    assert (kept.failed, fresh.failed) == ({}, {})
    assert certificate == ssl.PEM_cert_to_DER_cert(newest.pem)


async def test_a_connection_outlives_the_withdrawal_of_its_certificate(site: Site) -> None:
    await site.present()
    connection = await site.connect()
    before = await connection.ask("shop.test")

    await site.terminator.withdraw("shop.test")
    after = await connection.ask("shop.test")
    connection.close()

    assert (before.body, after.body) == (A, A)


async def test_a_websocket_works_through_it_and_outlives_a_new_certificate(site: Site) -> None:
    await site.present()
    connection = await site.connect()
    upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n"
    connection.writer.write(f"GET /socket HTTP/1.1\r\nHost: shop.test\r\n{upgrade}\r\n".encode())
    switched = (await web_target.read_head(connection.reader))[0]

    await site.present()
    connection.writer.write(b"hello")
    echoed = await connection.reader.readexactly(5)
    connection.close()

    assert switched.startswith("HTTP/1.1 101")
    assert echoed == b"hello"


async def test_server_sent_events_come_one_by_one(site: Site) -> None:
    await site.present()
    connection = await site.connect()
    connection.writer.write(b"GET /events HTTP/1.1\r\nHost: shop.test\r\n\r\n")
    head = await web_target.read_head(connection.reader)

    async with asyncio.timeout(10):
        events = [await connection.reader.readuntil(b"\n\n") for _ in range(3)]
    connection.close()

    assert head[0].startswith("HTTP/1.1 200")
    assert [event.split(b"data: ")[1] for event in events] == [f"{A} {number}\n\n".encode() for number in (1, 2, 3)]


async def test_requests_by_tls_are_counted_as_any(site: Site) -> None:
    await site.present()
    meter = HaproxyMeter(site.balancer)
    await meter.take()
    series = Series(app=SHOP.app, environment=SHOP.environment, service=SHOP.service)

    for _ in range(2):
        await ask(site.port, "shop.test", secure=trusting())
    requests, timed = 0, 0
    async with asyncio.timeout(10):
        while timed < 2:
            answered = (await meter.take())[series]
            requests, timed = requests + answered.requests, timed + answered.latencies.total
            await asyncio.sleep(0.02)
    meter.close()

    assert (requests, timed) == (2, 2)


async def test_challenges_are_answered_for_every_name_once_it_is_said_and_by_plain_http_alone(site: Site) -> None:
    await site.present()
    port, path = site.balancer.frame.port, "/.well-known/acme-challenge/evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr_oA"
    before = await ask(port, "shop.test", path)

    await site.terminator.answer("9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI")
    answers = [await ask(port, host, path) for host in ("shop.test", "nobody.test", "192.0.2.7:8080")]
    others = [
        await ask(port, "shop.test", other)
        for other in ("/.well-known/acme-challenge/", f"{path}/x", f"{path}%41", f"/x{path}", path + 200 * "a")
    ]
    secured = await ask(site.port, "shop.test", path, secure=trusting())
    await site.terminator.answer("anotherAccount")
    changed = await ask(port, "shop.test", path)

    expected = f"{path.rpartition('/')[2]}.9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"
    assert [(each.status, each.body, each.headers["content-type"]) for each in answers] == [
        (200, expected, "text/plain")
    ] * 3
    assert [each.body for each in (before, secured, *others)] == [A] * 7
    assert changed.body.endswith(".anotherAccount")


async def test_challenges_are_answered_after_a_restart_too(site: Site) -> None:
    await site.terminator.answer("thumb-print")
    os.kill(site.balancer.state.pid or 0, signal.SIGKILL)
    await proc.ended(site.balancer.state.pid or 0)

    async with site.balancer:
        answer = await ask(site.balancer.frame.port, "shop.test", "/.well-known/acme-challenge/token")

    assert answer.body == "token.thumb-print"


@pytest.mark.parametrize("thumbprint", ["", "a b", "a\nadd map x", "ä", "a;b", "a" * 201])
async def test_what_is_no_thumbprint_is_refused(site: Site, thumbprint: str) -> None:
    with pytest.raises(UsageError, match="is no thumbprint"):
        await site.terminator.answer(thumbprint)
