"""What every source of traffic promises: the memory one and HAProxy are held to the same words."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fairway.adapters.haproxy.meter import HaproxyMeter
from fairway.adapters.memory.samples import MemoryTraffic
from fairway.domain import metrics
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.metrics import Answered, Series
from fairway.domain.observed import Target
from fairway.ports.balancer import Route
from fairway.ports.metrics import Traffic
from support import balancers, web_target
from support.ports import free_port
from support.web_client import ask

WEB = Series(app=AppName("shop"), environment=EnvironmentName("production"), service=ServiceName("web"))
TASK = replace(WEB, task=TaskId("a" * 12))
ROUTE = Route(app=WEB.app, environment=WEB.environment, service=WEB.service, hosts=("shop.test",))


@dataclass
class Site:
    """A source, and how a request to the service's only task is made."""

    traffic: Traffic
    request: Callable[[], Awaitable[None]]

    async def until(self, number: int) -> Answered:
        """What was told since the last time, put together until the service has so many requests and latencies."""
        seen = Answered()
        async with asyncio.timeout(10):
            while seen.requests < number or seen.latencies.total < number:
                more = (await self.traffic.take())[WEB]
                seen = Answered(
                    requests=seen.requests + more.requests,
                    errors=seen.errors + more.errors,
                    latencies=metrics.merge((seen.latencies, more.latencies)),
                )
                await asyncio.sleep(0.01)
        return seen


@asynccontextmanager
async def memory(directory: Path) -> AsyncIterator[Site]:
    traffic = MemoryTraffic()
    traffic.answer(WEB)
    traffic.answer(TASK)

    async def request() -> None:
        for series in (WEB, TASK):
            traffic.answer(series, 1, latencies=metrics.count([0.002]))

    yield Site(traffic, request)


@asynccontextmanager
async def haproxy(directory: Path) -> AsyncIterator[Site]:
    port = free_port()
    async with balancers.haproxy(directory) as balancer, web_target.running("a", port):
        await balancer.set_route(ROUTE)
        names = {"app": WEB.app, "environment": WEB.environment, "service": WEB.service}
        await balancer.attach(Target(task=TaskId("a" * 12), address="127.0.0.1", port=port, **names))

        async def request() -> None:
            assert (await ask(balancer.frame.port, "shop.test")).status == 200

        meter = HaproxyMeter(balancer)
        try:
            yield Site(meter, request)
        finally:
            meter.close()


@pytest.fixture(params=[memory, haproxy], ids=["memory", "haproxy"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    async with request.param(tmp_path) as made:
        yield made


async def test_services_and_tasks_are_told_also_when_nobody_asked_them(site: Site) -> None:
    await site.traffic.take()

    assert await site.traffic.take() == {WEB: Answered(), TASK: Answered()}


async def test_each_request_is_told_once_with_its_latency(site: Site) -> None:
    await site.traffic.take()
    for _ in range(5):
        await site.request()

    seen = await site.until(5)

    assert (seen.requests, seen.errors, seen.latencies.total) == (5, 0, 5)
    assert await site.traffic.take() == {WEB: Answered(), TASK: Answered()}
