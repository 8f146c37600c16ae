"""Samples and situations as scaling sees them."""

from collections.abc import Sequence

from fairway.domain import metrics
from fairway.domain.capacity_most import Most
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.domain.metrics import Sample
from fairway.domain.scaling import Metric, Policy, Scaling, Tracking, needed
from fairway.domain.scaling_activity import Activity, By
from fairway.domain.scaling_bounds import Bounds
from fairway.domain.scaling_decision import Decision, Situation, decide
from fairway.domain.scaling_window import Datapoint, Points

NOW = 1_700_000_000.0
TARGET_50 = Tracking(metric=Metric.REQUESTS_PER_TASK, target=50)


def steady(policy: Policy, value: float, tasks: float) -> Points:
    """Datapoints of a load that has not changed for long."""
    return [Datapoint(value=value, tasks=tasks)] * max(needed(policy), 1)


def seconds(
    number: int, *, requests: int = 0, tasks: float = 1, took: float = 0.01, end: float = NOW, refused: int = 0
) -> list[Sample]:
    """So many samples of one second each; the answers took `took` seconds each."""
    return [
        Sample(
            at=end - back,
            tasks=tasks,
            requests=requests,
            refused=refused,
            latencies=metrics.count([took] * requests),
        )
        for back in reversed(range(number))
    ]


def changed(before: int, after: int, *, ago: float, cooldown: float = 300.0, base: int | None = None) -> Activity:
    """A policy's change, so long before NOW."""
    return Activity(
        app=AppName("shop"),
        environment=EnvironmentName("production"),
        service=ServiceName("web"),
        at=NOW - ago,
        before=before,
        after=after,
        cause="requests per task 81 above 50 for 3 of 3 datapoints",
        by=By.POLICY,
        cooldown=cooldown,
        base=before if base is None else base,
    )


def judge(
    policies: Sequence[Policy],
    values: Sequence[float | None],
    *,
    desired: int,
    running: int | None = None,
    minimum: int = 1,
    maximum: int = 10,
    deploying: bool = False,
    last: Activity | None = None,
    most: Most | None = None,
    refused: int = 0,
) -> Decision:
    """The decision when each policy's metric has been at its value for long; None: it is missing."""
    runs = desired if running is None else running
    points = [
        [None] * needed(policy) if value is None else steady(policy, value, runs)
        for policy, value in zip(policies, values, strict=True)
    ]
    situation = Situation(
        now=NOW,
        desired=desired,
        running=runs,
        bounds=Bounds(minimum=minimum, maximum=maximum),
        refused=refused,
        deploying=deploying,
        last=last,
        most=most,
    )
    return decide(Scaling(minimum=minimum, maximum=maximum, policies=tuple(policies)), points, situation)
