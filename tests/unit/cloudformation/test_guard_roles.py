"""Who deploys an environment with migrations may make each call of the migration guard, and no other."""

from functools import cache

import pytest

from fairway.cloudformation import synthesis
from fairway.cloudformation.synthesis import Given
from fairway.domain.managed import Managed
from fairway.domain.migrations import CopyBy, Migrations
from support import iam
from support.aws_pipelines import app, environment
from support.guard_calls import COPYING, GUARD, NOT_COPIES, OTHERS
from support.stage_calls import DEPLOY, Call

SHOP = app(
    environment("staging"),
    environment(
        "production", databases=(Managed(name="main"),), migrations=Migrations(command=("npm", "run", "migrate"))
    ),
)
COPIED = app(
    environment(
        "production",
        databases=(Managed(name="main"),),
        migrations=Migrations(command=("npm", "run", "migrate"), copy_by=CopyBy.SNAPSHOT),
    ),
)
CALLS = (*DEPLOY, *GUARD)


@cache
def allowed(environment: str = "Production") -> tuple[iam.Allowed, ...]:
    stacks = {stack.name: stack for stack in synthesis.synthesize(SHOP, Given(version="1.2.3"))}
    return iam.statements(stacks["fairway-shop-pipeline"].template, f"Deploy{environment}Role")


@cache
def allowed_where_rds_copies() -> tuple[iam.Allowed, ...]:
    stacks = {stack.name: stack for stack in synthesis.synthesize(COPIED, Given(version="1.2.3"))}
    return iam.statements(stacks["fairway-shop-pipeline"].template, "DeployProductionRole")


@pytest.mark.parametrize("call", [*CALLS, *COPYING])
def test_a_call_is_allowed_where_rds_copies_the_database(call: Call) -> None:
    assert iam.allows(allowed_where_rds_copies(), call.action, call.resource, call.context)


def test_of_rds_nothing_is_allowed_that_is_never_called() -> None:
    found = [each for each in allowed_where_rds_copies() if any(action.startswith("rds:") for action in each.actions)]

    assert {action for each in found for action in each.actions} == {call.action for call in COPYING}
    unused = [
        resource
        for each in found
        for resource in each.resources
        if not any(call.action in each.actions and iam.wild(resource, call.resource) for call in COPYING)
    ]
    assert unused == []


@pytest.mark.parametrize("call", [*OTHERS, *NOT_COPIES])
def test_the_database_itself_and_its_own_snapshots_are_out_of_reach(call: Call) -> None:
    assert not iam.allows(allowed_where_rds_copies(), call.action, call.resource, call.context)


@pytest.mark.parametrize("call", CALLS)
def test_a_call_of_the_guard_is_allowed(call: Call) -> None:
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


def test_a_deployment_without_migrations_may_nothing_of_it() -> None:
    own = {call.action for call in GUARD} - {call.action for call in DEPLOY}

    assert {action for each in allowed("Staging") for action in each.actions} & own == set()
