"""What to do now so that an environment becomes what is desired, on an engine that rolls by itself (ECS).

The counterpart of `reconcile`, and as pure: desired, observed, now; a plan comes out. There is little to decide, for
the engine replaces tasks, moves traffic and gives up by itself. What is decided here is only what it is given and when:

1.  A service that is missing, or works towards another deployment than the desired one, is applied.
2.  One with another count than the desired one is applied; the engine sees that nothing else has changed.
3.  A deployment that the engine has given up, or would not begin, is not applied again: it would fail again, and the
    verdict of the deployment is on its way. Another deployment is what ends that.
4.  A service that is not desired is removed. Under its name none is made before the last of it is gone.

Invariants, held by the property tests: an operation that is under way is not planned again; what is applied is not
applied a second time; once the engine is steady at what is desired the plan is empty, and stays so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from fairway.domain import rollout, routing
from fairway.domain.deployment import RolloutState
from fairway.domain.desired import DesiredEnvironment, DesiredService
from fairway.domain.health import HealthState
from fairway.domain.ids import DeploymentId, ServiceName
from fairway.domain.observed import ObservedEnvironment
from fairway.domain.operation import Operation, Plan, Wait
from fairway.domain.rolled import ObservedService
from fairway.domain.rollout import NO_FAILURES, Failures, Progress, ServiceProgress
from fairway.domain.service_operation import ApplyService, RemoveService, WaitRemoved, WaitSteady

LOOK = 5.0
"""Seconds until the engine is looked at again while it works: it tells nobody when it is done."""


def reconcile(desired: DesiredEnvironment | None, observed: ObservedEnvironment, now: float) -> Plan:
    """The plan for this moment (`now`, seconds of the clock); empty when everything is as desired.

    `desired` None, or one without services, takes everything down.
    """
    seen = {each.service: each for each in observed.services}
    wanted = {each.spec.service: each for each in desired.now} if desired else {}
    routed = routing.routed_service(desired)
    operations: list[Operation] = []
    for name, service in wanted.items():
        operations += plan_service(service, seen.get(name), observed, routed=name == routed)
    for name in sorted(seen.keys() - wanted.keys()):
        why = "the service was removed" if wanted else "the environment is taken down"
        operations += remove(seen[name], why)
    waits = any(isinstance(each, Wait) for each in operations)
    return Plan(operations=tuple(operations), look_again=now + LOOK if waits else None)


def plan_service(
    service: DesiredService, seen: ObservedService | None, observed: ObservedEnvironment, *, routed: bool
) -> Iterator[Operation]:
    """What happens to one service that is desired: one operation, or none when it is as desired."""
    spec = service.spec
    refused = observed.refusals.get((spec.deployment, spec.service))
    if seen is None:
        if refused is not None:
            yield wait(service, f"the engine would not begin it: {refused}")
        elif service.replicas:
            yield ApplyService(desired=service, routed=routed, cause="it is not there yet")
    elif seen.leaving:
        yield WaitRemoved(service=spec.service, cause=f"{seen.describe()}; then it is made anew")
    elif seen.busy is not None:
        yield wait(service, "it is being given to the engine")
    elif seen.deployment != spec.deployment:
        why = refused if refused is not None else seen.given_up.get(spec.deployment)
        if why is not None:
            yield wait(service, f"the engine has given it up: {why}")
        else:
            yield ApplyService(desired=service, routed=routed, cause=describe_change(service, seen))
    elif seen.replicas != service.replicas:
        if refused is None:
            yield ApplyService(
                desired=service, routed=routed, cause=f"scaled from {seen.replicas} to {service.replicas}"
            )
        else:
            yield wait(service, f"the engine would not begin it: {refused}")
    elif not seen.steady:
        yield wait(service, describe_wait(seen))


def remove(seen: ObservedService, cause: str) -> Iterator[Operation]:
    """What happens to one that is not desired."""
    if seen.leaving:
        yield WaitRemoved(service=seen.service, cause=f"{cause}: {seen.describe()}")
    elif seen.busy is None:
        yield RemoveService(service=seen.service, cause=cause)
    else:
        yield WaitRemoved(service=seen.service, cause=f"{cause}: {seen.busy} is under way")


def wait(service: DesiredService, cause: str) -> WaitSteady:
    """Nothing to do before the engine has done its part."""
    return WaitSteady(service=service.spec.service, deployment=service.spec.deployment, cause=cause)


def describe_change(service: DesiredService, seen: ObservedService) -> str:
    """Why it is applied: `release 18 in place of 17`."""
    spec = service.spec
    if not seen.deployment:
        return "the engine has it otherwise than Fairway gave it"
    if seen.release != spec.release:
        return f"release {spec.release} in place of {seen.release}"
    return f"deployment {spec.deployment} in place of {seen.deployment}"


def describe_wait(seen: ObservedService) -> str:
    """What the engine is at."""
    if seen.rollout is RolloutState.FAILED:
        return f"the engine has given it up: {seen.reason}"
    return seen.describe()


def progress(
    desired: DesiredEnvironment,
    observed: ObservedEnvironment,
    failures: Mapping[tuple[DeploymentId, ServiceName], Failures],
    before: Progress | None,
    now: float,
) -> Progress:
    """As `rollout.progress`, from the engine's own word: nothing is settled before it calls the rollout complete."""
    seen = {each.service: each for each in observed.services}
    services = {}
    for service in desired.now:
        name = service.spec.service
        failed = failures.get((service.spec.deployment, name), NO_FAILURES)
        counted = count(service, seen.get(name), observed, failed)
        last = before.services.get(name) if before and not before.trouble else None
        services[name] = replace(counted, settled_since=rollout.settled_since(counted, last, now))
    return Progress(app=desired.app, environment=desired.environment, at=now, services=services, closed=desired.closed)


def withhold(progress: Progress) -> Progress:
    """The same without what the engine has given up, while the facts of a failed task are still being gathered: no
    verdict comes without its cause."""
    services = {name: replace(each, given_up="") for name, each in progress.services.items()}
    return replace(progress, services=services)


def count(
    service: DesiredService, seen: ObservedService | None, observed: ObservedEnvironment, failures: Failures
) -> ServiceProgress:
    """One service's counts. `serving` counts none before the engine has called the rollout complete."""
    spec = service.spec
    current = seen if seen is not None and seen.deployment == spec.deployment and not seen.leaving else None
    running = current.running if current else 0
    if current is None:
        old = seen.running + seen.pending + seen.old if seen else 0
    else:
        # Above the count: tasks that are on their way out after a scale-in.
        old = current.old + max(0, current.running - service.replicas)
    done = current is not None and current.rollout is RolloutState.COMPLETED
    well = sum(
        each.task.service == spec.service
        and each.task.deployment == spec.deployment
        and each.health.state is HealthState.HEALTHY
        for each in observed.tasks
    )
    return ServiceProgress(
        deployment=spec.deployment,
        desired=service.replicas,
        running=running,
        healthy=running if done else min(well, running),
        serving=running if done else 0,
        old=old,
        exits=failures.exits,
        unhealthy=failures.unhealthy,
        relapses=failures.relapses,
        lately=failures.lately,
        facts=failures.facts,
        given_up=why_given_up(service, seen, observed),
        rolled=True,
    )


def why_given_up(service: DesiredService, seen: ObservedService | None, observed: ObservedEnvironment) -> str:
    """Why the engine tries the desired deployment no more, "" while it does."""
    spec = service.spec
    if (refused := observed.refusals.get((spec.deployment, spec.service))) is not None:
        return refused
    if seen is None:
        return ""
    if seen.deployment == spec.deployment and seen.rollout is RolloutState.FAILED and service.replicas:
        return seen.reason or "the engine has given it up"
    return "" if seen.deployment == spec.deployment else seen.given_up.get(spec.deployment, "")
