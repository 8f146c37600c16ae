"""What an environment asks of its services and jobs, and can't be written into a template at all.

The manifest says most of it at its line (`manifest.aws_size_rules` and the files beside it), and more that only this
would not stop. Here it is for who has an App from elsewhere: no template is made that AWS would refuse. What AWS does
otherwise, or not at all, but without harm, is no problem: `docs/reference/aws-mapping.md` tells of it.
"""

from collections.abc import Iterator

from fairway.domain.app import Environment, Service
from fairway.domain.aws import cron, limits
from fairway.domain.aws.unfit import Unfit
from fairway.domain.aws.wanted import Capacity, Hosting
from fairway.domain.schedule import Schedule


def problems(environment: Environment, hosting: Hosting) -> tuple[Unfit, ...]:
    """All of them, in the order of fairway.toml; each `path` starts at `services`, `jobs` or `environments`."""
    return (
        *(found for service in environment.services for found in _of_scaling(environment, service)),
        *_of_jobs(environment),
        *_of_machines(environment, hosting),
        *_of_shared_names(environment),
        *_of_domains(environment, hosting),
        *_of_plain(environment, hosting),
    )


def _of_scaling(environment: Environment, service: Service) -> Iterator[Unfit]:
    if service.scaling is None:
        return
    for number, scheduled in enumerate(service.scaling.schedules):
        path = ("services", service.name, "scaling", "schedules", number, "schedule")
        yield from _of_schedule(path, scheduled.schedule)
    if service is not environment.routed and any(policy.metric.of_traffic for policy in service.scaling.policies):
        message = f"{service.name} takes no requests, so there are none to scale it by"
        yield Unfit(path=("services", service.name, "scaling"), message=message, hint='metric = "cpu"')


def _of_jobs(environment: Environment) -> Iterator[Unfit]:
    for job in environment.jobs:
        if job.schedule is not None:
            yield from _of_schedule(("jobs", job.name, "schedule"), job.schedule)


def _of_schedule(path: tuple[str | int, ...], schedule: Schedule) -> Iterator[Unfit]:
    if why := cron.problem(schedule.cron):
        yield Unfit(path=path, message=f'"{schedule.cron}": {why}', hint="write one for each of them")


def _of_machines(environment: Environment, hosting: Hosting) -> Iterator[Unfit]:
    if hosting.capacity is Capacity.EC2 and hosting.public_tasks:
        message = "tasks on EC2 instances can't have public addresses; on Fargate they can"
        path = ("environments", environment.name, "aws", "public_tasks")
        yield Unfit(path=path, message=message, hint="leave public_tasks out")


def _of_shared_names(environment: Environment) -> Iterator[Unfit]:
    for job in environment.jobs:
        if environment.service(job.name) is not None:
            message = f"a service is called {job.name} too, and on AWS the two would share a task definition and a log"
            yield Unfit(path=("jobs", job.name), message=message, hint="give the job a name of its own")


def _of_domains(environment: Environment, hosting: Hosting) -> Iterator[Unfit]:
    makes = hosting.certificate is None and hosting.zone is not None
    if makes and environment.domains and min(map(len, environment.domains)) > limits.COMMON_NAME:
        message = f"a certificate needs one domain of at most {limits.COMMON_NAME} characters"
        yield Unfit(path=("environments", environment.name, "domains"), message=message, hint="add a shorter one")


def _of_plain(environment: Environment, hosting: Hosting) -> Iterator[Unfit]:
    if not environment.redirect and (hosting.certificate is not None or hosting.zone is not None):
        message = "the load balancer always sends plain requests on to HTTPS where it has a certificate"
        yield Unfit(path=("environments", environment.name, "https"), message=message, hint="leave https out")
