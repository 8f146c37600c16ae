"""A service as it is given to ECS."""

from dataclasses import replace
from typing import Any

import pytest

from fairway.adapters.aws.refusals import Refused
from fairway.adapters.ecs import services
from fairway.adapters.ecs.places import Place
from fairway.errors import Conflict, FairwayError, WorkFailed
from support.orchestrator_world import spec, web

GROUP = "arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/shop/1"
PLACE = Place(
    cluster="fairway",
    subnets=("subnet-1",),
    security_groups=("sg-1",),
    execution_role="arn:aws:iam::1:role/execution",
    log_group="/fairway/tasks",
    target_group=GROUP,
)


def describe(place: Place = PLACE, *, routed: bool = True) -> dict[str, Any]:
    return services.describe(web(2), place, "arn:revision", routed=routed)


def test_the_rollout_has_its_percentages_and_ecs_goes_back_by_itself() -> None:
    made = describe()

    assert (made["taskDefinition"], made["desiredCount"]) == ("arn:revision", 2)
    assert made["deploymentConfiguration"] == {
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        "minimumHealthyPercent": 100,
        "maximumPercent": 200,
    }


def test_only_what_is_behind_a_load_balancer_has_a_grace_period() -> None:
    assert describe()["healthCheckGracePeriodSeconds"] == 30
    for made in (describe(routed=False), describe(replace(PLACE, target_group=None))):
        assert made["loadBalancers"] == []
        assert "healthCheckGracePeriodSeconds" not in made


def test_a_grace_period_does_not_come_with_a_services_first_load_balancer() -> None:
    first = services.changes(describe(), {"loadBalancers": []})
    later = services.changes(describe(), {"loadBalancers": [{"targetGroupArn": GROUP}]})

    assert first["loadBalancers"] == later["loadBalancers"] != []
    assert "healthCheckGracePeriodSeconds" not in first
    assert later["healthCheckGracePeriodSeconds"] == 30


def test_one_can_go_into_tasks_that_have_a_role_of_their_own() -> None:
    assert describe(replace(PLACE, task_role="arn:aws:iam::1:role/tasks"))["enableExecuteCommand"] is True
    assert describe()["enableExecuteCommand"] is False


def test_spot_is_a_capacity_provider_and_instances_have_no_public_address() -> None:
    assert services.launch(PLACE) == {"launchType": "FARGATE"}
    assert services.launch(replace(PLACE, capacity="EC2")) == {"launchType": "EC2"}
    spot = services.launch(replace(PLACE, capacity="FARGATE_SPOT"))
    assert spot == {"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]}

    def public(**changes: Any) -> str:
        address: str = services.network(replace(PLACE, **changes))["awsvpcConfiguration"]["assignPublicIp"]
        return address

    assert (public(), public(public=True), public(public=True, capacity="EC2")) == ("DISABLED", "ENABLED", "DISABLED")


@pytest.mark.parametrize(
    ("code", "kind"),
    [("InvalidParameterException", WorkFailed), ("ServiceNotActiveException", Conflict)],
)
def test_what_ecs_would_answer_again_is_a_failure_and_what_somebody_deleted_is_tried_again(
    code: str, kind: type[Exception]
) -> None:
    assert isinstance(services.refused(spec(), Refused(code, "no", FairwayError("no"))), kind)
