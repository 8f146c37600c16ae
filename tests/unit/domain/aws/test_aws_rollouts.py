"""Whether services run what they are to run, by what ECS says of them."""

from dataclasses import replace

import pytest

from fairway.domain.aws import rollouts
from fairway.domain.aws.rollouts import Failing, SeenDeployment, SeenService
from fairway.domain.deployment import RolloutState
from fairway.domain.ids import ServiceName

WEB = ServiceName("web")
ARN = "arn:aws:ecs:eu-central-1:111122223333:task-definition/fairway-shop-api-production-web:"
NEW, OLD = f"{ARN}8", f"{ARN}7"
DEPLOYMENT = SeenDeployment(
    id="ecs-svc/8", status="PRIMARY", definition=NEW, state=RolloutState.COMPLETED, desired=2, running=2
)
SERVICE = SeenService(name="web", status="ACTIVE", desired=2, running=2, deployments=(DEPLOYMENT,))
OLDER = replace(DEPLOYMENT, id="ecs-svc/7", status="ACTIVE", definition=OLD)


def judge(service: SeenService | None) -> rollouts.Standing:
    return rollouts.judge({WEB: NEW}, {} if service is None else {WEB: service})


def changed(**changes: object) -> SeenService:
    return replace(SERVICE, deployments=(replace(DEPLOYMENT, **changes),))  # type: ignore[arg-type]


def test_a_service_that_runs_the_new_definition_is_settled() -> None:
    standing = judge(SERVICE)

    assert standing.settled and standing.text == "2 of 2 tasks healthy"


def test_one_task_is_said_as_one() -> None:
    one = replace(changed(desired=1, running=1), desired=1, running=1)

    assert judge(one).text == "1 of 1 task healthy"


@pytest.mark.parametrize(
    "service",
    [
        changed(state=RolloutState.IN_PROGRESS),
        changed(running=1),
        replace(SERVICE, pending=1),
        replace(SERVICE, deployments=(DEPLOYMENT, OLDER)),
    ],
    ids=["ECS has not completed it", "a task is missing", "a task is pending", "old tasks are left"],
)
def test_what_is_not_over_moves(service: SeenService) -> None:
    standing = judge(service)

    assert not standing.settled and not standing.failing and standing.moving


def test_a_service_that_runs_the_old_definition_has_failed_although_it_is_steady() -> None:
    standing = judge(changed(definition=OLD))

    sentence = "web runs fairway-shop-api-production-web:7 again, not fairway-shop-api-production-web:8"
    assert standing.failing == (Failing(service=WEB, reason=sentence),)


def test_the_circuit_breakers_own_text_is_the_reason() -> None:
    text = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/7."

    assert judge(changed(definition=OLD, reason=text)).failing == (Failing(service=WEB, reason=text),)
    assert judge(changed(state=RolloutState.FAILED, reason=text)).failing == (Failing(service=WEB, reason=text),)


@pytest.mark.parametrize("service", [None, replace(SERVICE, status="INACTIVE"), replace(SERVICE, deployments=())])
def test_a_service_that_is_not_there_has_failed(service: SeenService | None) -> None:
    assert judge(service).failing == (Failing(service=WEB, reason="ECS has no service web"),)


def test_a_service_scaled_to_nothing_is_settled() -> None:
    nothing = replace(changed(desired=0, running=0), desired=0, running=0)

    assert judge(nothing).settled and judge(nothing).text == "0 of 0 tasks healthy"


def test_all_services_count() -> None:
    worker = ServiceName("worker")

    standing = rollouts.judge({WEB: NEW, worker: NEW}, {WEB: SERVICE, worker: changed(running=0)})

    assert not standing.settled and standing.desired == 4


def test_a_definition_is_known_by_family_and_revision() -> None:
    assert rollouts.family(NEW) == "fairway-shop-api-production-web"
    assert rollouts.revision(NEW) == "fairway-shop-api-production-web:8"
