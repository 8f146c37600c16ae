"""What `/metrics` tells: everything that is counted or known at this moment, as families.

Names follow Prometheus's conventions: base units (seconds, bytes), `_total` for what only grows. Labels are `app`,
`environment`, `service` and, of tasks, `task`. What was counted is of this server's life; what is not known at present
is left out, and `fairway_meter_up` says what does not answer.
"""

import platform
from collections import Counter
from collections.abc import Sequence

from fairway.domain.deployment import RolloutState
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.metrics import Latencies, Series
from fairway.measure.totals import Total
from fairway.server.exposition import Family, Labels
from fairway.services import Services

RECENT = 5.0
"""Seconds after which what a source said last is no longer the present."""


async def collect(services: Services, *, version: str, started_at: float) -> list[Family]:
    """All families."""
    return [
        *about_server(services, version=version, started_at=started_at),
        *about_traffic(services),
        *about_use(services),
        *await about_services(services),
        *await about_work(services),
    ]


def about_server(services: Services, *, version: str, started_at: float) -> list[Family]:
    """The server itself, and whether what it measures with answers."""
    build = Family(name="fairway_build_info", kind="gauge", help="The running version.")
    build.add({"version": version, "python": platform.python_version()}, 1)
    start = Family(name="fairway_start_time_seconds", kind="gauge", help="When the server began.")
    start.add({}, started_at)
    up = Family(name="fairway_meter_up", kind="gauge", help="Whether what is measured with answers.")
    known, now = services.meter.known, services.clock.now()
    for meter, at in (("balancer", known.answered_at), ("tasks", known.used_at)):
        up.add({"meter": meter}, int(at is not None and now - at < RECENT))
    return [build, start, up]


def about_traffic(services: Services) -> list[Family]:
    """What the load balancer answered."""
    families = []
    for level in ("service", "task"):
        totals = [each for each in services.meter.totals.items() if (each[0].task is None) == (level == "service")]
        families += [
            counter(f"fairway_{level}_requests_total", "Requests answered.", [(s, t.requests) for s, t in totals]),
            counter(
                f"fairway_{level}_errors_total",
                "Requests answered with a status of 500 and above for which a task is to blame.",
                [(s, t.errors) for s, t in totals],
            ),
        ]
        if level == "service":
            refused = [(s, t.refused) for s, t in totals]
            help = "Requests answered with 503 by the load balancer, since no task took them."
            families += [counter("fairway_service_refused_total", help, refused), histogram(totals)]
    return families


def counter(name: str, help: str, numbers: Sequence[tuple[Series, int]]) -> Family:
    """A family of counters."""
    family = Family(name=name, kind="counter", help=help)
    for series, number in numbers:
        family.add(labels(series), number)
    return family


def histogram(totals: Sequence[tuple[Series, Total]]) -> Family:
    """The latencies of services; a task's would be 18 lines for each."""
    family = Family(
        name="fairway_service_request_duration_seconds",
        kind="histogram",
        help="From the request's first byte to the last byte of its answer; the sum is within a tenth.",
    )
    for series, total in totals:
        family.add_histogram(labels(series), total.latencies, Latencies(total.latencies).seconds)
    return family


def about_use(services: Services) -> list[Family]:
    """What the tasks use and may use."""
    cpu = Family(name="fairway_task_cpu_seconds_total", kind="counter", help="CPU time since the task's start.")
    cpu_limit = Family(name="fairway_task_cpu_limit_cores", kind="gauge", help="Cores that the task may use.")
    memory = Family(
        name="fairway_task_memory_bytes",
        kind="gauge",
        help="Memory without the page cache that can be dropped at once.",
    )
    memory_limit = Family(name="fairway_task_memory_limit_bytes", kind="gauge", help="Memory that the task may use.")
    known = services.meter.known
    if known.used_at is not None and services.clock.now() - known.used_at < RECENT:
        for series, use in known.uses.items():
            named = labels(series)
            cpu.add(named, use.cpu_seconds)
            cpu_limit.add(named, use.cpu_limit)
            memory.add(named, use.memory)
            memory_limit.add(named, use.memory_limit)
    return [cpu, cpu_limit, memory, memory_limit]


async def about_services(services: Services) -> list[Family]:
    """How many tasks there should be, are, and are healthy; and the requests under way."""
    desired = Family(name="fairway_service_tasks_desired", kind="gauge", help="Tasks that there should be.")
    running = Family(name="fairway_service_tasks_running", kind="gauge", help="Tasks that run.")
    healthy = Family(name="fairway_service_tasks_healthy", kind="gauge", help="Tasks that run and are healthy.")
    queue = Family(name="fairway_service_requests_in_flight", kind="gauge", help="Requests under way.")
    since = services.clock.now() - RECENT
    for environment in await own(services):
        progress = services.observations.progress(*environment.key)
        for each in environment.services:
            series = Series(app=environment.app, environment=environment.environment, service=each.spec.service)
            named = labels(series)
            desired.add(named, each.replicas)
            seen = progress.services.get(each.spec.service) if progress else None
            running.add(named, seen.running if seen else None)
            healthy.add(named, seen.healthy if seen else None)
            last = services.samples.recent(series, since=since)
            queue.add(named, last[-1].queue if last else None)
    return [desired, running, healthy, queue]


async def about_work(services: Services) -> list[Family]:
    """What is under way: executions by status, deployments."""
    executions = Family(
        name="fairway_executions_unfinished", kind="gauge", help="Executions that have not ended, by status."
    )
    here = [each for each in await services.executions.unfinished() if services.sharing.holds(each.app)]
    unfinished = Counter((each.app, each.status.lower()) for each in here)
    for (app, status), number in sorted(unfinished.items()):
        executions.add({"app": app, "status": status}, number)
    deploying = Family(name="fairway_deployment_in_progress", kind="gauge", help="Whether a deployment is under way.")
    for environment in await own(services):
        under_way = await services.deployments.latest(*environment.key, RolloutState.IN_PROGRESS)
        named = {"app": environment.app, "environment": environment.environment}
        deploying.add(named, int(under_way is not None))
    return [executions, deploying]


async def own(services: Services) -> list[DesiredEnvironment]:
    """The environments of this server's apps; another server that shares the store tells of its own."""
    return [each for each in await services.desired.list() if services.sharing.holds(each.app)]


def labels(series: Series) -> Labels:
    """The labels of a series."""
    named = {"app": series.app, "environment": series.environment, "service": series.service}
    return named if series.task is None else {**named, "task": series.task}
