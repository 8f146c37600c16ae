"""What clients see of HAProxy while targets come, drain, die and go."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from fairway.adapters.haproxy.balancer import HaproxyBalancer
from fairway.domain.ids import AppName, TaskId
from support import web_target
from support.balancers import SHOP, behind, haproxy, serve
from support.ports import free_port
from support.web_client import Connection, ask, load

A, B, C = TaskId("a" * 12), TaskId("b" * 12), TaskId("c" * 12)


class Site:
    """A balancer with a route, and real servers to put behind it."""

    def __init__(self, balancer: HaproxyBalancer, stack: AsyncExitStack) -> None:
        self.balancer, self._stack = balancer, stack

    @property
    def port(self) -> int:
        return self.balancer.frame.port

    async def serve(self, task: TaskId) -> web_target.WebTarget:
        return await serve(self._stack, self.balancer, task)

    async def serve_apart(self, task: TaskId) -> asyncio.subprocess.Process:
        port = free_port()
        child = await self._stack.enter_async_context(web_target.process(task, port))
        await self.balancer.attach(behind(task, port))
        return child

    async def connect(self) -> Connection:
        connection = await Connection.open(self.port)
        self._stack.callback(connection.close)
        return connection

    async def open_socket(self) -> Connection:
        connection = await self.connect()
        upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n"
        connection.writer.write(f"GET /socket HTTP/1.1\r\nHost: shop.test\r\n{upgrade}\r\n".encode())
        assert (await web_target.read_head(connection.reader))[0].startswith("HTTP/1.1 101")
        return connection

    async def sessions(self, task: TaskId) -> int:
        return next(each.sessions for each in await self.balancer.targets() if each.task == task)


async def until(condition: object, timeout: float = 10.0) -> None:
    async with asyncio.timeout(timeout):
        while not await condition():  # type: ignore[operator]
            await asyncio.sleep(0.02)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with AsyncExitStack() as stack, haproxy(tmp_path) as balancer:
        await balancer.set_route(SHOP)
        async with stack:
            yield Site(balancer, stack)


async def test_while_a_route_is_closed_who_asks_gets_a_page_and_what_is_under_way_ends(site: Site) -> None:
    await site.serve(A)
    kept = await site.connect()
    before = await kept.ask("shop.test")
    slow = asyncio.create_task(ask(site.port, "shop.test", "/slow/1"))

    async def under_way() -> bool:
        return await site.sessions(A) > 0

    await until(under_way)

    await site.balancer.set_route(replace(SHOP, closed=True))
    during = [await kept.ask("shop.test"), await ask(site.port, "shop.test")]
    ended = await slow
    await site.balancer.set_route(SHOP)
    after = await ask(site.port, "shop.test")

    assert (before.status, ended.status, after.status) == (200, 200, 200)
    assert [answer.status for answer in during] == [503, 503]
    assert all("Back in a moment" in answer.body and answer.headers["retry-after"] == "10" for answer in during)


async def test_a_request_reaches_the_target_of_its_host(site: Site) -> None:
    await site.serve(A)

    answers = [await ask(site.port, host) for host in ("shop.test", "SHOP.Test", "shop.test:8080", "shop.test.")]

    assert [(answer.status, answer.body) for answer in answers] == [(200, A)] * 4


async def test_an_unknown_host_is_answered_404_with_its_name(site: Site) -> None:
    answer = await ask(site.port, "nobody.test")

    assert answer.status == 404
    assert "no app under the host name nobody.test" in answer.body
    assert answer.headers["content-type"].startswith("text/plain")


async def test_a_route_without_a_target_is_answered_503(site: Site) -> None:
    answer = await ask(site.port, "shop.test")

    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert "no task of this app" in answer.body


async def test_forged_forwarded_headers_are_replaced(site: Site) -> None:
    await site.serve(A)
    forged = (
        "X-Forwarded-For: 6.6.6.6\r\nx-forwarded-for: 6.6.6.7\r\nX-Forwarded-Proto: https\r\n"
        "X-Forwarded-Host: evil.test\r\nForwarded: for=6.6.6.6\r\n"
    )

    headers = json.loads((await ask(site.port, "shop.test", "/headers", head=forged)).body)

    assert forwarded(headers) == [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", "shop.test"),
        ("x-forwarded-proto", "http"),
    ]


async def test_a_trusted_proxys_forwarded_headers_are_passed_on(tmp_path: Path) -> None:
    balancer = HaproxyBalancer(tmp_path, "127.0.0.1", free_port(), trusted=["127.0.0.0/8"])
    port = free_port()
    try:
        async with balancer, web_target.running(A, port):
            await balancer.set_route(SHOP)
            await balancer.attach(behind(A, port))
            given = "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.example\r\n"

            proxied = json.loads((await ask(balancer.frame.port, "shop.test", "/headers", head=given)).body)
            plain = json.loads((await ask(balancer.frame.port, "shop.test", "/headers")).body)
    finally:
        await balancer.stop()

    assert forwarded(proxied) == [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-for", "6.6.6.6"),
        ("x-forwarded-host", "shop.example"),
        ("x-forwarded-proto", "https"),
    ]
    assert forwarded(plain) == [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", "shop.test"),
        ("x-forwarded-proto", "http"),
    ]


def forwarded(headers: list[list[str]]) -> list[tuple[str, str]]:
    return sorted((name.lower(), value) for name, value in headers if "forwarded" in name.lower())


async def test_a_request_with_two_lengths_is_refused(site: Site) -> None:
    served = await site.serve(A)
    smuggled = "Content-Length: 4\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n"

    answer = await ask(site.port, "shop.test", head=smuggled)

    assert (answer.status, served.requests) == (400, 0)


async def test_a_kept_alive_connection_moves_at_the_request_after_a_drain(site: Site) -> None:
    await site.serve(A)
    connection = await site.connect()
    assert (await connection.ask("shop.test")).body == A
    await site.serve(B)

    await site.balancer.drain(A)

    assert {(await connection.ask("shop.test")).body for _ in range(6)} == {B}


async def test_targets_come_drain_and_go_under_load_without_a_failed_request(site: Site) -> None:
    await site.serve(A)

    async with load(site.port, "shop.test") as seen:
        await seen.more(500)
        old = A
        for turn in range(20):
            new = TaskId(f"{turn:012x}")
            await site.serve(new)
            await site.balancer.drain(old)
            await until(lambda old=old: idle(site, old))
            await site.balancer.detach(old)
            await seen.more(200)
            old = new

    assert (seen.failed, len(seen.answered)) == ({}, 21)


async def idle(site: Site, task: TaskId) -> bool:
    return await site.sessions(task) == 0


async def test_a_reload_under_load_fails_no_request_and_counts_the_old_workers_sessions(site: Site) -> None:
    await site.serve(A)
    socket = await site.open_socket()

    async with load(site.port, "shop.test") as seen:
        await seen.more(500)
        for number in range(40):  # more than there are slots
            await site.balancer.set_route(replace(SHOP, app=AppName(f"app-{number}"), hosts=(f"app-{number}.test",)))
        await seen.more(500)

    assert seen.failed == {}
    assert await site.balancer.finishing()
    assert await site.sessions(A) == 1
    assert (await ask(site.port, "app-39.test")).status == 503

    socket.writer.write(b"still here")
    assert await socket.reader.readexactly(10) == b"still here"
    socket.close()
    await until(lambda: alone(site))


async def alone(site: Site) -> bool:
    return not await site.balancer.finishing() and await idle(site, A)


async def test_a_killed_task_among_two_fails_no_get(site: Site) -> None:
    victim = await site.serve_apart(A)
    await site.serve_apart(B)

    async with load(site.port, "shop.test") as seen:
        await seen.more(1000)
        victim.kill()
        await seen.more(1000)

    assert seen.failed == {}
    assert seen.answered[A] > 100
    assert seen.answered[B] > 1000


async def test_a_dead_target_is_left_out_while_fairway_is_down_and_taken_back_when_it_lives(site: Site) -> None:
    await site.serve(B)
    port = free_port()
    await site.balancer.attach(behind(A, port))  # nobody listens there

    bodies = {(await ask(site.port, "shop.test", "/", method=method)).body for method in ("GET", "POST") * 10}
    assert A not in bodies

    async with web_target.running(A, port):

        async def taken_back() -> bool:
            return (await ask(site.port, "shop.test")).body == A

        await until(taken_back)


async def test_a_post_is_sent_again_only_when_the_connection_could_not_be_made(site: Site) -> None:
    rude = await site.serve(A)
    rude.rude = True
    polite = await site.serve(B)

    answers = [await ask(site.port, "shop.test", "/", method="POST", body="x") for _ in range(10)]

    statuses = [answer.status for answer in answers]
    assert rude.posts + polite.posts == 10
    assert statuses.count(502) == rude.posts
    assert statuses.count(200) == polite.posts
    assert rude.posts > 0


async def test_a_get_is_sent_to_another_target_when_the_first_closes_without_a_word(site: Site) -> None:
    rude = await site.serve(A)
    rude.rude = True
    await site.serve(B)

    answers = [await ask(site.port, "shop.test") for _ in range(20)]

    assert {(answer.status, answer.body) for answer in answers} == {(200, B)}
    assert rude.requests > 0


async def test_a_web_socket_lives_through_a_drain_and_counts_as_a_session_until_it_ends(site: Site) -> None:
    await site.serve(A)
    socket = await site.open_socket()

    await site.balancer.drain(A)
    socket.writer.write(b"still here")

    assert await socket.reader.readexactly(10) == b"still here"
    assert await site.sessions(A) == 1

    socket.close()
    await until(lambda: idle(site, A))


async def test_detaching_ends_what_is_under_way(site: Site) -> None:
    await site.serve(A)
    events = await site.connect()
    events.writer.write(b"GET /events HTTP/1.1\r\nHost: shop.test\r\n\r\n")
    await events.reader.readuntil(b"data: ")

    await site.balancer.drain(A)
    await events.reader.readuntil(b"data: ")
    assert await site.sessions(A) == 1
    await site.balancer.detach(A)

    async with asyncio.timeout(5):
        await events.reader.read()
    assert list(await site.balancer.targets()) == []
