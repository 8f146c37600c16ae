"""Health checks, and what one more result makes of a task's health.

One success makes a task healthy, `retries` consecutive failures make a healthy one unhealthy. Within the start period
failures don't count, but a success does: a task that is up after 0.3 s serves after 0.3 s (ECS and Docker have the same
rule). A task that was never healthy when its start period is over is unhealthy at the next failure.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How often and how patiently a check is made; seconds."""

    interval: float = 5.0
    timeout: float = 2.0
    retries: int = 3
    start_period: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCheck:
    """Healthy when GET `path` answers 200 to below `accept_below` within the time-out. The Host header is `localhost`.

    `accept_below` is 400 for a path that `fairway.toml` names. For one that was only detected it is 500: a 401 or 404
    there shows a server that serves, and perhaps a wrong guess.
    """

    path: str
    accept_below: int = 400
    timing: Timing = Timing()


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpCheck:
    """Healthy when the port takes a connection, which the kernel does for a process that hangs; so the process has to
    accept one now and then. What a service with a port and no path gets."""

    timing: Timing = Timing()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandCheck:
    """Healthy when the command ends with 0 inside the task's container."""

    command: tuple[str, ...]
    timing: Timing = Timing()


@dataclass(frozen=True, slots=True, kw_only=True)
class AliveCheck:
    """Healthy when the process has stayed up for `settle` seconds: what a service without a port gets."""

    settle: float = 2.0
    timing: Timing = Timing()


Check = HttpCheck | TcpCheck | CommandCheck | AliveCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """What one probe saw: `detail` in words ("GET /healthz answered 500: database is down"), `status` of HTTP."""

    ok: bool
    detail: str
    status: int | None = None
    seconds: float = 0.0


class HealthState(StrEnum):
    STARTING = "STARTING"
    HEALTHY = "HEALTHY"
    UNHEALTHY = "UNHEALTHY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What the probes of one task came to. `since` is when the state was entered, in seconds of the clock."""

    state: HealthState = HealthState.STARTING
    since: float = 0.0
    failures: int = 0
    last: ProbeResult | None = None
    ever_healthy: bool = False


def judge(health: Health, result: ProbeResult, *, check: Check, started_at: float, now: float) -> Health:
    """The health after one more probe result.

    Concrete example: retries 3, start period 30 s, started at 100. A failure at 110 leaves STARTING with no failure
    counted; one at 131 makes it UNHEALTHY. A success at 105 would have made it HEALTHY, and from then on three failures
    in a row, start period or not, make it UNHEALTHY.
    """
    if result.ok:
        since = health.since if health.state is HealthState.HEALTHY else now
        return Health(state=HealthState.HEALTHY, since=since, failures=0, last=result, ever_healthy=True)
    if not health.ever_healthy and now - started_at < check.timing.start_period:
        return replace(health, last=result)
    failures = health.failures + 1
    # A task that was never healthy has had its whole start period: no further patience is owed to it.
    patience = check.timing.retries if health.ever_healthy else 1
    if failures >= patience and health.state is not HealthState.UNHEALTHY:
        return replace(health, state=HealthState.UNHEALTHY, since=now, failures=failures, last=result)
    return replace(health, failures=failures, last=result)
