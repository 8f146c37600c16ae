"""Rules about what a task gets on AWS and how it is looked after: sizes, how it stops, how its health is checked."""

from math import ceil

from fairway.domain.app import Environment, Service
from fairway.domain.aws import fargate, limits
from fairway.domain.aws.wanted import Capacity
from fairway.domain.health import AliveCheck, CommandCheck
from fairway.manifest import aws_translate, places, scaling_rules
from fairway.manifest.aws_schema import AwsTable
from fairway.manifest.lines import Path
from fairway.manifest.problems import Problems
from fairway.manifest.schema import EnvironmentTable, FileTable
from fairway.manifest.values import in_words

SENT = "SIGTERM"
Range = tuple[int, int]


def check(table: FileTable, aws: AwsTable, environment: Environment, problems: Problems) -> None:
    """Check the services and jobs of one environment."""
    content = table.environments.get(environment.name, EnvironmentTable())
    on_fargate = aws_translate.merge(aws, content.aws).capacity != Capacity.EC2
    if on_fargate:
        _check_sizes(table, environment, content, problems)
    for service in environment.services:
        _check_stop(table, environment.name, service, on_fargate, problems)
        _check_health(table, environment, service, problems)
    for name in sorted({service.name for service in environment.services} & set(table.jobs)):
        message = f"a service is named {name} too, and on AWS both would write one log and be one task definition"
        problems.add(("jobs", name), message, f"for example: {name}-job")


def _check_sizes(table: FileTable, environment: Environment, content: EnvironmentTable, problems: Problems) -> None:
    """CPU and memory are a pair that Fargate has; the nearest ones are proposed as they would be written."""
    for kind, name, cpu, memory in aws_translate.asked(table, content):
        found = fargate.fit(cpu, memory)
        if not isinstance(found, fargate.Unfit):
            continue
        paths = [places.place(table, environment.name, kind, name, key) for key in ("memory", "cpu")]
        path = next(path for path in paths if path is not None)
        said = [f"cpu {cpu:g}"] if cpu is not None else []
        said += [f"memory {fargate.in_words(ceil(memory / fargate.MIB))}"] if memory is not None else []
        nearest = [fargate.written(size) for size in (found.below, found.above) if size is not None]
        because: list[Path] = [(kind, name, "cpu"), (kind, name, "memory")]
        because += [("environments", environment.name, *each) for each in because]
        problems.add(
            path,
            f"Fargate has no task with {' and '.join(said)}",
            f"the nearest: {'; or '.join(nearest)}",
            because_of=because,
        )


def _check_stop(table: FileTable, environment: str, service: Service, on_fargate: bool, problems: Problems) -> None:
    longest = fargate.LONGEST_STOP
    path = places.place(table, environment, "services", service.name, "stop_timeout")
    if path is not None and on_fargate and service.stop_timeout > longest:
        message = f"a task on Fargate is killed {in_words(longest)} after the stop signal at the latest"
        problems.add(path, message, f'stop_timeout = "{in_words(longest)}"')
    path = places.place(table, environment, "services", service.name, "stop_signal")
    if path is not None and service.stop_signal not in (None, SENT):
        message = f"ECS sends the image's own stop signal, or {SENT}; it can't be told another"
        problems.add(path, message, f"a line of the Dockerfile: STOPSIGNAL {service.stop_signal}")


def _check_health(table: FileTable, environment: Environment, service: Service, problems: Problems) -> None:
    """A load balancer's check and a container's have ranges of their own. Only what is written can be wrong, and only
    what is longer: one file runs here and there, and where one machine looks each second AWS looks as often as it can.
    """
    if isinstance(service.health, CommandCheck):
        ranges = {
            "interval": limits.CONTAINER_INTERVAL,
            "timeout": limits.CONTAINER_TIMEOUT,
            "retries": limits.CONTAINER_RETRIES,
            "start_period": limits.CONTAINER_START,
        }
        who = "a container's check by ECS"
    elif isinstance(service.health, AliveCheck) or service.name != scaling_rules.takes_requests(environment):
        return
    else:
        ranges = {
            "interval": limits.TARGET_INTERVAL,
            "timeout": limits.TARGET_TIMEOUT,
            "retries": limits.TARGET_RETRIES,
        }
        who = "a load balancer's check"
    timing = service.health.timing
    base = ("services", service.name, "health")
    for key, allowed in ranges.items():
        if (path := places.place(table, environment.name, *base, key)) is not None:
            _check_range(path, who, getattr(timing, key), allowed, problems)
    timeout, interval = (max(ceil(getattr(timing, key)), ranges[key][0]) for key in ("timeout", "interval"))
    if not isinstance(service.health, CommandCheck) and timeout >= interval:
        paths = [places.place(table, environment.name, *base, key) for key in ("timeout", "interval")]
        for path in [path for path in paths if path is not None][:1]:
            message = f"{who} has to be over ({in_words(timeout)}) before the next ({in_words(interval)})"
            because: list[Path] = [each for each in paths if each is not None]
            problems.add(path, message, "lower timeout, or raise interval", because_of=because)


def _check_range(path: Path, who: str, value: float, allowed: Range, problems: Problems) -> None:
    least, most = allowed
    if ceil(value) <= most:
        return
    if path[-1] == "retries":
        problems.add(path, f"{who} takes {least} to {most} failures", f"retries = {most}")
    else:
        problems.add(path, f"{who} takes {path[-1]} from {least}s to {most}s", f'{path[-1]} = "{most}s"')
