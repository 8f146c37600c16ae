"""Alarms that the topic `aws.alarm_topic` tells somebody of; without one there is nobody to tell, and none are made.

Each looks for what a person would have to do something about, and leaves out what heals by itself within minutes: a
task that is replaced, a peak that scaling answers. What no value is known of is no alarm.
"""

from typing import Any

from troposphere import Ref, Template, cloudwatch

from fairway.cloudformation.services import balancing, timetable
from fairway.cloudformation.services.measured import MINUTE, dimensions, of_service
from fairway.cloudformation.services.place import HAS_IMAGE, Place
from fairway.domain.aws import names

LOAD, LONG = 90, 15
"""Per cent, and for how many minutes: longer than scaling takes to answer."""
ERRORS, ENOUGH = 5, 20
"""Per cent of a minute's requests, where there were at least so many: one error of one request is no trend."""


def add(template: Template, place: Place) -> None:
    """Those of the load balancer, of each service, and of the timetable."""
    if place.hosting.alarm_topic is None:
        return
    if place.routed is not None:
        template.add_resource(_answers(place))
        template.add_resource(_targets(place))
    for service in place.environment.services:
        template.add_resource(_load(place, service.name, "CPUUtilization", "CPU"))
        template.add_resource(_load(place, service.name, "MemoryUtilization", "memory"))
        template.add_resource(_missing(place, service.name))
    if any(job.schedule is not None for job in place.environment.jobs):
        template.add_resource(_dropped(place))


def _alarm(place: Place, title: str, text: str, *, minutes: int, over: float, **watched: Any) -> Any:
    """An alarm when something is over a value for so many minutes."""
    topic = [place.hosting.alarm_topic]
    return cloudwatch.Alarm(
        title,
        AlarmDescription=f"{place.app.name}, {place.environment.name}: {text}",
        ComparisonOperator="GreaterThanThreshold",
        Threshold=over,
        EvaluationPeriods=minutes,
        TreatMissingData="notBreaching",
        AlarmActions=topic,
        OKActions=topic,
        **watched,
    )


def _answers(place: Place) -> Any:
    """Errors of the app's, and those that the load balancer has to answer because no task does."""
    labels = {"LoadBalancer": balancing.labels()["LoadBalancer"]}
    queries = [
        _computed("share", f"IF(requests >= {ENOUGH}, 100 * (FILL(app, 0) + FILL(balancer, 0)) / requests, 0)"),
        _read("requests", "AWS/ApplicationELB", "RequestCount", "Sum", labels),
        _read("app", "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Sum", labels),
        _read("balancer", "AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum", labels),
    ]
    text = f"more than {ERRORS} % of the answers are errors of the server (5xx)"
    return _alarm(place, "AnswersAlarm", text, minutes=5, over=ERRORS, Metrics=queries)


def _targets(place: Place) -> Any:
    return _alarm(
        place,
        "TargetsAlarm",
        "tasks do not pass their health check, and replacing them has not helped",
        minutes=10,
        over=0,
        Period=MINUTE,
        Namespace="AWS/ApplicationELB",
        MetricName="UnHealthyHostCount",
        Statistic="Minimum",
        Dimensions=dimensions(balancing.labels()),
    )


def _load(place: Place, service: str, metric: str, word: str) -> Any:
    return _alarm(
        place,
        names.logical(f"{word.lower()}-alarm", service),
        f"{service} uses more than {LOAD} % of its {word}",
        minutes=LONG,
        over=LOAD,
        Condition=HAS_IMAGE,
        Period=MINUTE,
        Namespace="AWS/ECS",
        MetricName=metric,
        Statistic="Average",
        Dimensions=dimensions(of_service(service)),
    )


def _missing(place: Place, service: str) -> Any:
    """Container Insights count both; ECS's own metrics do not."""
    insights = "ECS/ContainerInsights"
    queries = [
        _computed("lacking", "desired - running"),
        _read("desired", insights, "DesiredTaskCount", "Average", of_service(service)),
        _read("running", insights, "RunningTaskCount", "Average", of_service(service)),
    ]
    text = f"{service} has fewer tasks than it should"
    title = names.logical("missing-alarm", service)
    return _alarm(place, title, text, minutes=LONG, over=0, Condition=HAS_IMAGE, Metrics=queries)


def _dropped(place: Place) -> Any:
    return _alarm(
        place,
        "DroppedAlarm",
        "a job was not started at its time",
        minutes=1,
        over=0,
        Period=MINUTE,
        Namespace="AWS/Scheduler",
        MetricName="InvocationDroppedCount",
        Statistic="Sum",
        Dimensions=dimensions({"ScheduleGroup": Ref(timetable.GROUP)}),
    )


def _read(name: str, namespace: str, metric: str, statistic: str, labels: dict[str, Any]) -> Any:
    read = cloudwatch.Metric(Namespace=namespace, MetricName=metric, Dimensions=dimensions(labels))
    stat = cloudwatch.MetricStat(Metric=read, Period=MINUTE, Stat=statistic)
    return cloudwatch.MetricDataQuery(Id=name, MetricStat=stat, ReturnData=False)


def _computed(name: str, expression: str) -> Any:
    return cloudwatch.MetricDataQuery(Id=name, Expression=expression, ReturnData=True)
