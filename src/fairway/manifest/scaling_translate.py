"""A `scaling` table becomes the domain's Scaling. What is incomplete gives None here; `scaling_rules` finds it."""

from typing import Any

from fairway.domain.scaling import (
    COOLDOWN,
    DATAPOINTS,
    LOW_DATAPOINTS,
    PERIOD,
    Adjustment,
    Metric,
    Policy,
    Scaling,
    Scheduled,
    Step,
    Stepping,
    Tracking,
)
from fairway.domain.schedule import Schedule
from fairway.manifest.scaling_schema import PaceTable, PolicyTable, ScalingTable, ScheduledTable, StepTable

PACE = ("period", "datapoints", "low_datapoints", "cooldown_out", "cooldown_in")
KINDS = {"add": Adjustment.CHANGE, "add_percent": Adjustment.PERCENT, "set": Adjustment.EXACT}
LEAST = 1
"""The minimum where none is written."""


def merge(base: ScalingTable | None, override: ScalingTable | None, *, fixed: bool) -> ScalingTable | None:
    """The table as one environment has it, key by key. `fixed`: the environment says `replicas`; without a `scaling` of
    its own that many tasks run there, and none come or go by themselves."""
    if override is None:
        return None if fixed else base
    if base is None:
        return override
    changes: dict[str, Any] = {key: getattr(override, key) for key in override.model_fields_set}
    if "policies" in changes:
        changes = {"metric": None, "target": None, "scale_in": None, **changes}
    elif "metric" in changes:
        changes["policies"] = ()
    return base.model_copy(update=changes)


def make(table: ScalingTable | None) -> Scaling | None:
    """The Scaling, None without a table or a maximum."""
    if table is None or table.max is None:
        return None
    policies = [make_policy(each, table) for each in written(table)]
    schedules = [make_scheduled(each) for each in table.schedules]
    return Scaling(
        minimum=LEAST if table.min is None else table.min,
        maximum=table.max,
        policies=tuple(each for each in policies if each is not None),
        schedules=tuple(each for each in schedules if each is not None),
    )


def written(table: ScalingTable) -> tuple[PolicyTable, ...]:
    """The policies, the one of the short form included."""
    if table.metric is None and table.target is None:
        return table.policies
    short = PolicyTable.model_construct(metric=table.metric, target=table.target, scale_in=table.scale_in)
    return (short, *table.policies)


def make_policy(table: PolicyTable, around: PaceTable) -> Policy | None:
    """Target tracking or steps, None for neither."""
    if table.metric is None:
        return None
    metric, paced = Metric(table.metric), pace(table, around)
    if table.target is not None:
        return Tracking(metric=metric, target=float(table.target), scale_in=table.scale_in is not False, **paced)
    steps = tuple(step for each in table.steps if (step := make_step(each)) is not None)
    if not steps or len(steps) < len(table.steps):
        return None
    out = steps[-1].end is None
    defaults: dict[str, Any] = {"datapoints": DATAPOINTS, "low_datapoints": LOW_DATAPOINTS, "period": PERIOD}
    paced = {**defaults, "cooldown_out": COOLDOWN, "cooldown_in": COOLDOWN, **paced}
    return Stepping(
        metric=metric,
        steps=steps,
        adjustment=adjustment(table.steps[0]),
        at_least=table.at_least or 1,
        period=paced["period"],
        datapoints=paced["datapoints" if out else "low_datapoints"],
        cooldown=paced["cooldown_out" if out else "cooldown_in"],
    )


def pace(table: PaceTable, around: PaceTable) -> dict[str, Any]:
    """What is written of a policy's pace, in its own table or the one around."""
    found = {key: getattr(table, key) for key in PACE}
    found = {key: getattr(around, key) if value is None else value for key, value in found.items()}
    return {key: value for key, value in found.items() if value is not None}


def make_step(table: StepTable) -> Step | None:
    """The step, None when it says nothing to do."""
    amounts = [getattr(table, key) for key in KINDS if getattr(table, key) is not None]
    if len(amounts) != 1:
        return None
    return Step(start=plain(table.above), end=plain(table.below), amount=amounts[0])


def adjustment(table: StepTable) -> Adjustment:
    """Which kind of change a step makes."""
    return next(kind for key, kind in KINDS.items() if getattr(table, key) is not None)


def plain(level: float | None) -> float | None:
    """A level as a number."""
    return None if level is None else float(level)


def make_scheduled(table: ScheduledTable) -> Scheduled | None:
    """The scheduled action, None without its times."""
    if table.schedule is None:
        return None
    schedule = Schedule(cron=table.schedule, zone=table.timezone or "UTC")
    return Scheduled(schedule=schedule, minimum=table.min, maximum=table.max)
