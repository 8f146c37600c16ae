"""What an execution waits for whose deployment has its turn after another one."""

from dataclasses import replace

import pytest

from fairway.domain import waiting
from fairway.domain.deployment import Deployment, RolloutState
from fairway.domain.execution import ActionStatus, Execution, ExecutionStatus, StageStatus, make_stages
from fairway.domain.ids import DeploymentId, ExecutionNumber, ReleaseNumber
from fairway.domain.waiting import Waiting
from support.pipeline_values import APP, PRODUCTION, PUSH, REVISION, define


def execution(action: ActionStatus) -> Execution:
    (production,) = make_stages(define(["production"]).stages)
    actions = tuple(replace(each, status=action) for each in production.actions)
    return Execution(
        app=APP,
        number=ExecutionNumber(42),
        revision=REVISION,
        trigger=PUSH,
        status=ExecutionStatus.IN_PROGRESS,
        stages=(replace(production, actions=actions, status=StageStatus.IN_PROGRESS),),
        created_at=1.0,
    )


def deployment(key: str) -> Deployment:
    return Deployment(
        app=APP,
        environment=PRODUCTION,
        id=DeploymentId(7),
        release=ReleaseNumber(17),
        previous=None,
        state=RolloutState.IN_PROGRESS,
        started_at=1.0,
        key=key,
    )


@pytest.mark.parametrize("key", ["execution/41/production", "execution/4/production", "restart/9f02"])
def test_a_deployment_that_is_ahead_is_what_it_waits_for(key: str) -> None:
    found = waiting.find_turn(execution(ActionStatus.IN_PROGRESS), deployment(key))

    assert found == Waiting(
        stage="production", cause="production, where release 17 is just being deployed", person=False
    )


def test_its_own_deployment_is_work() -> None:
    own = deployment("execution/42/production/2")

    assert waiting.find_turn(execution(ActionStatus.IN_PROGRESS), own) is None
    assert waiting.find_turn(execution(ActionStatus.IN_PROGRESS), None) is None


def test_one_that_has_deployed_waits_for_nobody() -> None:
    found = waiting.find_turn(execution(ActionStatus.SUCCEEDED), deployment("restart/9f02"))

    assert found is None


def test_a_pull_request_in_the_stage_is_not_waited_for():
    (build,) = make_stages(define(["build"]).stages)
    waits = replace(execution(ActionStatus.PENDING), stages=(build,))
    tried = replace(
        waits,
        number=ExecutionNumber(41),
        revision=replace(REVISION, branch="", pull_request=7),
        stages=(replace(build, status=StageStatus.IN_PROGRESS),),
    )

    found = waiting.find(waits, [tried, waits], [])

    assert found is not None
    assert found.cause == "build"
