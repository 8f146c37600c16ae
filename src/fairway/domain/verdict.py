"""Whether a deployment has succeeded or failed, judged from what was observed of it. Pure: the caller asks again.

COMPLETED means that every service of the deployment runs its desired tasks, all healthy and serving, that none of an
older deployment is left, and that this lasted for the bake time. FAILED is said as early as it is certain enough: ECS
waits for three failed tasks in any case; here a first task that never became healthy in its whole start period ends the
deployment when no other task of it is well, and a start that the engine refused ends it at once, because the same image
will be refused again.

Where the engine rolls by itself, its circuit breaker is the judge: COMPLETED needs its word, and what it gives up has
FAILED. Of a single start that failed there nothing follows, for the engine tries it again and may go on well. Fairway
counts beside it what such a breaker does not: tasks that ran for a moment and ended, one after the other.
"""

from dataclasses import dataclass

from fairway.domain.app import Rollout
from fairway.domain.deployment import RolloutState
from fairway.domain.facts import Facts
from fairway.domain.ids import DeploymentId, ServiceName
from fairway.domain.rollout import Progress, ServiceProgress

LEAST, MOST = 3, 200
"""The circuit breaker's bounds, as ECS has them."""

NO_COMMAND = {126: "its command can't be executed", 127: "its command was not found"}
"""What shells and the container's init exit with when they can't start a command: the next try would do the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The end of a deployment: why, in words, and what is known of the task that failed (None when none did)."""

    state: RolloutState
    reason: str
    service: ServiceName | None = None
    facts: Facts | None = None


def judge(
    progress: Progress, rollout: Rollout, started_at: float, now: float, *, deployment: DeploymentId | None = None
) -> Verdict | None:
    """The verdict, None while there is none yet. `started_at` and `now` are seconds of the clock.

    With `deployment` only its services are looked at, and as long as the observation shows none of them there is no
    verdict but the time-out: it was made before the desired state was read.
    """
    services = {
        name: each for name, each in progress.services.items() if deployment is None or each.deployment == deployment
    }
    if progress.at >= started_at:
        for name, each in services.items():
            if reason := find_failure(name, each):
                return Verdict(state=RolloutState.FAILED, reason=reason, service=name, facts=each.facts)
        if services and not progress.trouble and all(baked(each, rollout, now) for each in services.values()):
            return Verdict(state=RolloutState.COMPLETED, reason=describe_success(services))
    if now - started_at >= rollout.timeout:
        return time_out(services, progress.trouble, rollout)
    return None


def threshold(desired: int) -> int:
    """How many failed tasks in a row open the circuit breaker: half of the desired ones, from 3 to 200.

    Concrete examples: 1 → 3, 25 → 13, 400 → 200, 800 → 200.
    """
    return min(MOST, max(LEAST, -(-desired // 2)))


def find_failure(name: str, service: ServiceProgress) -> str:
    """Why the service will not come up, "" while it may."""
    exit = service.facts.exit if service.facts else None
    if service.given_up:
        return f"{name}: {service.given_up}"
    if service.exits and exit is not None and exit.error and not service.rolled:
        return f"{name} could not be started: {exit.error}"
    if service.exits and exit is not None and exit.code in NO_COMMAND and service.healthy == 0:
        return f"{name} could not be started: {NO_COMMAND[exit.code]} (exit code {exit.code})"
    if service.unhealthy and service.healthy == 0 and not service.rolled:
        return f"{name} never became healthy" if not probe_detail(service) else f"{name}: {probe_detail(service)}"
    failed = service.exits + service.unhealthy
    if failed >= threshold(service.desired):
        return f"{failed} tasks of {name} failed one after the other"
    if service.relapses >= threshold(service.desired):
        return f"{service.relapses} tasks of {name} became healthy and failed soon after, one after the other"
    return ""


def probe_detail(service: ServiceProgress) -> str:
    """What the last probe of the failed task saw."""
    return service.facts.probe.detail if service.facts and service.facts.probe else ""


def baked(service: ServiceProgress, rollout: Rollout, now: float) -> bool:
    """Whether it has been as desired for the bake time."""
    return service.settled_since is not None and now - service.settled_since >= rollout.bake


def describe_success(services: dict[ServiceName, ServiceProgress]) -> str:
    """`2 of 2 tasks healthy`."""
    desired = sum(each.desired for each in services.values())
    return (
        f"{sum(each.healthy for each in services.values())} of {desired} {'task' if desired == 1 else 'tasks'} healthy"
    )


def time_out(services: dict[ServiceName, ServiceProgress], trouble: str, rollout: Rollout) -> Verdict:
    """The verdict when the time is over, with the first service that is not settled."""
    over = f"not completed within {rollout.timeout:g} s"
    if trouble:
        return Verdict(state=RolloutState.FAILED, reason=f"{over}: {trouble}")
    for name, each in services.items():
        if each.settled_since is None:
            seen = f"{each.healthy} of {each.desired} tasks of {name} healthy, {each.serving} serving, {each.old} old"
            return Verdict(state=RolloutState.FAILED, reason=f"{over}: {seen}", service=name, facts=each.facts)
    return Verdict(state=RolloutState.FAILED, reason=over)
