"""cfn-lint on a handful of the files that the property tests make by the hundred."""

from hypothesis import HealthCheck, given, settings

from fairway.cloudformation.synthesis import synthesize
from support import aws_apps, aws_templates
from support.aws_documents import Document, accepted, documents


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents())
def test_cfn_lint_has_nothing_to_say_of_what_is_accepted(document: Document) -> None:
    app = accepted(document)

    found = {
        stack.name: said
        for stack in synthesize(app, aws_apps.given_of(app))
        if (said := aws_templates.lint(stack.template))
    }

    assert found == {}
