"""What cfn-lint says of the smallest and of a full app; all of the matrix is held to it in the integration tests."""

import pytest

from support import aws_apps, aws_templates

TEMPLATES = aws_templates.unique({"minimal": aws_apps.minimal(), "databases": aws_apps.databases()})


@pytest.mark.parametrize("name", TEMPLATES)
def test_cfn_lint_has_nothing_to_say(name: str) -> None:
    assert aws_templates.lint(TEMPLATES[name]) == []


def test_cfn_lint_is_asked_for_warnings_too() -> None:
    template = {"Parameters": {"Unused": {"Type": "String"}}, "Resources": {"A": {"Type": "AWS::SNS::Topic"}}}

    assert any(found.startswith("W2001") for found in aws_templates.lint(template))
