"""What is registered: no secret in plain, sizes that Fargate has, and what can't run there refused."""

from dataclasses import replace

import pytest

from fairway.adapters.ecs import definition, sizes
from fairway.adapters.ecs.definition import Sealed
from fairway.adapters.ecs.places import Place
from fairway.domain import volume
from fairway.domain.aws.wanted import Size
from fairway.domain.health import CommandCheck, Timing
from fairway.errors import WorkFailed
from support.orchestrator_world import spec

GIB = 1 << 30
PLACE = Place(
    cluster="fairway",
    subnets=("subnet-1",),
    security_groups=("sg-1",),
    execution_role="arn:aws:iam::1:role/execution",
    task_role="arn:aws:iam::1:role/shop",
    log_group="/fairway/tasks",
)
SEALED = Sealed(arn="arn:aws:secretsmanager:eu:1:secret:s", version="v1", names=["DATABASE_URL", "PORT"])


def describe(made: object = None, place: Place = PLACE) -> dict[str, object]:
    told = {"PORT": "3000", "FAIRWAY_APP": "shop"}
    wanted = made or spec()
    return definition.describe(wanted, place, family="f", region="eu", told=told, sealed=SEALED)  # type: ignore[arg-type]


def test_variables_come_out_of_the_named_version_of_the_secret_and_none_is_plain() -> None:
    (container,) = describe()["containerDefinitions"]  # type: ignore[misc, attr-defined]

    assert container["secrets"] == [{"name": "DATABASE_URL", "valueFrom": f"{SEALED.arn}:DATABASE_URL::v1"}]
    assert container["environment"] == [{"name": "FAIRWAY_APP", "value": "shop"}, {"name": "PORT", "value": "3000"}]


def test_the_definition_says_where_it_logs_and_under_which_roles_it_runs() -> None:
    made = describe()

    (container,) = made["containerDefinitions"]  # type: ignore[misc]
    assert container["logConfiguration"]["options"] == {
        "awslogs-group": "/fairway/tasks",
        "awslogs-region": "eu",
        "awslogs-stream-prefix": "shop/production",
    }
    assert (made["executionRoleArn"], made["taskRoleArn"]) == (PLACE.execution_role, PLACE.task_role)
    assert (made["cpu"], made["memory"], made["requiresCompatibilities"]) == ("512", "1024", ["FARGATE"])
    assert "taskRoleArn" not in describe(place=replace(PLACE, task_role=None))


def test_a_check_by_command_is_the_containers_own_within_the_ranges_of_ecs() -> None:
    check = CommandCheck(
        command=("pg_isready",), timing=Timing(interval=1.0, timeout=0.5, retries=20, start_period=900)
    )

    (container,) = describe(spec(check=check))["containerDefinitions"]  # type: ignore[misc, attr-defined]

    assert container["healthCheck"] == {
        "command": ["CMD", "pg_isready"],
        "interval": 5,
        "timeout": 2,
        "retries": 10,
        "startPeriod": 300,
    }


def test_a_volume_of_a_host_is_refused_by_name() -> None:
    with pytest.raises(WorkFailed, match="has volumes of a host \\(main\\)"):
        describe(replace(spec(), volumes=(volume.make("main"),)))


@pytest.mark.parametrize(
    ("cores", "memory", "size"),
    [
        (0.1, 100 << 20, Size(cpu=256, memory=512)),
        (0.25, 2 * GIB, Size(cpu=256, memory=2048)),
        (0.25, 3 * GIB, Size(cpu=512, memory=3072)),
        (1.5, 1 * GIB, Size(cpu=2048, memory=4096)),
        (16.0, 120 * GIB, Size(cpu=16384, memory=122880)),
    ],
)
def test_the_smallest_pair_of_fargate_is_taken_that_holds_it(cores: float, memory: int, size: Size) -> None:
    assert sizes.fit("web", cores, memory, "FARGATE") == size


def test_more_than_fargate_has_is_refused_and_instances_take_any_size() -> None:
    with pytest.raises(WorkFailed, match="web is too large for Fargate: 17 cores and 1G"):
        sizes.fit("web", 17.0, GIB, "FARGATE")
    assert sizes.fit("web", 17.0, GIB, "EC2") == Size(cpu=17408, memory=1024)


def test_the_stop_timeout_is_held_to_what_fargate_takes() -> None:
    def stop(seconds: float, place: Place = PLACE) -> int:
        return definition.stop_timeout(spec(stop_timeout=seconds), place)

    assert (stop(0.5), stop(30.2), stop(900)) == (2, 31, 120)
    assert stop(900, replace(PLACE, capacity="EC2")) == 900
