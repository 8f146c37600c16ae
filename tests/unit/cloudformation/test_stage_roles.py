"""Who runs a stage may make each call that the stage makes, and no other.

The calls stand in a table (`support.stage_calls`): those of `fairway stage` by the line that makes them, those of
CodeBuild and CodePipeline by the page of AWS's user guide that asks for them.
"""

from collections.abc import Mapping
from functools import cache

import pytest

from fairway.cloudformation import synthesis
from fairway.cloudformation.synthesis import Given
from fairway.domain.action import Placed, Request
from fairway.domain.app import Filter, Patterns, PullEvent, Source
from fairway.domain.schedule import Schedule
from support import iam
from support.aws_pipelines import app, environment
from support.iam import ACCOUNT, REGION
from support.stage_calls import ACT, BUILD, DEPLOY, OTHERS, PIPELINE, PULL_PIPELINE, PULL_REQUEST, SCHEDULE, Call

TRIED = Filter(pull_requests=(PullEvent.OPENED,), branches=Patterns(includes=("**",)))
SHOP = app(
    environment("staging"),
    environment("production", actions=(Placed(action=Request(name="tell", url="https://hooks.example/x")),)),
    source=Source(schedule=Schedule(cron="0 3 * * *"), filters=(TRIED,)),
)
ROLES: Mapping[str, tuple[Call, ...]] = {
    "ActProductionRole": ACT,
    "BuildRole": BUILD,
    "DeployProductionRole": DEPLOY,
    "PipelineRole": PIPELINE,
    "PullRequestPipelineRole": PULL_PIPELINE,
    "PullRequestRole": PULL_REQUEST,
    "ScheduleRole": SCHEDULE,
}


@cache
def allowed(role: str) -> tuple[iam.Allowed, ...]:
    stacks = {stack.name: stack for stack in synthesis.synthesize(SHOP, Given(version="1.2.3"))}
    return iam.statements(stacks["fairway-shop-pipeline"].template, role)


@pytest.mark.parametrize(("role", "call"), [(role, call) for role, calls in ROLES.items() for call in calls])
def test_a_call_of_a_stage_is_allowed(role: str, call: Call) -> None:
    assert iam.allows(allowed(role), call.action, call.resource, call.context)


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_allowed_that_is_never_called(role: str) -> None:
    called = {call.action for call in ROLES[role]}

    assert {action for each in allowed(role) for action in each.actions} == called


@pytest.mark.parametrize("role", ROLES)
def test_no_resource_is_allowed_that_is_never_called(role: str) -> None:
    unused = [
        (each.sid, resource)
        for each in allowed(role)
        for resource in each.resources
        if not any(call.action in each.actions and iam.wild(resource, call.resource) for call in ROLES[role])
    ]

    assert unused == []


@pytest.mark.parametrize(("role", "call"), [(role, call) for role, calls in OTHERS.items() for call in calls])
def test_what_belongs_to_others_is_out_of_reach(role: str, call: Call) -> None:
    assert not iam.allows(allowed(role), call.action, call.resource, call.context)


def test_roles_are_taken_by_the_one_service_for_the_one_thing() -> None:
    stacks = {stack.name: stack for stack in synthesis.synthesize(SHOP, Given(version="1.2.3"))}
    template = stacks["fairway-shop-pipeline"].template

    trusted = {
        role: (statement["Principal"], iam.resolve(template, statement["Condition"]["ArnLike"]["aws:SourceArn"]))
        for role in ROLES
        for statement in template["Resources"][role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    }

    here = f"{REGION}:{ACCOUNT}"
    builds = {"Service": "codebuild.amazonaws.com"}
    assert trusted == {
        "ActProductionRole": (builds, f"arn:aws:codebuild:{here}:project/fairway-shop-act-production"),
        "BuildRole": (builds, f"arn:aws:codebuild:{here}:project/fairway-shop-build"),
        "DeployProductionRole": (builds, f"arn:aws:codebuild:{here}:project/fairway-shop-deploy-production"),
        "PipelineRole": ({"Service": "codepipeline.amazonaws.com"}, f"arn:aws:codepipeline:{here}:fairway-shop"),
        "PullRequestPipelineRole": (
            {"Service": "codepipeline.amazonaws.com"},
            f"arn:aws:codepipeline:{here}:fairway-shop_pull-requests",
        ),
        "PullRequestRole": (builds, f"arn:aws:codebuild:{here}:project/fairway-shop-pull-request"),
        "ScheduleRole": (
            {"Service": "scheduler.amazonaws.com"},
            f"arn:aws:scheduler:{here}:schedule-group/default",
        ),
    }
