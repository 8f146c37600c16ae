"""Fairway's metrics in CloudWatch: where each is found, and by which statistic."""

from typing import Any

from troposphere import GetAtt, Ref, cloudwatch

from fairway.cloudformation.services import balancing, running
from fairway.cloudformation.services.place import CLUSTER
from fairway.domain.scaling import Metric

MINUTE = 60
P95 = "p95"
OF_SERVICE = {Metric.CPU: "CPUUtilization", Metric.MEMORY: "MemoryUtilization"}
"""ECS's metrics, which are in per cent of what the tasks may use, as Fairway's are."""


def of_alarm(service: str, metric: Metric) -> dict[str, Any]:
    """The metric and its statistic, as an alarm names them."""
    if metric in OF_SERVICE:
        return {
            "Namespace": "AWS/ECS",
            "MetricName": OF_SERVICE[metric],
            "Statistic": "Average",
            "Dimensions": dimensions(of_service(service)),
        }
    if metric is Metric.REQUESTS_PER_TASK:
        found: dict[str, Any] = {"MetricName": "RequestCountPerTarget", "Statistic": "Sum"}
        labels = {"TargetGroup": balancing.labels()["TargetGroup"]}
    else:
        found, labels = {"MetricName": "TargetResponseTime", "ExtendedStatistic": P95}, balancing.labels()
    return {"Namespace": "AWS/ApplicationELB", "Dimensions": dimensions(labels), **found}


def of_service(service: str) -> dict[str, Any]:
    """The dimensions of a service's metrics, by their names."""
    return {"ClusterName": Ref(CLUSTER), "ServiceName": GetAtt(running.logical(service), "Name")}


def dimensions(values: dict[str, Any]) -> list[Any]:
    """Dimensions as an alarm has them."""
    return [cloudwatch.MetricDimension(Name=name, Value=value) for name, value in values.items()]
