"""What the real HAProxy's counts and ring say of real requests, over deletions, reloads and deaths."""

import asyncio
import os
import signal
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from fairway.adapters.haproxy.balancer import HaproxyBalancer
from fairway.adapters.haproxy.meter import HaproxyMeter
from fairway.domain import metrics
from fairway.domain.ids import TaskId
from fairway.domain.metrics import Answered, Series
from fairway.domain.observed import Target
from fairway.errors import Unavailable
from support import web_target
from support.balancers import SHOP, haproxy, serve
from support.ports import free_port
from support.web_client import Connection, ask, load

WEB = Series(app=SHOP.app, environment=SHOP.environment, service=SHOP.service)
A, B = TaskId("a" * 12), TaskId("b" * 12)


class Site:
    """A balancer with a route and a meter, and everything that the meter has told added up."""

    def __init__(self, balancer: HaproxyBalancer, stack: AsyncExitStack) -> None:
        self.balancer, self.meter, self._stack = balancer, HaproxyMeter(balancer), stack
        self.told: dict[Series, Answered] = {}

    @property
    def port(self) -> int:
        return self.balancer.frame.port

    async def serve(self, task: TaskId) -> None:
        await serve(self._stack, self.balancer, task)

    async def take(self) -> None:
        for series, new in (await self.meter.take()).items():
            old = self.told.get(series, Answered())
            assert min(new.requests, new.errors, new.refused) >= 0
            self.told[series] = Answered(
                requests=old.requests + new.requests,
                errors=old.errors + new.errors,
                refused=old.refused + new.refused,
                queue=new.queue,
                latencies=metrics.merge((old.latencies, new.latencies)),
            )

    async def told_requests(self, number: int) -> Answered:
        """What was told of the service once so many requests are; the counting of the last ones takes a moment."""
        async with asyncio.timeout(10):
            while True:
                await self.take()
                web = self.told[WEB]
                if web.requests >= number and web.latencies.total >= number - web.refused:
                    return web
                await asyncio.sleep(0.02)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with AsyncExitStack() as stack:
        balancer = await stack.enter_async_context(haproxy(tmp_path))
        await balancer.set_route(SHOP)
        made = Site(balancer, stack)
        stack.callback(made.meter.close)
        await made.take()
        yield made


async def test_every_request_is_counted_once_and_has_its_latency(site: Site) -> None:
    await site.serve(A)
    await site.serve(B)

    async with load(site.port, "shop.test", connections=16) as seen:
        for _ in range(4):
            await seen.more(500)
            await site.take()
    web = await site.told_requests(seen.sent)

    assert web.requests == seen.sent == web.latencies.total
    assert (web.errors, web.refused) == (0, 0)
    by_task = {task: site.told[replace(WEB, task=task)].requests for task in (A, B)}
    assert by_task == seen.answered


async def test_a_latency_goes_from_the_first_byte_of_the_request_to_the_last_of_the_answer(site: Site) -> None:
    await site.serve(A)
    connection = await Connection.open(site.port)

    await connection.ask("shop.test", "/slow/0.3")
    await asyncio.sleep(0.5)
    await connection.ask("shop.test", "/slow/0.3")
    connection.close()
    web = await site.told_requests(2)

    slowest = web.latencies.percentile(1.0)
    assert slowest is not None
    assert 0.3 <= slowest <= 0.3 * 1.2 * 1.2


async def test_what_no_task_took_is_refused_and_no_error(site: Site) -> None:
    answer = await ask(site.port, "shop.test")

    web = await site.told_requests(1)

    assert answer.status == 503
    assert web == Answered(requests=1, refused=1)


async def test_a_task_that_breaks_off_is_an_error_and_not_refused(site: Site) -> None:
    port = free_port()
    async with web_target.running(A, port) as target:
        await site.balancer.attach(
            Target(
                task=A,
                app=SHOP.app,
                environment=SHOP.environment,
                service=SHOP.service,
                address="127.0.0.1",
                port=port,
            )
        )
        target.rude = True
        answer = await ask(site.port, "shop.test", method="POST")
    async with asyncio.timeout(10):
        while site.told[WEB].requests < 1:
            await site.take()

    assert answer.status == 502
    assert (site.told[WEB].errors, site.told[WEB].refused) == (1, 0)


async def test_a_request_under_way_is_in_the_queue_and_a_websocket_no_latency(site: Site) -> None:
    await site.serve(A)
    connection = await Connection.open(site.port)
    upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n"
    connection.writer.write(f"GET /socket HTTP/1.1\r\nHost: shop.test\r\n{upgrade}\r\n".encode())
    await web_target.read_head(connection.reader)

    await site.take()
    during = site.told[WEB]
    connection.close()
    async with asyncio.timeout(10):
        while site.told[WEB].queue:
            await site.take()

    assert during.queue == 1
    assert site.told[WEB].requests == 1
    assert site.told[WEB].latencies.total == 0


async def test_a_task_that_goes_takes_no_request_of_its_service_along(site: Site) -> None:
    await site.serve(A)
    await site.serve(B)
    for _ in range(10):
        await ask(site.port, "shop.test")
    await site.told_requests(10)

    await site.balancer.detach(A)
    for _ in range(5):
        await ask(site.port, "shop.test")
    web = await site.told_requests(15)

    assert web.requests == 15
    assert site.told[replace(WEB, task=B)].requests == 10


async def test_a_reload_loses_and_doubles_nothing_and_the_old_worker_ends(site: Site) -> None:
    await site.serve(A)
    await ask(site.port, "shop.test")
    await site.told_requests(1)
    connection = await Connection.open(site.port)
    slow = asyncio.create_task(connection.ask("shop.test", "/slow/1"))
    async with asyncio.timeout(10):
        while not site.told[WEB].queue:
            await site.take()

    async with site.balancer.lock:
        # More targets than its configuration has places for, which HAProxy can't be told while it runs.
        table = site.balancer.table
        await site.balancer.change(replace(table, slots=table.slots * 2))
    await ask(site.port, "shop.test")
    await site.take()
    assert await site.balancer.finishing()
    await slow
    web = await site.told_requests(3)

    assert web.requests == 3
    assert web.latencies.total == 3
    connection.close()
    async with asyncio.timeout(10):
        while await site.balancer.finishing():
            await site.take()


async def test_a_killed_haproxy_is_counted_from_its_new_beginning(site: Site) -> None:
    await site.serve(A)
    for _ in range(7):
        await ask(site.port, "shop.test")
    await site.told_requests(7)
    supervising = asyncio.create_task(site.balancer.supervise())

    os.kill(site.balancer._supervisor.find() or 0, signal.SIGKILL)
    async with asyncio.timeout(20):
        while True:
            try:
                await ask(site.port, "shop.test")
                break
            except OSError:
                await asyncio.sleep(0.05)
    async with asyncio.timeout(10):
        while site.told[WEB].requests < 8:
            try:
                await site.take()
            except Unavailable:
                await asyncio.sleep(0.05)
    supervising.cancel()

    assert site.told[WEB].requests == 8


async def test_a_meter_that_begins_later_tells_nothing_of_before(site: Site) -> None:
    await site.serve(A)
    for _ in range(5):
        await ask(site.port, "shop.test")
    await site.told_requests(5)

    late = HaproxyMeter(site.balancer)
    first = await late.take()
    await ask(site.port, "shop.test")
    async with asyncio.timeout(10):
        while not (second := (await late.take())[WEB]).requests:
            await asyncio.sleep(0.01)
    late.close()

    assert first[WEB] == Answered()
    assert second.requests == 1
    assert second.latencies.total <= 1


async def test_a_stream_that_broke_off_is_opened_again_and_repeats_nothing(site: Site) -> None:
    await site.serve(A)
    for _ in range(5):
        await ask(site.port, "shop.test")
    await site.told_requests(5)

    for stream in site.meter._ring._streams.values():
        stream.line.shutdown(socket.SHUT_RDWR)
    await site.take()
    await site.take()
    await ask(site.port, "shop.test")
    web = await site.told_requests(6)

    assert (web.requests, web.latencies.total) == (6, 6)


async def test_lines_that_nobody_reads_are_dropped_and_counted_and_no_request_is(site: Site) -> None:
    await site.serve(A)
    ring = site.meter._ring

    async with load(site.port, "shop.test", connections=16) as seen:
        await seen.more(2000)
    web = await site.told_requests(seen.sent)

    assert Counter(seen.failed) == Counter()
    assert web.latencies.total + ring.dropped == seen.sent
