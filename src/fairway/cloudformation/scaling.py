"""A service's `scaling` in Application Auto Scaling's words: bounds, policies, scheduled actions.

What AWS can't be told: target tracking looks at whole minutes, three of them on the way up and fifteen on the way down,
whatever `period` and `datapoints` say. Steps have an alarm of Fairway's own, and their pace with it, in whole minutes.
The service-linked role that changes the count AWS makes by itself.
"""

from math import ceil
from typing import Any

from troposphere import GetAtt, Ref, Sub, Template, cloudwatch
from troposphere import applicationautoscaling as aas

from fairway.cloudformation import balancing, running
from fairway.cloudformation.place import CLUSTER, HAS_IMAGE, Place
from fairway.domain.app import Service
from fairway.domain.aws import cron, names
from fairway.domain.scaling import Adjustment, Metric, Policy, Scaling, Step, Stepping, Tracking

MINUTE = 60
P95 = "p95"
ADJUSTMENTS = {
    Adjustment.CHANGE: "ChangeInCapacity",
    Adjustment.PERCENT: "PercentChangeInCapacity",
    Adjustment.EXACT: "ExactCapacity",
}
OF_SERVICE = {Metric.CPU: "CPUUtilization", Metric.MEMORY: "MemoryUtilization"}
"""ECS's metrics, which are in per cent of what the tasks may use, as Fairway's are."""
PREDEFINED = {
    Metric.CPU: "ECSServiceAverageCPUUtilization",
    Metric.MEMORY: "ECSServiceAverageMemoryUtilization",
    Metric.REQUESTS_PER_TASK: "ALBRequestCountPerTarget",
}


def add(template: Template, place: Place) -> None:
    """What scales the services of an environment."""
    for service in place.environment.services:
        if service.scaling is None:
            continue
        template.add_resource(_target(service, service.scaling))
        for number, policy in enumerate(service.scaling.policies, start=1):
            if isinstance(policy, Tracking):
                template.add_resource(_tracking(service, number, policy))
            else:
                template.add_resource(_stepping(service, number, policy))
                template.add_resource(_breach(service, number, policy))


def _target(service: Service, scaling: Scaling) -> Any:
    actions = [
        aas.ScheduledAction(
            ScheduledActionName=f"{service.name}-{number}",
            Schedule=cron.expression(each.schedule.cron),
            Timezone=each.schedule.zone,
            ScalableTargetAction=aas.ScalableTargetAction(
                **({} if each.minimum is None else {"MinCapacity": each.minimum}),
                **({} if each.maximum is None else {"MaxCapacity": each.maximum}),
            ),
        )
        for number, each in enumerate(scaling.schedules, start=1)
    ]
    return aas.ScalableTarget(
        _logical(service),
        Condition=HAS_IMAGE,
        ServiceNamespace="ecs",
        ScalableDimension="ecs:service:DesiredCount",
        ResourceId=Sub(f"service/${{{CLUSTER}}}/${{{running.logical(service.name)}.Name}}"),
        MinCapacity=scaling.minimum,
        MaxCapacity=scaling.maximum,
        **({"ScheduledActions": actions} if actions else {}),
    )


def _logical(service: Service) -> str:
    return names.logical("scaled", service.name)


def _policy(service: Service, number: int, policy: Policy, kind: str, **configuration: Any) -> Any:
    word = policy.metric.value.replace("_", "-")
    return aas.ScalingPolicy(
        names.logical("policy", str(number), service.name),
        Condition=HAS_IMAGE,
        PolicyName=f"{service.name}-{number}-{word}",
        PolicyType=kind,
        ScalingTargetId=Ref(_logical(service)),
        **configuration,
    )


def _tracking(service: Service, number: int, policy: Tracking) -> Any:
    return _policy(
        service,
        number,
        policy,
        "TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=aas.TargetTrackingScalingPolicyConfiguration(
            TargetValue=_per_minute(policy.metric, policy.target),
            ScaleOutCooldown=ceil(policy.cooldown_out),
            ScaleInCooldown=ceil(policy.cooldown_in),
            DisableScaleIn=not policy.scale_in,
            **_tracked(policy.metric),
        ),
    )


def _tracked(metric: Metric) -> dict[str, Any]:
    """The metric. There is no predefined one of latency, and a plain customized one has no percentile; the form with
    queries takes every statistic of CloudWatch (`TargetTrackingMetricStat.Stat`)."""
    if metric is Metric.LATENCY_P95:
        dimensions = [aas.TargetTrackingMetricDimension(Name=name, Value=value) for name, value in _labels().items()]
        latency = aas.TargetTrackingMetric(
            Namespace="AWS/ApplicationELB", MetricName="TargetResponseTime", Dimensions=dimensions
        )
        query = aas.TargetTrackingMetricDataQuery(
            Id="latency", MetricStat=aas.TargetTrackingMetricStat(Metric=latency, Stat=P95)
        )
        return {"CustomizedMetricSpecification": aas.CustomizedMetricSpecification(Metrics=[query])}
    label = {"ResourceLabel": _resource_label()} if metric is Metric.REQUESTS_PER_TASK else {}
    return {
        "PredefinedMetricSpecification": aas.PredefinedMetricSpecification(
            PredefinedMetricType=PREDEFINED[metric], **label
        )
    }


def _per_minute(metric: Metric, level: float) -> float:
    """The load balancer counts requests by the minute: 50 a second for each task are a target of 3000."""
    return level * MINUTE if metric is Metric.REQUESTS_PER_TASK else level


def _stepping(service: Service, number: int, policy: Stepping) -> Any:
    least = {"MinAdjustmentMagnitude": policy.at_least} if policy.adjustment is Adjustment.PERCENT else {}
    return _policy(
        service,
        number,
        policy,
        "StepScaling",
        StepScalingPolicyConfiguration=aas.StepScalingPolicyConfiguration(
            AdjustmentType=ADJUSTMENTS[policy.adjustment],
            Cooldown=ceil(policy.cooldown),
            MetricAggregationType="Average",
            StepAdjustments=[_step(policy, step) for step in policy.steps],
            **least,
        ),
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
    return max(1, ceil(policy.period / MINUTE)) * MINUTE


def _breach(service: Service, number: int, policy: Stepping) -> Any:
    """The alarm that lets the steps be taken. Without a value nothing is done, as on one machine."""
    comparison = "GreaterThanOrEqualToThreshold" if policy.out else "LessThanOrEqualToThreshold"
    return cloudwatch.Alarm(
        names.logical("breach", str(number), service.name),
        Condition=HAS_IMAGE,
        AlarmDescription=f"{service.name}: {policy.metric} calls for {'more' if policy.out else 'fewer'} tasks",
        ComparisonOperator=comparison,
        Threshold=round(_of_alarm(policy, policy.threshold), 6),
        Period=_period(policy),
        EvaluationPeriods=policy.datapoints,
        TreatMissingData="missing",
        AlarmActions=[Ref(names.logical("policy", str(number), service.name))],
        **_measured(service, policy.metric),
    )


def _measured(service: Service, metric: Metric) -> dict[str, Any]:
    """The metric and its statistic, as an alarm names them."""
    if metric in OF_SERVICE:
        return {
            "Namespace": "AWS/ECS",
            "MetricName": OF_SERVICE[metric],
            "Statistic": "Average",
            "Dimensions": dimensions(of_service(service.name)),
        }
    if metric is Metric.REQUESTS_PER_TASK:
        found: dict[str, Any] = {"MetricName": "RequestCountPerTarget", "Statistic": "Sum"}
        labels = {"TargetGroup": _labels()["TargetGroup"]}
    else:
        found, labels = {"MetricName": "TargetResponseTime", "ExtendedStatistic": P95}, _labels()
    return {"Namespace": "AWS/ApplicationELB", "Dimensions": dimensions(labels), **found}


def of_service(service: str) -> dict[str, Any]:
    """The dimensions of a service's metrics, by their names."""
    return {"ClusterName": Ref(CLUSTER), "ServiceName": GetAtt(running.logical(service), "Name")}


def dimensions(values: dict[str, Any]) -> list[Any]:
    """Dimensions as an alarm has them."""
    return [cloudwatch.MetricDimension(Name=name, Value=value) for name, value in values.items()]


def _labels() -> dict[str, Any]:
    return balancing.labels()


def _resource_label() -> Any:
    """`app/NAME/ID/targetgroup/NAME/ID`."""
    return Sub(f"${{{balancing.BALANCER}.LoadBalancerFullName}}/${{{balancing.TARGETS}.TargetGroupFullName}}")
