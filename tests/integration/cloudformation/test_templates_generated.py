"""cfn-lint on a handful of the files that the property tests make by the hundred.

Each takes many seconds, and all are for `make exhaustive`: `make test` has every kind of resource with every set of its
properties through cfn-lint (test_templates_checked), and the property tests hold what is accepted to AWS's limits.
"""

import pytest
from hypothesis import HealthCheck, given, settings

from fairway.cloudformation.synthesis import synthesize
from support import aws_apps, aws_templates
from support.aws_documents import Document, accepted, documents


@pytest.mark.exhaustive
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents())
def test_cfn_lint_has_nothing_to_say_of_what_is_accepted(document: Document) -> None:
    assert said_of(document) == {}


def said_of(document: Document) -> dict[str, list[str]]:
    """What cfn-lint says of each of the file's stacks of which it says something."""
    app = accepted(document)
    said = {stack.name: aws_templates.lint(stack.template) for stack in synthesize(app, aws_apps.given_of(app))}
    return {name: each for name, each in said.items() if each}
