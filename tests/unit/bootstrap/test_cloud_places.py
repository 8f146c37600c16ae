"""Where a command of one's own runs, as ECS is told it."""

from fairway.adapters.ecs.places import Place
from fairway.bootstrap import cloud_places
from fairway.domain.aws.actplace import ActPlace
from fairway.domain.aws.wanted import Architecture


def test_a_command_runs_on_fargate_where_the_services_are() -> None:
    place = ActPlace(
        instance="shop-production",
        region="eu-central-1",
        cluster="fairway-shop-production",
        subnets=("subnet-1",),
        groups=("sg-1",),
        public=True,
        role="arn:start",
        task_role="arn:app",
        logs="/fairway/shop/production/fairway/actions",
        architecture=Architecture.ARM64,
    )

    assert cloud_places.on_fargate(place, public=place.public) == Place(
        cluster="fairway-shop-production",
        subnets=("subnet-1",),
        security_groups=("sg-1",),
        execution_role="arn:start",
        log_group="/fairway/shop/production/fairway/actions",
        task_role="arn:app",
        capacity="FARGATE",
        public=True,
        architecture="ARM64",
    )
