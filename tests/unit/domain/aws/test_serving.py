"""What an environment asks of its services and jobs, and ECS can't do."""

from typing import Any

import pytest

from fairway.domain.app import Environment, Service
from fairway.domain.aws import cron, serving
from fairway.domain.aws.wanted import Capacity, Hosting
from fairway.domain.ids import EnvironmentName, JobName, ServiceName
from fairway.domain.job import Job
from fairway.domain.scaling import Metric, Scaling, Scheduled, Tracking
from fairway.domain.schedule import Schedule

EITHER = Schedule(cron="0 0 1 * 1")


def environment(*services: Service, **changes: Any) -> Environment:
    services = services or (Service(name=ServiceName("web"), port=3000),)
    return Environment(name=EnvironmentName("production"), services=services, **changes)


def keys(environment: Environment, hosting: Hosting | None = None) -> list[str]:
    return [found.key for found in serving.problems(environment, hosting or Hosting())]


def test_what_ecs_can_do_is_no_problem() -> None:
    jobs = (Job(name=JobName("report"), command=("x",), schedule=Schedule(cron="0 3 * * 1")),)

    assert keys(environment(jobs=jobs, domains=("shop.example.com",)), Hosting(zone="Z1")) == []


def test_times_that_aws_cannot_say() -> None:
    scaling = Scaling(minimum=1, maximum=2, schedules=(Scheduled(schedule=EITHER, minimum=2),))
    jobs = (Job(name=JobName("report"), command=("x",), schedule=EITHER),)
    asked = environment(Service(name=ServiceName("web"), port=3000, scaling=scaling), jobs=jobs)

    found = serving.problems(asked, Hosting())

    assert [each.key for each in found] == ["services.web.scaling.schedules[0].schedule", "jobs.report.schedule"]
    assert all(cron.BOTH in each.message for each in found)


def test_a_job_with_a_services_name() -> None:
    assert keys(environment(jobs=(Job(name=JobName("web"), command=("x",)),))) == ["jobs.web"]


def test_requests_of_a_service_that_takes_none() -> None:
    scaling = Scaling(minimum=1, maximum=2, policies=(Tracking(metric=Metric.REQUESTS_PER_TASK, target=1.0),))

    found = keys(environment(Service(name=ServiceName("worker"), scaling=scaling)))

    assert found == ["services.worker.scaling"]


def test_public_addresses_on_instances() -> None:
    hosting = Hosting(capacity=Capacity.EC2, public_tasks=True)

    assert keys(environment(), hosting) == ["environments.production.aws.public_tasks"]


def test_a_certificate_without_a_name_that_is_short_enough() -> None:
    long = f"{'a' * 60}.example.com"

    assert keys(environment(domains=(long,)), Hosting(zone="Z1")) == ["environments.production.domains"]
    assert keys(environment(domains=(long, "shop.example.com")), Hosting(zone="Z1")) == []
    assert keys(environment(domains=(long,)), Hosting(certificate="arn:x")) == []


@pytest.mark.parametrize("hosting", [Hosting(zone="Z1"), Hosting(certificate="arn:x")])
def test_plain_requests_can_not_be_served_beside_a_certificate(hosting: Hosting) -> None:
    served = environment(domains=("shop.example.com",), redirect=False)

    assert keys(served, hosting) == ["environments.production.https"]
    assert keys(served, Hosting()) == []
