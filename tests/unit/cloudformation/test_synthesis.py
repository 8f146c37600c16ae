"""An app's stacks: which, in what order, and what each has from the ones before it."""

import json
from dataclasses import replace
from functools import cache

import pytest

from fairway.cloudformation import synthesis, wires
from fairway.domain.app import App
from fairway.domain.aws.stack import APP_TAG, ENVIRONMENT_TAG, KIND_TAG, VERSION_TAG, Kind, OutputOf, Stack
from fairway.domain.aws.wanted import Hosting
from fairway.domain.managed import Managed
from fairway.errors import UsageError
from support import aws_apps, aws_templates

pytestmark = pytest.mark.lengthy

APPS = {**aws_apps.MATRIX, "largest": aws_apps.largest()}


def stacks_of(app: App) -> tuple[Stack, ...]:
    return synthesis.synthesize(app, aws_apps.given_of(app))


@cache
def stacks_named(name: str) -> tuple[Stack, ...]:
    """Those of one of APPS."""
    return stacks_of(APPS[name])


def named(app: App, name: str) -> Stack:
    return next(stack for stack in stacks_of(app) if stack.name == name)


@pytest.mark.parametrize("name", APPS)
def test_the_stacks_keep_cloudformations_rules(name: str) -> None:
    assert aws_templates.flaws(stacks_named(name)) == []


@pytest.mark.parametrize("name", aws_apps.MATRIX)
def test_a_template_goes_with_the_call(name: str) -> None:
    for stack in stacks_named(name):
        assert len(json.dumps(stack.template).encode()) <= aws_templates.BODY, stack.name


@pytest.mark.parametrize("name", APPS)
def test_stacks_come_in_the_order_in_which_they_are_made(name: str) -> None:
    kinds = [list(Kind).index(stack.kind) for stack in stacks_named(name)]

    assert kinds == sorted(kinds)


def test_the_same_app_gives_the_same_stacks() -> None:
    app = aws_apps.largest()

    assert stacks_of(app) == stacks_of(app)


def test_a_parameter_comes_from_the_earlier_stack_that_has_it_as_an_output() -> None:
    app = aws_apps.make_app(aws_apps.make_environment(databases=(Managed(name="main"),)))

    data = named(app, "fairway-shop-api-production-data")

    assert data.parameters[wires.VPC] == OutputOf(stack="fairway-shop-api-network", output="Vpc")


def test_an_environment_has_nothing_from_another_one() -> None:
    databases = (Managed(name="main"),)
    app = aws_apps.make_app(
        aws_apps.make_environment("staging", databases=databases),
        aws_apps.make_environment("production", databases=databases),
    )

    for stack in stacks_of(app):
        if stack.environment is None:
            continue
        sources = {value.stack for value in stack.parameters.values() if isinstance(value, OutputOf)}
        others = {"staging", "production"} - {stack.environment}
        assert not any(f"-{other}-" in source for source in sources for other in others), stack.name


def test_a_stack_of_the_whole_app_has_each_environments_own() -> None:
    app = aws_apps.make_app(aws_apps.make_environment("staging"), aws_apps.make_environment("production"))

    parameters = named(app, "fairway-shop-api-pipeline").parameters

    assert parameters[wires.services_role("staging")] == OutputOf(
        stack="fairway-shop-api-staging-data", output="ServicesRoleStaging"
    )
    assert parameters[wires.services_role("production")] == OutputOf(
        stack="fairway-shop-api-production-data", output="ServicesRoleProduction"
    )


def test_a_network_that_exists_is_given_by_its_ids_and_none_is_made() -> None:
    app = aws_apps.existing_network()

    assert Kind.NETWORK not in {stack.kind for stack in stacks_of(app)}
    parameters = named(app, "fairway-shop-api-production-data").parameters
    assert parameters[wires.VPC] == aws_apps.EXISTING.vpc
    assert parameters[wires.PRIVATE_SUBNETS] == ",".join(aws_apps.EXISTING.private)


def test_every_stack_tells_whose_it_is_and_users_tags_can_not_hide_it() -> None:
    app = aws_apps.make_app(tags={"team": "shop", APP_TAG: "another"})

    for stack in stacks_of(app):
        assert stack.tags["team"] == "shop"
        assert (stack.tags[APP_TAG], stack.tags[KIND_TAG]) == ("shop-api", stack.kind.value)
        assert stack.tags[VERSION_TAG] == aws_apps.VERSION
        assert stack.tags.get(ENVIRONMENT_TAG) == stack.environment


def test_what_an_environment_shares_is_protected_when_the_environment_is() -> None:
    app = aws_apps.make_app(
        aws_apps.make_environment("staging"),
        aws_apps.make_environment("production"),
        hosting={"production": Hosting(protected=True)},
    )

    for stack in stacks_of(app):
        assert stack.protected == (stack.environment != "staging"), stack.name


def test_an_app_without_aws_is_told_what_to_write() -> None:
    app = replace(aws_apps.minimal(), aws=None)

    with pytest.raises(UsageError, match="shop-api can't go to AWS") as caught:
        stacks_of(app)

    assert "[aws]" in caught.value.hint
