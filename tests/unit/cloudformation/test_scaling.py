"""A service's scaling in Application Auto Scaling's words."""

from typing import Any

import pytest

from fairway.domain.scaling import Adjustment, Metric, Policy, Scaling, Scheduled, Step, Stepping, Tracking
from fairway.domain.schedule import Schedule
from support import aws_services
from support.aws_apps import make_environment, make_service

POLICY, ALARM = "ApplicationAutoScaling::ScalingPolicy", "CloudWatch::Alarm"


def scaled(*policies: Policy, **changes: Any) -> aws_services.Found:
    scaling = Scaling(**{"minimum": 2, "maximum": 10, "policies": policies, **changes})
    return aws_services.make(make_environment(services=(make_service(scaling=scaling),)))


def test_the_bounds_are_of_the_service() -> None:
    target = scaled().only("ApplicationAutoScaling::ScalableTarget")

    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 10)
    assert target["ResourceId"] == {"Fn::Sub": "service/${EcsCluster}/${RunningWeb.Name}"}


def test_requests_are_counted_by_the_minute() -> None:
    found = scaled(Tracking(metric=Metric.REQUESTS_PER_TASK, target=50.0))

    tracked = found.only(POLICY)["TargetTrackingScalingPolicyConfiguration"]
    assert tracked["TargetValue"] == 3000
    assert tracked["PredefinedMetricSpecification"] == {
        "PredefinedMetricType": "ALBRequestCountPerTarget",
        "ResourceLabel": {"Fn::Sub": "${Balancer.LoadBalancerFullName}/${Targets.TargetGroupFullName}"},
    }


@pytest.mark.parametrize(
    ("metric", "predefined"),
    [(Metric.CPU, "ECSServiceAverageCPUUtilization"), (Metric.MEMORY, "ECSServiceAverageMemoryUtilization")],
)
def test_cpu_and_memory_are_in_per_cent_on_both_sides(metric: Metric, predefined: str) -> None:
    policy = Tracking(metric=metric, target=60.0, cooldown_out=59.5, cooldown_in=120.0, scale_in=False)

    tracked = scaled(policy).only(POLICY)["TargetTrackingScalingPolicyConfiguration"]

    assert tracked["TargetValue"] == 60
    assert tracked["PredefinedMetricSpecification"] == {"PredefinedMetricType": predefined}
    assert (tracked["ScaleOutCooldown"], tracked["ScaleInCooldown"]) == (60, 120)
    assert tracked["DisableScaleIn"] is True


def test_latency_is_tracked_by_its_95th_percentile() -> None:
    found = scaled(Tracking(metric=Metric.LATENCY_P95, target=0.5))

    tracked = found.only(POLICY)["TargetTrackingScalingPolicyConfiguration"]
    query = tracked["CustomizedMetricSpecification"]["Metrics"][0]["MetricStat"]
    assert (query["Metric"]["MetricName"], query["Stat"], tracked["TargetValue"]) == ("TargetResponseTime", "p95", 0.5)


def bounds(found: aws_services.Found) -> list[tuple[float | None, float | None, int]]:
    steps = found.only(POLICY)["StepScalingPolicyConfiguration"]["StepAdjustments"]
    return [
        (each.get("MetricIntervalLowerBound"), each.get("MetricIntervalUpperBound"), each["ScalingAdjustment"])
        for each in steps
    ]


def test_steps_out_are_counted_from_the_threshold_up() -> None:
    steps = (Step(start=50.0, end=80.0, amount=1), Step(start=80.0, end=None, amount=3))

    found = scaled(Stepping(metric=Metric.CPU, steps=steps, datapoints=2, cooldown=30.0))

    assert bounds(found) == [(0.0, 30.0, 1), (30.0, None, 3)]
    alarm = found.only(ALARM)
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanOrEqualToThreshold", 50.0)
    assert (alarm["EvaluationPeriods"], alarm["MetricName"]) == (2, "CPUUtilization")
    assert alarm["AlarmActions"] == [{"Ref": "Policy1Web"}]


def test_steps_in_are_counted_from_the_threshold_down() -> None:
    steps = (Step(start=None, end=0.1, amount=-2), Step(start=0.1, end=0.2, amount=-1))

    found = scaled(Stepping(metric=Metric.LATENCY_P95, steps=steps))

    assert bounds(found) == [(None, -0.1, -2), (-0.1, 0.0, -1)]
    alarm = found.only(ALARM)
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanOrEqualToThreshold", 0.2)
    assert alarm["ExtendedStatistic"] == "p95"


def test_one_step_for_everything_still_begins_at_the_threshold() -> None:
    out = scaled(Stepping(metric=Metric.CPU, steps=(Step(start=None, end=None, amount=1),)))

    assert bounds(out) == [(0.0, None, 1)]


def test_requests_of_steps_are_summed_up_over_the_alarms_period() -> None:
    steps = (Step(start=50.0, end=80.0, amount=1), Step(start=80.0, end=None, amount=3))

    found = scaled(Stepping(metric=Metric.REQUESTS_PER_TASK, steps=steps, period=90.0))

    alarm = found.only(ALARM)
    assert (alarm["Period"], alarm["Statistic"], alarm["Threshold"]) == (120, "Sum", 6000.0)
    assert bounds(found) == [(0.0, 3600.0, 1), (3600.0, None, 3)]


@pytest.mark.parametrize(
    ("adjustment", "word", "least"),
    [
        (Adjustment.CHANGE, "ChangeInCapacity", None),
        (Adjustment.PERCENT, "PercentChangeInCapacity", 2),
        (Adjustment.EXACT, "ExactCapacity", None),
    ],
)
def test_steps_change_the_count_as_they_say(adjustment: Adjustment, word: str, least: int | None) -> None:
    steps = (Step(start=50.0, end=None, amount=4),)

    found = scaled(Stepping(metric=Metric.CPU, steps=steps, adjustment=adjustment, at_least=2))

    configured = found.only(POLICY)["StepScalingPolicyConfiguration"]
    assert (configured["AdjustmentType"], configured.get("MinAdjustmentMagnitude")) == (word, least)


def test_scheduled_actions_have_their_time_zone_and_only_the_bound_that_they_set() -> None:
    morning = Scheduled(schedule=Schedule(cron="0 8 * * 1-5", zone="Europe/Berlin"), minimum=4)
    night = Scheduled(schedule=Schedule(cron="0 20 * * *"), minimum=0, maximum=2)

    target = scaled(schedules=(morning, night)).only("ApplicationAutoScaling::ScalableTarget")

    first, second = target["ScheduledActions"]
    assert (first["Schedule"], first["Timezone"]) == ("cron(0 8 ? * 2-6 *)", "Europe/Berlin")
    assert first["ScalableTargetAction"] == {"MinCapacity": 4}
    assert second["ScalableTargetAction"] == {"MinCapacity": 0, "MaxCapacity": 2}
    assert first["ScheduledActionName"] != second["ScheduledActionName"]
