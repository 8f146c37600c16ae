"""Who runs an environment's own commands may make each call of that, and no other."""

from functools import cache

import pytest

from fairway.cloudformation import synthesis
from fairway.cloudformation.synthesis import Given
from fairway.domain.action import Command, Placed
from fairway.domain.managed import Managed
from support import iam
from support.aws_pipelines import app, environment
from support.guard_calls import CLUSTER, FAMILY, TASK, TO_TASKS, errand
from support.stage_calls import ACT, HERE, ROLE, STACKS, Call, secret

SMOKE = Placed(action=Command(name="smoke", command=("npm", "run", "smoke")))
SHOP = app(environment("staging"), environment("production", databases=(Managed(name="main"),), actions=(SMOKE,)))
OWN = FAMILY.replace("passage", "action")
ROLES = [f"arn:aws:parameter:{HERE}:{name}Production" for name in ("ActionRole", "ActionTaskRole")]
CALLS = (
    *ACT,
    *errand(OWN, ROLES),
    Call(
        action="secretsmanager:GetSecretValue",
        resource=secret("production/main"),
        who="pipeline.cloud.commanding.find_addresses",
    ),
    Call(
        action="cloudformation:DescribeStacks",
        resource=f"{STACKS}/fairway-shop-production-services/1a2b",
        who="pipeline.cloud.commanding.Commanding",
    ),
    Call(action="ecs:DescribeTasks", resource=TASK, who="adapters.ecs.jobs.EcsJobs"),
    Call(action="ecs:ListTasks", resource="*", who="adapters.ecs.jobs.EcsJobs", context=CLUSTER),
    Call(
        action="logs:GetLogEvents",
        resource=f"arn:aws:logs:{HERE}:log-group:/fairway/shop/production/fairway/actions:log-stream:x",
        who="adapters.ecs.events.Stream",
    ),
)
OTHERS = (
    Call(action="ecs:RunTask", resource=f"{FAMILY}:1", who="nobody", context=CLUSTER),
    Call(action="ecs:StopTask", resource=TASK, who="nobody"),
    Call(action="iam:PassRole", resource=ROLE, who="nobody", context=TO_TASKS),
    Call(
        action="iam:PassRole",
        resource=ROLES[0],
        who="nobody",
        context={"iam:PassedToService": "cloudformation.amazonaws.com"},
    ),
    Call(action="secretsmanager:PutSecretValue", resource=secret("production"), who="nobody"),
    Call(action="secretsmanager:GetSecretValue", resource=secret("staging"), who="nobody"),
    Call(
        action="logs:GetLogEvents",
        resource=f"arn:aws:logs:{HERE}:log-group:/fairway/shop/production/web:log-stream:x",
        who="nobody",
    ),
)


@cache
def allowed() -> tuple[iam.Allowed, ...]:
    stacks = {stack.name: stack for stack in synthesis.synthesize(SHOP, Given(version="1.2.3"))}
    return iam.statements(stacks["fairway-shop-pipeline"].template, "ActProductionRole")


@pytest.mark.parametrize("call", CALLS)
def test_a_call_of_a_command_is_allowed(call: Call) -> None:
    assert iam.allows(allowed(), call.action, call.resource, call.context)


def test_nothing_is_allowed_that_is_never_called() -> None:
    assert {action for each in allowed() for action in each.actions} == {call.action for call in CALLS}


def test_no_resource_is_allowed_that_is_never_called() -> None:
    unused = [
        (each.sid, resource)
        for each in allowed()
        for resource in each.resources
        if not any(call.action in each.actions and iam.wild(resource, call.resource) for call in CALLS)
    ]

    assert unused == []


@pytest.mark.parametrize("call", OTHERS)
def test_what_belongs_to_others_is_out_of_reach(call: Call) -> None:
    assert not iam.allows(allowed(), call.action, call.resource, call.context)
