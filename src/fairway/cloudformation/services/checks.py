"""A service's health check in the words of AWS: the target group's, and the container's.

Behind a load balancer the target group asks, over HTTP, and it knows no other way: so a TCP check becomes GET / which
any answer below 500 satisfies. That is stricter than a connection, and looser than a path that is named. In the
container a command can be run, if the image has it; of a stranger's image nothing is certain, so only a command that
fairway.toml names is. What is then left is that the process stays up.

Durations become whole seconds, rounded up. What is longer than AWS takes is refused by the manifest; what is shorter
becomes the shortest that there is.
"""

from math import ceil
from typing import Any

from fairway.domain.aws import limits
from fairway.domain.health import AliveCheck, Check, CommandCheck, HttpCheck, TcpCheck

HEALTHY = 2
"""The least that can be said. A new target needs one success in any case; this many bring an unhealthy one back."""


def of_targets(check: Check) -> dict[str, Any]:
    """The properties of a target group that say when a target is healthy."""
    path, worst = ("/", limits.TARGET_STATUS)
    match check:
        case HttpCheck(path=path, accept_below=below):
            worst = min(below - 1, limits.TARGET_STATUS)
        case TcpCheck() | CommandCheck() | AliveCheck():
            pass
    interval = within(check.timing.interval, limits.TARGET_INTERVAL)
    return {
        "HealthCheckEnabled": True,
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": "traffic-port",
        "HealthCheckPath": path,
        "HealthCheckIntervalSeconds": interval,
        # It has to be less than the interval.
        "HealthCheckTimeoutSeconds": min(within(check.timing.timeout, limits.TARGET_TIMEOUT), interval - 1),
        "HealthyThresholdCount": HEALTHY,
        "UnhealthyThresholdCount": within(check.timing.retries, limits.TARGET_RETRIES),
        "Matcher": f"200-{worst}",
    }


def of_container(check: Check) -> dict[str, Any] | None:
    """The properties of a container's health check; None for one that only a command could make."""
    if not isinstance(check, CommandCheck):
        return None
    return {
        "Command": ["CMD", *check.command],
        "Interval": within(check.timing.interval, limits.CONTAINER_INTERVAL),
        "Timeout": within(check.timing.timeout, limits.CONTAINER_TIMEOUT),
        "Retries": within(check.timing.retries, limits.CONTAINER_RETRIES),
        "StartPeriod": within(check.timing.start_period, limits.CONTAINER_START),
    }


def grace(check: Check) -> int:
    """For how many seconds after its start ECS looks over what the target group says of a task."""
    return ceil(check.timing.start_period)


def within(value: float, limits: tuple[int, int]) -> int:
    """The whole number within the limits that is nearest to it from above."""
    return min(max(ceil(value), limits[0]), limits[1])
