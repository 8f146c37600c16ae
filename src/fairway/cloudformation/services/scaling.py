"""A service's `scaling` in Application Auto Scaling's words: bounds, policies, scheduled actions.

What AWS can't be told: target tracking looks at whole minutes, three of them on the way up and fifteen on the way down,
whatever `period` and `datapoints` say.
The service-linked role that changes the count AWS makes by itself.
"""

from math import ceil
from typing import Any

from troposphere import Ref, Sub, Template
from troposphere import applicationautoscaling as aas

from fairway.cloudformation.services import balancing, closing, measured, running, stepping
from fairway.cloudformation.services.place import CLUSTER, HAS_IMAGE, Place
from fairway.domain.app import Service
from fairway.domain.aws import cron, names
from fairway.domain.scaling import Metric, Policy, Scaling, Tracking

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
        template.add_resource(_target(place, service, service.scaling))
        for number, policy in enumerate(service.scaling.policies, start=1):
            if isinstance(policy, Tracking):
                template.add_resource(_tracking(service, number, policy))
            else:
                steps = {"StepScalingPolicyConfiguration": stepping.configure(policy)}
                made = template.add_resource(_policy(service, number, policy, "StepScaling", **steps))
                template.add_resource(stepping.breach(service.name, number, policy, acts=made.title))


def _target(place: Place, service: Service, scaling: Scaling) -> Any:
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
        **closing.suspended(place),
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
        dimensions = [
            aas.TargetTrackingMetricDimension(Name=name, Value=value) for name, value in balancing.labels().items()
        ]
        latency = aas.TargetTrackingMetric(
            Namespace="AWS/ApplicationELB", MetricName="TargetResponseTime", Dimensions=dimensions
        )
        query = aas.TargetTrackingMetricDataQuery(
            Id="latency", MetricStat=aas.TargetTrackingMetricStat(Metric=latency, Stat=measured.P95)
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
    return level * measured.MINUTE if metric is Metric.REQUESTS_PER_TASK else level


def _resource_label() -> Any:
    """`app/NAME/ID/targetgroup/NAME/ID`."""
    return Sub(f"${{{balancing.BALANCER}.LoadBalancerFullName}}/${{{balancing.TARGETS}.TargetGroupFullName}}")
