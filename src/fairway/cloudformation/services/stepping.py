"""Step scaling in Application Auto Scaling's words: the steps, and the alarm of CloudWatch that lets them be taken.

The alarm is Fairway's own, and so is its pace, in whole minutes: the metrics have one value for each.
"""

from math import ceil
from typing import Any

from troposphere import Ref, cloudwatch
from troposphere import applicationautoscaling as aas

from fairway.cloudformation.services import measured
from fairway.cloudformation.services.place import HAS_IMAGE
from fairway.domain.aws import names
from fairway.domain.scaling import Adjustment, Metric, Step, Stepping

ADJUSTMENTS = {
    Adjustment.CHANGE: "ChangeInCapacity",
    Adjustment.PERCENT: "PercentChangeInCapacity",
    Adjustment.EXACT: "ExactCapacity",
}


def configure(policy: Stepping) -> Any:
    """The policy's configuration."""
    least = {"MinAdjustmentMagnitude": policy.at_least} if policy.adjustment is Adjustment.PERCENT else {}
    return aas.StepScalingPolicyConfiguration(
        AdjustmentType=ADJUSTMENTS[policy.adjustment],
        Cooldown=ceil(policy.cooldown),
        MetricAggregationType="Average",
        StepAdjustments=[_step(policy, step) for step in policy.steps],
        **least,
    )


def breach(service: str, number: int, policy: Stepping, *, acts: str) -> Any:
    """The alarm, at which the policy with the logical id `acts` acts. Without a value nothing is done, as on one
    machine."""
    comparison = "GreaterThanOrEqualToThreshold" if policy.out else "LessThanOrEqualToThreshold"
    return cloudwatch.Alarm(
        names.logical("breach", str(number), service),
        Condition=HAS_IMAGE,
        AlarmDescription=f"{service}: {policy.metric} calls for {'more' if policy.out else 'fewer'} tasks",
        ComparisonOperator=comparison,
        Threshold=round(_of_alarm(policy, policy.threshold), 6),
        Period=_period(policy),
        EvaluationPeriods=policy.datapoints,
        TreatMissingData="missing",
        AlarmActions=[Ref(acts)],
        **measured.of_alarm(service, policy.metric),
    )


def _step(policy: Stepping, step: Step) -> Any:
    """A step with its bounds as AWS has them: how far from the alarm's threshold."""
    lower = None if step.start is None else _of_alarm(policy, step.start) - _of_alarm(policy, policy.threshold)
    upper = None if step.end is None else _of_alarm(policy, step.end) - _of_alarm(policy, policy.threshold)
    # Where everything is to be counted from the threshold on, the bound that is not written is the threshold.
    if policy.out and lower is None:
        lower = 0.0
    if not policy.out and upper is None:
        upper = 0.0
    return aas.StepAdjustment(
        ScalingAdjustment=step.amount,
        **({} if lower is None else {"MetricIntervalLowerBound": round(lower, 6)}),
        **({} if upper is None else {"MetricIntervalUpperBound": round(upper, 6)}),
    )


def _of_alarm(policy: Stepping, level: float) -> float:
    """A level as the alarm's metric has it: requests are summed up over its period."""
    return level * _period(policy) if policy.metric is Metric.REQUESTS_PER_TASK else level


def _period(policy: Stepping) -> int:
    """The period in whole minutes, in seconds: the metrics have one value for each minute."""
    return max(1, ceil(policy.period / measured.MINUTE)) * measured.MINUTE
