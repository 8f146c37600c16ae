"""What is measured, through the server's doors: `/metrics` and the API."""

from dataclasses import replace

import pytest

from fairway.domain import metrics
from fairway.domain.health import Health, HealthState
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber, ServiceName, TaskId
from fairway.domain.metrics import Series, Use
from fairway.domain.observed import ObservedEnvironment, ObservedTask, Task, TaskStatus
from fairway.domain.rollout import Progress
from support.pipeline_values import make_desired
from support.server_world import Served

API = "/api/v1"
SHOP, PRODUCTION = AppName("shop"), EnvironmentName("production")
WEB = Series(app=SHOP, environment=PRODUCTION, service=ServiceName("web"))
TASK = replace(WEB, task=TaskId("aaaa11111111"))


async def measure(served: Served, at: int) -> None:
    """Measure as of then."""
    served.measured_at.at = at
    await served.services.meter.measure(at)


@pytest.fixture
async def measured(served: Served) -> Served:
    """Three seconds of `web`: 40 requests in the last but one, 2 in the last."""
    now = served.services.clock.now()
    served.consumption.uses[TASK] = Use(cpu_seconds=10.0, cpu_limit=0.5, memory=96 * 2**20, memory_limit=512 * 2**20)
    for series in (WEB, TASK):
        served.traffic.answer(series)
    await measure(served, int(now) - 2)
    for series in (WEB, TASK):
        served.traffic.answer(series, 40, errors=4, queue=3, latencies=metrics.count([0.038] * 39 + [0.5]))
    served.consumption.uses[TASK] = replace(served.consumption.uses[TASK], cpu_seconds=10.06)
    await measure(served, int(now) - 1)
    served.traffic.answer(WEB, 2, refused=2)
    served.consumption.uses[TASK] = replace(served.consumption.uses[TASK], cpu_seconds=10.12)
    await measure(served, int(now))
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
    assert 'fairway_meter_up{meter="balancer"} 1' in lines


async def test_counters_never_go_back(measured: Served) -> None:
    before = (await measured.api.get("/metrics")).text

    await measure(measured, int(measured.services.clock.now()) + 100)
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


async def test_top_tells_figures_of_services_and_their_tasks(measured: Served) -> None:
    await desire_and_show(measured)

    document = (await measured.api.get(f"{API}/apps/shop/top")).json()

    web, worker = document["services"]
    figures = web["figures"]
    assert (web["environment"], web["service"], document["over"]) == ("production", "web", 10.0)
    assert (figures["requests"], figures["errors"], figures["refused"]) == (42, 4, 2)
    assert (figures["requests_per_second"], figures["error_percent"]) == (21.0, 9.524)
    assert 38 <= figures["p95_ms"] <= 38 * 1.2
    assert (figures["cpu_percent"], figures["cpu_limit"]) == (6.0, 0.5)
    assert [task["id"] for task in web["tasks"]] == ["aaaa11111111"]
    assert web["tasks"][0]["figures"]["requests"] == 40
    assert worker == {"environment": "production", "service": "worker", "figures": None, "tasks": []}


async def test_top_takes_one_service_and_refuses_one_that_there_is_not(measured: Served) -> None:
    await desire_and_show(measured)

    one = (await measured.api.get(f"{API}/apps/shop/top?service=web")).json()
    none = await measured.api.get(f"{API}/apps/shop/top?service=wbe")

    assert [each["service"] for each in one["services"]] == ["web"]
    assert none.status_code == 404


async def test_the_status_and_the_tasks_have_figures(measured: Served) -> None:
    await desire_and_show(measured)

    status = (await measured.api.get(f"{API}/apps/shop")).json()
    tasks = (await measured.api.get(f"{API}/apps/shop/tasks")).json()["tasks"]

    [web, worker] = status["environments"][0]["services"]
    assert (web["figures"]["requests"], worker["figures"]) == (42, None)
    assert (tasks[0]["cpu_percent"], tasks[0]["cpu_limit"], tasks[0]["memory"]) == (6.0, 0.5, 96 * 2**20)


async def test_samples_of_a_service_are_told_by_step(measured: Served) -> None:
    await desire_and_show(measured)
    path = f"{API}/apps/shop/samples?environment=production&service=web"
    since = int(measured.services.clock.now()) - 60

    seconds = (await measured.api.get(f"{path}&since={since}&step=1")).json()
    hour = (await measured.api.get(path)).json()

    assert [(each["requests"], each["refused"]) for each in seconds["samples"]] == [(40, 0), (2, 2)]
    assert hour["step"] == 60
    assert sum(each["requests"] for each in hour["samples"]) == 42


async def test_what_can_not_be_had_of_the_past_is_refused(measured: Served) -> None:
    await desire_and_show(measured)
    path = f"{API}/apps/shop/samples?environment=production"

    month = await measured.api.get(f"{path}&service=web&since={measured.services.clock.now() - 30 * 86400 - 1}")
    ancient = await measured.api.get(f"{path}&service=web&since=5")
    unknown = await measured.api.get(f"{path}&service=wbe")

    assert (month.status_code, ancient.status_code, unknown.status_code) == (200, 422, 404)


async def desire_and_show(served: Served) -> None:
    """web and worker are desired in production, and one task of web runs."""
    made = make_desired()
    services = tuple(replace(each, spec=replace(each.spec, app=SHOP)) for each in made.services)
    await served.store.desired.put(replace(made, app=SHOP, environment=PRODUCTION, services=services))
    task = Task(
        id=TaskId("aaaa11111111"),
        app=SHOP,
        environment=PRODUCTION,
        service=ServiceName("web"),
        release=ReleaseNumber(1),
        deployment=DeploymentId(1),
        status=TaskStatus.RUNNING,
        created_at=1.0,
    )
    seen = ObservedTask(task=task, health=Health(state=HealthState.HEALTHY))
    progress = Progress(app=SHOP, environment=PRODUCTION, at=1.0, services={})
    served.board.post(progress, ObservedEnvironment(tasks=(seen,)))
