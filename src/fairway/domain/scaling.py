"""What automatic scaling is told: policies, bounds and scheduled actions, as values.

The words and the defaults are those of Application Auto Scaling for ECS services; `scaling_decision` says what follows
from them. Durations are seconds. A metric's values are requests a second for each task, per cent of what the tasks may
use, or seconds.
"""

from dataclasses import dataclass
from enum import StrEnum

from fairway.domain.schedule import Schedule

PERIOD = 60.0
DATAPOINTS = 3
LOW_DATAPOINTS = 15
COOLDOWN = 300.0
LOW = 0.9
"""A metric is low when it is below this part of its target: what ECS's AlarmLow has (70 -> 63)."""


class Metric(StrEnum):
    """REQUESTS_PER_TASK: requests a second, the refused ones among them. CPU, MEMORY: per cent of the limit, as a
    mean over the tasks. LATENCY_P95: the 95th percentile of the answers' times."""

    REQUESTS_PER_TASK = "requests_per_task"
    CPU = "cpu"
    MEMORY = "memory"
    LATENCY_P95 = "latency_p95"

    @property
    def of_traffic(self) -> bool:
        """Whether it is measured at the load balancer, so that only a service that takes requests has it."""
        return self in (Metric.REQUESTS_PER_TASK, Metric.LATENCY_P95)


class Adjustment(StrEnum):
    """ECS's ChangeInCapacity, PercentChangeInCapacity and ExactCapacity."""

    CHANGE = "change"
    PERCENT = "percent"
    EXACT = "exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """Target tracking: keep the metric near `target`.

    Above it for `datapoints` periods: scale out. Below LOW of it for `low_datapoints` periods: scale in, unless
    `scale_in` is false.
    """

    metric: Metric
    target: float
    scale_in: bool = True
    period: float = PERIOD
    datapoints: int = DATAPOINTS
    low_datapoints: int = LOW_DATAPOINTS
    cooldown_out: float = COOLDOWN
    cooldown_in: float = COOLDOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is done while the metric is from `start` to `end`; None is without end. `amount` is tasks or per cent."""

    start: float | None
    end: float | None
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepping:
    """Step scaling. The steps lie beside each other without gap or overlap, in rising order. The last one has no end
    when they scale out, the first one no start when they scale in. `at_least` tasks are added or taken away by per
    cent (ECS's MinAdjustmentMagnitude).
    """

    metric: Metric
    steps: tuple[Step, ...]
    adjustment: Adjustment = Adjustment.CHANGE
    at_least: int = 1
    period: float = PERIOD
    datapoints: int = DATAPOINTS
    cooldown: float = COOLDOWN

    @property
    def out(self) -> bool:
        """Whether they scale out."""
        return self.steps[-1].end is None

    @property
    def threshold(self) -> float:
        """From where on, or up to where, there is something to do."""
        edge = self.steps[0].start if self.out else self.steps[-1].end
        return 0.0 if edge is None else edge


Policy = Tracking | Stepping


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """A scheduled action: from a time of `schedule` on these bounds hold, each until another action sets it. None
    leaves it as it is."""

    schedule: Schedule
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """How one service is scaled: never below `minimum` or above `maximum` tasks, by its policies."""

    minimum: int
    maximum: int
    policies: tuple[Policy, ...] = ()
    schedules: tuple[Scheduled, ...] = ()


def longest(scaling: Scaling) -> float:
    """How far back, in seconds, the samples are needed."""
    return max((needed(policy) * policy.period for policy in scaling.policies), default=0.0)


def needed(policy: Policy) -> int:
    """How many datapoints the policy looks at."""
    return max(policy.datapoints, policy.low_datapoints) if isinstance(policy, Tracking) else policy.datapoints


def shortest(scaling: Scaling) -> float:
    """The shortest period, in seconds."""
    return min((policy.period for policy in scaling.policies), default=PERIOD)
