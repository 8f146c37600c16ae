"""What is measured, through the server's doors: `/metrics` and the API."""

from dataclasses import replace

import pytest

from fairway.domain import metrics
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.metrics import Series, Use
from support.server_world import Served

SHOP, PRODUCTION = AppName("shop"), EnvironmentName("production")
WEB = Series(app=SHOP, environment=PRODUCTION, service=ServiceName("web"))
TASK = replace(WEB, task=TaskId("aaaa11111111"))


@pytest.fixture
async def measured(served: Served) -> Served:
    """Three seconds of `web`: 40 requests in the last but one, 2 in the last."""
    now = served.services.clock.now()
    served.consumption.uses[TASK] = Use(cpu_seconds=10.0, cpu_limit=0.5, memory=96 * 2**20, memory_limit=512 * 2**20)
    for series in (WEB, TASK):
        served.traffic.answer(series)
    await served.services.meter.measure(int(now) - 2)
    for series in (WEB, TASK):
        served.traffic.answer(series, 40, errors=4, queue=3, latencies=metrics.count([0.038] * 39 + [0.5]))
    served.consumption.uses[TASK] = replace(served.consumption.uses[TASK], cpu_seconds=10.06)
    await served.services.meter.measure(int(now) - 1)
    served.traffic.answer(WEB, 2, refused=2)
    served.consumption.uses[TASK] = replace(served.consumption.uses[TASK], cpu_seconds=10.12)
    await served.services.meter.measure(int(now))
    return served


async def test_prometheus_is_told_what_was_counted(measured: Served) -> None:
    answer = await measured.api.get("/metrics")

    named = 'app="shop",environment="production",service="web"'
    lines = answer.text.splitlines()
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert f"fairway_service_requests_total{{{named}}} 42" in lines
    assert f"fairway_service_errors_total{{{named}}} 4" in lines
    assert f"fairway_service_refused_total{{{named}}} 2" in lines
    assert f'fairway_service_request_duration_seconds_bucket{{{named},le="+Inf"}} 40' in lines
    assert f'fairway_task_requests_total{{{named},task="aaaa11111111"}} 40' in lines
    assert f'fairway_task_cpu_seconds_total{{{named},task="aaaa11111111"}} 10.12' in lines
    assert f'fairway_task_memory_bytes{{{named},task="aaaa11111111"}} {96 * 2**20}' in lines
    assert 'fairway_source_up{source="balancer"} 1' in lines


async def test_counters_never_go_back(measured: Served) -> None:
    before = (await measured.api.get("/metrics")).text

    await measured.services.meter.measure(int(measured.services.clock.now()) + 100)
    after = (await measured.api.get("/metrics")).text

    def counters(text: str) -> dict[str, float]:
        pairs = (line.rsplit(" ", 1) for line in text.splitlines() if "_total{" in line or "_bucket{" in line)
        return {name: float(number) for name, number in pairs}

    assert counters(before)
    assert all(counters(after)[name] >= number for name, number in counters(before).items())


async def test_every_line_is_one_that_prometheus_reads(measured: Served) -> None:
    lines = (await measured.api.get("/metrics")).text.splitlines()

    families = [line.split(" ")[2] for line in lines if line.startswith("# TYPE ")]
    assert len(families) == len(set(families))
    for line in lines:
        name = line.split(" ")[2] if line.startswith("#") else line.split("{")[0].split(" ")[0]
        stem = name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count")
        assert name in families or stem in families
        if not line.startswith("#"):
            float(line.rsplit(" ", 1)[1])


async def test_prometheus_needs_a_token(served: Served) -> None:
    answer = await served.api.get("/metrics", headers={"Authorization": "Bearer wrong"})

    assert answer.status_code == 401
