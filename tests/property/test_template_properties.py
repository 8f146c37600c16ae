"""No fairway.toml that is accepted makes a template that CloudFormation refuses."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairway.cloudformation.synthesis import Given, synthesize
from support import aws_apps, aws_templates
from support.aws_documents import Document, accepted, documents
from support.examples import examples

pytestmark = pytest.mark.lengthy

VARIABLES = st.lists(st.sampled_from(["SESSION_KEY", "STRIPE_KEY", "A" * 100, "_X"]), max_size=4, unique=True)


@settings(
    deadline=None, max_examples=examples(100), suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(documents(), VARIABLES)
def test_what_is_accepted_makes_stacks_that_keep_cloudformations_rules(
    document: Document, variables: list[str]
) -> None:
    app = accepted(document)

    stacks = synthesize(
        app, Given(variables={each.name: tuple(sorted(variables)) for each in app.environments}, version="0.1.0")
    )

    assert aws_templates.flaws(stacks) == []


@settings(
    deadline=None, max_examples=examples(30), suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(documents())
def test_the_same_file_makes_the_same_stacks(document: Document) -> None:
    app = accepted(document)

    first, second = (synthesize(app, aws_apps.given_of(app)) for _ in range(2))

    assert json.dumps([dict(each.template) for each in first]) == json.dumps([dict(each.template) for each in second])
