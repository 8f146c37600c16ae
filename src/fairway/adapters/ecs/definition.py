"""A task definition, as RegisterTaskDefinition takes it. Pure: the same specification always gives the same content.

One container in each task. The variables of the environment come out of a secret when a task starts; plain ones are
only what Fairway tells every task. What ECS would refuse is refused here in Fairway's words (`sizes`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairway.adapters.ecs import naming, sizes
from fairway.adapters.ecs.places import Place
from fairway.domain.aws.fargate import LONGEST_STOP, SHORTEST_STOP
from fairway.domain.aws.wanted import Size
from fairway.domain.desired import TaskSpec
from fairway.domain.health import CommandCheck
from fairway.errors import WorkFailed

DAY = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """Where the variables of the environment are: the secret's ARN, the version's id, and their names, sorted."""

    arn: str
    version: str
    names: Sequence[str]


def describe(
    spec: TaskSpec, place: Place, *, family: str, region: str, told: Mapping[str, str], sealed: Sealed | None
) -> dict[str, Any]:
    """The content, without tags. Raises WorkFailed for a specification that can't run on ECS."""
    if spec.volumes:
        names = ", ".join(sorted(volume.name for volume in spec.volumes))
        raise WorkFailed(
            f"{spec.service} can't run on ECS: it has volumes of a host ({names})",
            why="tasks on ECS come and go between machines, and their disks with them",
            hint="keep what has to stay in a database or in S3, and take [volumes] out of fairway.toml",
        )
    prefix = naming.log_prefix(spec.app, spec.environment)
    container = base(spec.service, spec.image.reference, place, region=region, prefix=prefix)
    container |= {
        "environment": [{"name": name, "value": value} for name, value in sorted(told.items())],
        "secrets": secrets(sealed, told),
        "stopTimeout": stop_timeout(spec, place),
    }
    if spec.command is not None:
        container["command"] = list(spec.command)
    if spec.port is not None:
        container["portMappings"] = [{"containerPort": spec.port, "protocol": "tcp"}]
    if isinstance(spec.health, CommandCheck):
        container["healthCheck"] = check(spec.health)
    return task(container, place, family=family, size=sizes.fit(spec.service, spec.cpu, spec.memory, place.capacity))


def base(name: str, image: str, place: Place, *, region: str, prefix: str) -> dict[str, Any]:
    """What every container has: its lines go to the log group, `PREFIX/NAME/TASK` there."""
    return {
        "name": name,
        "image": image,
        "essential": True,
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": place.log_group,
                "awslogs-region": region,
                "awslogs-stream-prefix": prefix,
            },
        },
    }


def task(container: dict[str, Any], place: Place, *, family: str, size: Size) -> dict[str, Any]:
    """The definition around a container."""
    content: dict[str, Any] = {
        "family": family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["EC2" if place.capacity == "EC2" else "FARGATE"],
        "cpu": str(size.cpu),
        "memory": str(size.memory),
        "executionRoleArn": place.execution_role,
        "runtimePlatform": {"cpuArchitecture": place.architecture, "operatingSystemFamily": "LINUX"},
        "containerDefinitions": [{**container, "memory": size.memory}],
    }
    return content | ({"taskRoleArn": place.task_role} if place.task_role else {})


def secrets(sealed: Sealed | None, told: Mapping[str, str]) -> list[dict[str, str]]:
    """Each variable by its key in that version of the secret. What Fairway tells wins, and a name may stand once."""
    if sealed is None:
        return []
    wanted = [name for name in sealed.names if name not in told]
    return [{"name": name, "valueFrom": f"{sealed.arn}:{name}::{sealed.version}"} for name in wanted]


def check(health: CommandCheck) -> dict[str, Any]:
    """A container's own check, within ECS's ranges (interval 5 to 300 s, time-out 2 to 60, retries 1 to 10, start
    period to 300)."""
    timing = health.timing
    return {
        "command": ["CMD", *health.command],
        "interval": bounded(timing.interval, 5, 300),
        "timeout": bounded(timing.timeout, 2, 60),
        "retries": bounded(timing.retries, 1, 10),
        "startPeriod": bounded(timing.start_period, 0, 300),
    }


def stop_timeout(spec: TaskSpec, place: Place) -> int:
    """Whole seconds, at least 2; on Fargate at most 120."""
    return bounded(spec.stop_timeout, SHORTEST_STOP, DAY if place.capacity == "EC2" else LONGEST_STOP)


def bounded(number: float, least: int, most: int) -> int:
    """The whole number from above, within the range."""
    return min(most, max(least, -int(-number // 1)))
