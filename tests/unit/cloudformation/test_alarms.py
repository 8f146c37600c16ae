"""Alarms, where somebody can be told."""

from fairway.domain.aws.wanted import Hosting
from fairway.domain.ids import JobName
from fairway.domain.job import Job
from fairway.domain.schedule import Schedule
from support import aws_services
from support.aws_apps import TOPIC, make_environment, make_service

NIGHTLY = Job(name=JobName("report"), command=("x",), schedule=Schedule(cron="0 3 * * *"))
ALARM = "CloudWatch::Alarm"


def test_without_a_topic_there_are_none_and_nothing_is_measured_for_them() -> None:
    found = aws_services.make(make_environment(jobs=(NIGHTLY,)))

    assert not found.of_type(ALARM)
    assert found.only("ECS::Cluster")["ClusterSettings"] == [{"Name": "containerInsights", "Value": "disabled"}]


def test_the_topic_is_told_of_each_and_of_its_end() -> None:
    environment = make_environment(services=(make_service(), make_service("worker")), jobs=(NIGHTLY,))

    found = aws_services.make(environment, Hosting(alarm_topic=TOPIC))

    alarms = found.of_type(ALARM)
    assert set(alarms) == {
        *("AnswersAlarm", "TargetsAlarm", "DroppedAlarm"),
        *(f"{what}Alarm{service}" for what in ("Cpu", "Memory", "Missing") for service in ("Web", "Worker")),
    }
    assert all(each["AlarmActions"] == each["OKActions"] == [TOPIC] for each in alarms.values())
    assert found.only("ECS::Cluster")["ClusterSettings"] == [{"Name": "containerInsights", "Value": "enabled"}]


def test_of_a_worker_no_answers_are_expected() -> None:
    found = aws_services.make(make_environment(services=(make_service("worker"),)), Hosting(alarm_topic=TOPIC))

    assert set(found.of_type(ALARM)) == {"CpuAlarmWorker", "MemoryAlarmWorker", "MissingAlarmWorker"}


def test_errors_are_a_share_of_the_answers_and_few_requests_are_no_trend() -> None:
    found = aws_services.make(make_environment(), Hosting(alarm_topic=TOPIC))

    alarm = found.of_type(ALARM)["AnswersAlarm"]
    returned = [each for each in alarm["Metrics"] if each["ReturnData"]]
    assert [each["Expression"] for each in returned] == [
        "IF(requests >= 20, 100 * (FILL(app, 0) + FILL(balancer, 0)) / requests, 0)"
    ]
    assert {each["Id"] for each in alarm["Metrics"]} == {"share", "requests", "app", "balancer"}
    assert alarm["TreatMissingData"] == "notBreaching"
