"""The tables of a service's `scaling`. Rules between its keys are in `scaling_rules`."""

from typing import Annotated

from fairway.domain.scaling import Metric
from fairway.manifest import times, values
from fairway.manifest.table import Table

METRICS = tuple(each.value for each in Metric)
MOST = 1000
"""Tasks of one service, as `replicas` has it."""
METRIC = Annotated[str | None, values.text(f"one of {', '.join(METRICS)}", METRICS.__contains__, enum=list(METRICS))]
LEVEL = Annotated[float | None, values.level()]


class PaceTable(Table):
    """How fast policies are. None: what the table around says, or the default."""

    period: Annotated[float | None, values.duration(1.0, 600.0)] = None
    datapoints: Annotated[int | None, values.whole(1, 60)] = None
    low_datapoints: Annotated[int | None, values.whole(1, 60)] = None
    cooldown_out: Annotated[float | None, values.duration(0.0, values.DAY)] = None
    cooldown_in: Annotated[float | None, values.duration(0.0, values.DAY)] = None


class StepTable(Table):
    """What is done while the metric is above one value and below another."""

    above: LEVEL = None
    below: LEVEL = None
    add: Annotated[int | None, values.whole(-MOST, MOST)] = None
    add_percent: Annotated[int | None, values.whole(-100, 1000)] = None
    set: Annotated[int | None, values.whole(0, MOST)] = None


class PolicyTable(PaceTable):
    """A metric with a target that is tracked, or with steps."""

    metric: METRIC = None
    target: LEVEL = None
    scale_in: Annotated[bool | None, values.truth("true or false")] = None
    steps: tuple[StepTable, ...] = ()
    at_least: Annotated[int | None, values.whole(1, MOST)] = None


class ScheduledTable(Table):
    """From a time on other bounds."""

    schedule: Annotated[str | None, times.cron()] = None
    timezone: Annotated[str | None, times.zone()] = None
    min: Annotated[int | None, values.whole(0, MOST)] = None
    max: Annotated[int | None, values.whole(1, MOST)] = None


class ScalingTable(PaceTable):
    """How many tasks a service has: by one metric and its target, or by several policies; and by the clock."""

    min: Annotated[int | None, values.whole(0, MOST)] = None
    max: Annotated[int | None, values.whole(1, MOST)] = None
    metric: METRIC = None
    target: LEVEL = None
    scale_in: Annotated[bool | None, values.truth("true or false")] = None
    policies: tuple[PolicyTable, ...] = ()
    schedules: tuple[ScheduledTable, ...] = ()
