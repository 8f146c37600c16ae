"""Task definitions: for each service and each job, its container with its command, variables, limits and log.

A container is called as its service or job is. The image is named by its digest, so that what was tested is what runs.
Variables come from the environment's secret, in the version that the deployment names, and from the databases' secrets;
ECS reads them when a task starts, and they stand in no template.

ECS has no key for a stop signal: it sends the image's own (STOPSIGNAL of its Dockerfile), else SIGTERM.
"""

from math import ceil
from typing import Any

from troposphere import GetAtt, Ref, Sub, Tags, Template, ecs

from fairway.cloudformation import wires
from fairway.cloudformation.services import checks, loggroups, task_roles
from fairway.cloudformation.services.place import HAS_IMAGE, Place
from fairway.domain.app import Service
from fairway.domain.aws import fargate, names
from fairway.domain.aws.wanted import Architecture
from fairway.domain.job import Job

GIVEN = frozenset({"PORT", "FAIRWAY_APP", "FAIRWAY_ENVIRONMENT", "FAIRWAY_SERVICE", "FAIRWAY_JOB", "FAIRWAY_COMMIT"})
"""Variables that Fairway gives; they win over the environment's own, and ECS refuses a name that comes twice."""
ARCHITECTURES = {Architecture.X86_64: "X86_64", Architecture.ARM64: "ARM64"}
LOG = {"mode": "non-blocking", "max-buffer-size": "10m"}
"""A line that CloudWatch does not take is rather lost than that the app stands still over it."""


def add(template: Template, place: Place) -> None:
    """One for each service and job."""
    for service in place.environment.services:
        template.add_resource(_define(place, service.name, _service_container(place, service)))
    for job in place.environment.jobs:
        template.add_resource(_define(place, job.name, _job_container(place, job)))


def definition(part: str) -> str:
    """Logical id of a part's task definition."""
    return names.logical("definition", part)


def _define(place: Place, part: str, container: Any) -> Any:
    size = place.size(part)
    return ecs.TaskDefinition(
        definition(part),
        Condition=HAS_IMAGE,
        Family=names.family(place.app.name, place.environment.name, part),
        NetworkMode="awsvpc",
        RequiresCompatibilities=["EC2" if place.on_instances else "FARGATE"],
        Cpu=str(size.cpu),
        Memory=str(size.memory),
        RuntimePlatform=ecs.RuntimePlatform(
            CpuArchitecture=ARCHITECTURES[place.hosting.architecture], OperatingSystemFamily="LINUX"
        ),
        ExecutionRoleArn=GetAtt(task_roles.EXECUTION, "Arn"),
        TaskRoleArn=GetAtt(task_roles.TASK, "Arn"),
        ContainerDefinitions=[container],
        # Every deployment sets all three parameters, so each has to be used in every template.
        Tags=Tags(
            **{"fairway:commit": Ref(wires.COMMIT), "fairway:configuration": Ref(wires.CONFIGURATION_VERSION)},
        ),
    )


def _service_container(place: Place, service: Service) -> Any:
    check = checks.of_container(service.health)
    given: dict[str, str] = {"FAIRWAY_SERVICE": service.name}
    if service.port is not None:
        given["PORT"] = str(service.port)
    return _container(
        place,
        service.name,
        given,
        command=service.command,
        StopTimeout=_stop_timeout(place, service),
        **({} if service.port is None else {"PortMappings": [ecs.PortMapping(ContainerPort=service.port)]}),
        **({} if check is None else {"HealthCheck": ecs.HealthCheck(**check)}),
    )


def _job_container(place: Place, job: Job) -> Any:
    return _container(place, job.name, {"FAIRWAY_JOB": job.name}, command=job.command)


def _container(
    place: Place, part: str, given: dict[str, str], *, command: tuple[str, ...] | None, **properties: Any
) -> Any:
    """An init process reaps what the app's own leaves behind and hands it the stop signal, as on one machine.

    The root file system can be written to, and the user is the image's own: most images write beside themselves
    (caches, process ids) and would not start otherwise. What they write goes with the task.
    """
    plain = {"FAIRWAY_APP": place.app.name, "FAIRWAY_ENVIRONMENT": place.environment.name, **given}
    variables = [ecs.Environment(Name=name, Value=value) for name, value in plain.items()]
    commit = ecs.Environment(Name="FAIRWAY_COMMIT", Value=Ref(wires.COMMIT))
    return ecs.ContainerDefinition(
        Name=part,
        Image=Sub(f"${{{wires.REPOSITORY_URI}}}@${{{wires.IMAGE_DIGEST}}}"),
        Essential=True,
        Environment=[*variables, commit],
        Secrets=_secrets(place),
        LinuxParameters=ecs.LinuxParameters(InitProcessEnabled=True),
        LogConfiguration=ecs.LogConfiguration(
            LogDriver="awslogs",
            Options={
                "awslogs-group": Ref(loggroups.logical(part)),
                "awslogs-region": Ref("AWS::Region"),
                "awslogs-stream-prefix": "task",
                **LOG,
            },
        ),
        **({} if command is None else {"Command": list(command)}),
        **properties,
    )


def _secrets(place: Place) -> list[Any]:
    """`ARN:KEY::VERSION`: one key of the JSON object, in that version."""
    own = [
        ecs.Secret(Name=name, ValueFrom=Sub(f"${{{wires.CONFIGURATION}}}:{name}::${{{wires.CONFIGURATION_VERSION}}}"))
        for name in place.variables
    ]
    given = [
        ecs.Secret(Name=variable, ValueFrom=Ref(wires.url_secret(database)))
        for variable, database in sorted(place.environment.given.items())
    ]
    return [*own, *given]


def _stop_timeout(place: Place, service: Service) -> int:
    if place.on_instances:
        return ceil(service.stop_timeout)
    return checks.within(service.stop_timeout, (fargate.SHORTEST_STOP, fargate.LONGEST_STOP))
