"""What to do now so that an environment becomes what is desired: the one place where that is decided.

What comes in is the desired state, all that was observed, and the time; what goes out is a plan. The function is pure,
and level-triggered: it does not ask what happened, only what is different, so that a crash, a new release, a person
with `docker rm` and a restart of the server are all mended by the same rules. It never waits: a wait is an operation
that says why nothing happens, and the plan says when to look again.

The rules for one service are in `replacing`, with `standing` (who is who), `rounding` (how many), `draining` (how a
task leaves), `detaching` (how the target of a dead one leaves) and `ended` (how long an ended one is kept); those for
the host names are in `routing`.

Invariants, held by the property tests whatever happens in between:

-   no more tasks than the maximum are started;
-   no healthy task is taken away when fewer than the minimum would serve;
-   the last target that serves is never drained while there is another way;
-   an operation that is under way is not planned again;
-   once the environment is as desired the plan is empty, and stays so.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from fairway.domain import detaching, ended, replacing, routing, standing
from fairway.domain.causes import Causes
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import ServiceName
from fairway.domain.observed import ObservedEnvironment, ObservedTask
from fairway.domain.operation import DetachTarget, Operation, Plan, WaitBackoff, WaitDrained
from fairway.domain.standing import Standing


def reconcile(desired: DesiredEnvironment | None, observed: ObservedEnvironment, now: float) -> Plan:
    """The plan for this moment (`now`, seconds of the clock); empty when everything is as desired.

    `desired` None, or one without services, takes everything down.
    """
    services = stand_all(desired, observed)
    arrived = all(service.arrived for service in services)
    behind = {service.service for service in services if service.live}
    specs = {each.spec.service: each.spec for each in (desired.services if desired else ())}
    causes = Causes(specs=specs, closed=desired is not None and desired.closed)
    serving = any(service.traffic and (service.serving or not service.replicas) for service in services)
    routes = routing.plan_routes(
        desired, observed.routes, observed.closed, observed.plain, arrived=arrived, serving=serving, behind=behind
    )
    operations: list[Operation] = [*routes]
    operations += detaching.detach_orphans(observed, now)
    for service in services:
        operations += plan_service(service, observed, causes, arrived=arrived, now=now)
    return Plan(operations=tuple(operations), look_again=next_look(operations))


def stand_all(desired: DesiredEnvironment | None, observed: ObservedEnvironment) -> Sequence[Standing]:
    """The services in the order of the desired state, then those that only have tasks, by name."""
    tasks: dict[ServiceName, list[ObservedTask]] = defaultdict(list)
    for each in observed.tasks:
        tasks[each.task.service].append(each)
    wanted = {each.spec.service: each for each in desired.now} if desired else {}
    routed = routing.routed_service(desired)
    names = [*wanted, *sorted(tasks.keys() - wanted.keys())]
    return [standing.stand(name, wanted.get(name), tasks[name], traffic=name == routed) for name in names]


def plan_service(
    service: Standing, observed: ObservedEnvironment, causes: Causes, *, arrived: bool, now: float
) -> Iterable[Operation]:
    """One service's operations, in the order in which a reader expects them."""
    backing_off = now < replacing.backoff(service, observed)
    deployment = service.desired.spec.deployment if service.desired else None
    why_removed = "a newer one is kept" if service.desired else "the service is gone"
    attachments = list(replacing.plan_traffic(service, arrived=arrived)) if service.service in observed.routes else []
    return [
        *detaching.detach_ended(service.ended, now),
        *replacing.plan_starts(service, observed, now),
        *attachments,
        *replacing.plan_leaving(service, causes, arrived=arrived, backing_off=backing_off, now=now),
        *stray_targets(service, observed),
        *replacing.plan_waits(service, causes, arrived=arrived, backing_off=backing_off),
        *ended.remove_ended(service.ended, deployment, why_removed),
    ]


def stray_targets(service: Standing, observed: ObservedEnvironment) -> list[DetachTarget]:
    """The targets of tasks that stay, of a service that takes no requests and has no route any more."""
    if service.traffic or service.desired is None or service.service in observed.routes:
        return []
    cause = "the service takes no requests any more"
    return [
        DetachTarget(task=each.task.id, service=each.task.service, cause=cause)
        for each in service.keep
        if each.target is not None and each.busy is None
    ]


def next_look(operations: Sequence[Operation]) -> float | None:
    """The earliest end of a wait that ends by itself."""
    return min((each.until for each in operations if isinstance(each, WaitDrained | WaitBackoff)), default=None)
