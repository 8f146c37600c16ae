"""Jobs at their times, by EventBridge Scheduler."""

from typing import Any

import pytest

from fairway.domain.aws.wanted import Capacity, Hosting
from fairway.domain.ids import JobName
from fairway.domain.job import Job
from fairway.domain.schedule import Schedule
from support import aws_services
from support.aws_apps import make_environment


def job(name: str = "report", **changes: Any) -> Job:
    values: dict[str, Any] = {
        "name": JobName(name),
        "command": ("node", f"{name}.js"),
        "schedule": Schedule(cron="30 3 * * 1", zone="Europe/Berlin"),
    }
    return Job(**{**values, **changes})


def test_a_job_is_started_at_its_times_in_its_time_zone() -> None:
    found = aws_services.make(make_environment(jobs=(job(),)))

    schedule = found.only("Scheduler::Schedule")
    assert schedule["ScheduleExpression"] == "cron(30 3 ? * 2 *)"
    assert schedule["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert schedule["Target"]["EcsParameters"]["TaskDefinitionArn"] == {"Ref": "DefinitionReport"}


def test_a_job_without_times_can_be_run_and_runs_by_nobody() -> None:
    found = aws_services.make(make_environment(jobs=(job(schedule=None),)))

    assert not [each for each in found.resources.values() if each["Type"].startswith("AWS::Scheduler::")]
    assert "TimetableRole" not in found.resources
    assert found.container("report")


@pytest.mark.parametrize(("deadline", "age"), [(5.0, 60), (600.5, 601), (172800.0, 86400)])
def test_it_may_begin_as_late_as_its_deadline_lets_it(deadline: float, age: int) -> None:
    found = aws_services.make(make_environment(jobs=(job(deadline=deadline),)))

    assert found.only("Scheduler::Schedule")["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"] == age


def test_a_job_that_would_not_be_begun_again_never_runs_where_it_can_be_cut_off() -> None:
    found = aws_services.make(make_environment(jobs=(job(),)), Hosting(capacity=Capacity.FARGATE_SPOT))

    strategy = found.only("Scheduler::Schedule")["Target"]["EcsParameters"]["CapacityProviderStrategy"]
    assert [each["CapacityProvider"] for each in strategy] == ["FARGATE"]


def test_scheduler_may_start_these_jobs_under_their_roles_and_nothing_else() -> None:
    found = aws_services.make(make_environment(jobs=(job(), job("sweep"), job("once", schedule=None))))

    policy = found.resources["TimetableRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    allowed = {each["Action"]: each for each in policy}
    families = [each["Fn::Sub"].rpartition("/")[2] for each in allowed["ecs:RunTask"]["Resource"]]
    assert families == ["fairway-shop-api-production-report:*", "fairway-shop-api-production-sweep:*"]
    assert allowed["ecs:RunTask"]["Condition"] == {"ArnEquals": {"ecs:cluster": {"Fn::GetAtt": ["EcsCluster", "Arn"]}}}
    assert allowed["iam:PassRole"]["Resource"] == [
        {"Fn::GetAtt": ["ExecutionRole", "Arn"]},
        {"Fn::GetAtt": ["TaskRole", "Arn"]},
    ]
    assert allowed["iam:PassRole"]["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
