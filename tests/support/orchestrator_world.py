"""Short ways to say what is desired and what was observed, for the tests of the orchestrator's decisions."""

from collections.abc import Mapping, Sequence

from fairway.domain.app import Rollout
from fairway.domain.desired import DesiredEnvironment, DesiredService, TaskSpec
from fairway.domain.health import AliveCheck, Check, Health, HealthState, ProbeResult, TcpCheck
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber, ServiceName, TaskId
from fairway.domain.image import Image
from fairway.domain.observed import Exit, ObservedEnvironment, ObservedTask, Target, TargetState, Task, TaskStatus
from fairway.domain.operation import Plan
from fairway.domain.reconcile import reconcile

SHOP, PRODUCTION = AppName("shop"), EnvironmentName("production")
HOSTS = ("shop-production.localhost",)
NOW = 1000.0

SICK = ProbeResult(ok=False, detail="GET /healthz answered 500", status=500)
WELL = ProbeResult(ok=True, detail="well", status=200)

STATES: Mapping[str, tuple[TaskStatus, HealthState]] = {
    "pending": (TaskStatus.PENDING, HealthState.STARTING),
    "starting": (TaskStatus.RUNNING, HealthState.STARTING),
    "healthy": (TaskStatus.RUNNING, HealthState.HEALTHY),
    "sick": (TaskStatus.RUNNING, HealthState.UNHEALTHY),
    "ended": (TaskStatus.STOPPED, HealthState.HEALTHY),
}


def spec(
    service: str = "web",
    release: int = 1,
    *,
    port: int | None = 3000,
    port_declared: bool = True,
    stop_timeout: float = 30.0,
    check: Check | None = None,
    configuration: int = 1,
) -> TaskSpec:
    """A specification whose deployment has the release's number."""
    return TaskSpec(
        app=SHOP,
        environment=PRODUCTION,
        service=ServiceName(service),
        release=ReleaseNumber(release),
        deployment=DeploymentId(release),
        image=Image(repository="localhost:7879/shop", digest="sha256:" + f"{release:064x}"),
        configuration=configuration,
        command=None,
        port=port,
        port_declared=port_declared,
        cpu=0.5,
        memory=512 << 20,
        stop_timeout=stop_timeout,
        stop_signal=None,
        health=check or (TcpCheck() if port else AliveCheck()),
    )


def web(replicas: int = 1, release: int = 1, *, minimum: int = 100, maximum: int = 200) -> DesiredService:
    """The service that gets the requests."""
    return service("web", replicas, release, port=3000, minimum=minimum, maximum=maximum)


def worker(replicas: int = 1, release: int = 1, *, minimum: int = 100, maximum: int = 200) -> DesiredService:
    """A service without a port."""
    return service("worker", replicas, release, port=None, minimum=minimum, maximum=maximum)


def service(
    name: str, replicas: int, release: int, *, port: int | None, minimum: int = 100, maximum: int = 200
) -> DesiredService:
    rollout = Rollout(minimum_healthy_percent=minimum, maximum_percent=maximum)
    return DesiredService(spec=spec(name, release, port=port), replicas=replicas, rollout=rollout)


def desire(*services: DesiredService, hosts: tuple[str, ...] = HOSTS) -> DesiredEnvironment:
    return DesiredEnvironment(app=SHOP, environment=PRODUCTION, services=services, hosts=hosts)


def task(
    id: str,
    state: str = "healthy",
    *,
    service: str = "web",
    release: int = 1,
    target: str | None = None,
    sessions: int = 0,
    draining_since: float | None = None,
    busy: str | None = None,
    created: float | None = None,
    code: int = 1,
    oom_killed: bool = False,
    stop_timeout: float = 30.0,
) -> ObservedTask:
    """One observed task. `target` is "ready", "draining" or None; its id's place in the alphabet is its age."""
    status, health = STATES[state]
    live = status is not TaskStatus.STOPPED
    at = created if created is not None else float(ord(id[0]))
    return ObservedTask(
        task=Task(
            id=TaskId(id),
            app=SHOP,
            environment=PRODUCTION,
            service=ServiceName(service),
            release=ReleaseNumber(release),
            deployment=DeploymentId(release),
            status=status,
            created_at=at,
            address="10.0.0.1" if status is TaskStatus.RUNNING else None,
            port=3000 if service == "web" else None,
            started_at=at,
            stopped_at=None if live else at + 1,
            exit=None if live else Exit(code=code, oom_killed=oom_killed),
        ),
        health=Health(state=health, last=SICK if health is HealthState.UNHEALTHY else None),
        target=make_target(id, service, TargetState(target.upper()), sessions) if target else None,
        draining_since=draining_since,
        busy=busy,
        spec=spec(service, release, port=3000 if service == "web" else None, stop_timeout=stop_timeout),
    )


def make_target(id: str, service: str = "web", state: TargetState = TargetState.READY, sessions: int = 0) -> Target:
    return Target(
        task=TaskId(id),
        app=SHOP,
        environment=PRODUCTION,
        service=ServiceName(service),
        address="10.0.0.1",
        port=3000,
        state=state,
        sessions=sessions,
    )


def observe(
    *tasks: ObservedTask,
    orphans: Sequence[Target] = (),
    failures: int = 0,
    last_failure: float = 0.0,
    of: tuple[int, str] = (1, "web"),
    routes: Mapping[str, tuple[str, ...]] | None = None,
) -> ObservedEnvironment:
    """What was seen; by default with the route in place. `failures` are those of the deployment and service `of`."""
    key = DeploymentId(of[0]), ServiceName(of[1])
    seen = {"web": HOSTS} if routes is None else routes
    return ObservedEnvironment(
        tasks=tasks,
        orphans=tuple(orphans),
        failures={key: failures} if failures else {},
        last_failure={key: last_failure} if failures else {},
        routes={ServiceName(name): hosts for name, hosts in seen.items()},
    )


def plan(desired: DesiredEnvironment | None, observed: ObservedEnvironment, now: float = NOW) -> Plan:
    return reconcile(desired, observed, now)
