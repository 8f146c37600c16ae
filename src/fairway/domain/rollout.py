"""How far a rollout has come. The orchestrator posts it, `deploy` judges it; they meet on the board alone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fairway.domain import routing, standing
from fairway.domain.desired import DesiredEnvironment, DesiredService
from fairway.domain.facts import Facts
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ServiceName
from fairway.domain.observed import ObservedEnvironment, ObservedTask, TaskStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceProgress:
    """Counts of one service's tasks: those of its desired deployment (`running`, `healthy`, and `serving`, which have
    traffic where the service takes any), and `old`, the tasks of other deployments that still exist.

    `exits` counts the deployment's tasks that ended by themselves or could not be started, `unhealthy` those that were
    stopped because of their health checks; both since its last task became healthy. `relapses` counts those in a row
    that did become healthy and failed soon after. `lately` counts all of them in the last ten minutes, however long
    they had been well. `settled_since` is the time since
    which all desired tasks have been healthy and serving without a break, None while they are not. `facts` are those
    of the latest failure.
    """

    deployment: DeploymentId
    desired: int
    running: int
    healthy: int
    serving: int
    old: int
    exits: int = 0
    unhealthy: int = 0
    relapses: int = 0
    lately: int = 0
    settled_since: float | None = None
    facts: Facts | None = None
    rolled: bool = False
    """Whether the engine replaces the tasks by itself, and gives up by itself."""
    given_up: str = ""
    """Why such an engine tries the deployment no more, in its words; "" while it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One environment at one moment (`at`, seconds of the clock), when it was to be open, or `closed`."""

    app: AppName
    environment: EnvironmentName
    at: float
    services: Mapping[ServiceName, ServiceProgress]
    trouble: str = ""
    """Why nothing can be observed or changed at present ("Docker does not answer"), "" when all is well."""
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """What went wrong with a service's tasks since one of them last became healthy, or stayed so for a while: see
    `ServiceProgress`."""

    exits: int = 0
    unhealthy: int = 0
    relapses: int = 0
    lately: int = 0
    facts: Facts | None = None


NO_FAILURES = Failures()


def progress(
    desired: DesiredEnvironment,
    observed: ObservedEnvironment,
    failures: Mapping[tuple[DeploymentId, ServiceName], Failures],
    before: Progress | None,
    now: float,
) -> Progress:
    """What was observed, counted against what is desired. `before` is the progress that was posted last: a service that
    was settled then and is so now has been settled all the while."""
    tasks: dict[ServiceName, list[ObservedTask]] = defaultdict(list)
    for each in observed.tasks:
        tasks[each.task.service].append(each)
    routed = routing.routed_service(desired)
    services = {}
    for service in desired.services:
        name, deployment = service.spec.service, service.spec.deployment
        counted = count_service(
            service, tasks[name], failures.get((deployment, name), NO_FAILURES), traffic=name == routed
        )
        since = settled_since(counted, before.services.get(name) if before and not before.trouble else None, now)
        services[name] = replace(counted, settled_since=since)
    return Progress(app=desired.app, environment=desired.environment, at=now, services=services, closed=desired.closed)


def count_service(
    service: DesiredService, tasks: Sequence[ObservedTask], failures: Failures, *, traffic: bool
) -> ServiceProgress:
    """One service's counts."""
    live = [each for each in tasks if each.task.status is not TaskStatus.STOPPED]
    current = [each for each in live if each.task.deployment == service.spec.deployment]
    return ServiceProgress(
        deployment=service.spec.deployment,
        desired=service.replicas,
        running=sum(each.task.status is TaskStatus.RUNNING for each in current),
        healthy=sum(standing.is_healthy(each) for each in current),
        serving=sum(standing.serves(each, traffic=traffic) for each in current),
        old=len(live) - len(current),
        exits=failures.exits,
        unhealthy=failures.unhealthy,
        relapses=failures.relapses,
        lately=failures.lately,
        facts=failures.facts,
    )


def settled_since(service: ServiceProgress, before: ServiceProgress | None, now: float) -> float | None:
    """Since when it is as desired; None when it is not."""
    counts = (service.running, service.healthy, service.serving, service.old)
    if counts != (service.desired, service.desired, service.desired, 0):
        return None
    if before is None or before.settled_since is None or before.deployment != service.deployment:
        return now
    return before.settled_since
