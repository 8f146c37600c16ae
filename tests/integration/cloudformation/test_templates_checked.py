"""Every template of every app of the matrix, held to cfn-lint's and checkov's rules; each exception argued in place.

cfn-lint takes seconds for one, and most of a minute for one of the largest app's. `make test` has it look at small ones
in which there is everything that any of them has (`aws_templates.sample`), `make exhaustive` at the others, and at all
without their exceptions. Checkov takes a minute to begin, and looks at all in `make exhaustive`.
"""

import copy
from collections.abc import Set
from pathlib import Path
from typing import Any

import pytest

from support import aws_apps, aws_templates, checkov

TEMPLATES = aws_templates.unique({**aws_apps.MATRIX, "largest": aws_apps.largest()})
SAMPLE = aws_templates.sample({name: each for name, each in TEMPLATES.items() if not name.startswith("largest/")})
EACH = [pytest.param(name, marks=() if name in SAMPLE else pytest.mark.exhaustive, id=name) for name in TEMPLATES]
PARTS = [
    pytest.param(SAMPLE, id="sample", marks=pytest.mark.exhaustive),
    pytest.param(TEMPLATES.keys() - SAMPLE, id="others", marks=pytest.mark.exhaustive),
]


def argued(template: dict[str, Any], tool: str) -> dict[tuple[str, str], str]:
    """The exceptions that stand in a template: logical id and rule, with the reason."""
    found: dict[tuple[str, str], str] = {}
    for name, resource in template["Resources"].items():
        metadata = resource.get("Metadata", {}).get(tool, {})
        if tool == "checkov":
            found |= {(name, each["id"]): each.get("comment", "") for each in metadata.get("skip", [])}
        else:
            reasons = metadata.get("comments", {})
            found |= {
                (name, rule): reasons.get(rule, "") for rule in metadata.get("config", {}).get("ignore_checks", [])
            }
    return found


def without_exceptions(template: dict[str, Any]) -> dict[str, Any]:
    plain = copy.deepcopy(template)
    for resource in plain["Resources"].values():
        for tool in ("checkov", "cfn-lint"):
            resource.get("Metadata", {}).pop(tool, None)
    return plain


def test_the_sample_has_every_shape_that_there_is() -> None:
    there_is = frozenset[str]().union(*map(aws_templates.shapes, TEMPLATES.values()))

    assert there_is == frozenset[str]().union(*(aws_templates.shapes(TEMPLATES[name]) for name in SAMPLE))


@pytest.mark.parametrize("name", EACH)
def test_cfn_lint_has_nothing_to_say(name: str) -> None:
    assert aws_templates.lint(TEMPLATES[name]) == []


def test_cfn_lint_is_asked_for_warnings_too() -> None:
    template = {"Parameters": {"Unused": {"Type": "String"}}, "Resources": {"A": {"Type": "AWS::SNS::Topic"}}}

    assert any(found.startswith("W2001") for found in aws_templates.lint(template))


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", TEMPLATES)
def test_cfn_lint_would_have_said_what_an_exception_answers(name: str) -> None:
    answered = argued(TEMPLATES[name], "cfn-lint")
    if not answered:
        return

    said = aws_templates.lint(without_exceptions(TEMPLATES[name]))

    rules = {(path.split("/")[1], rule) for rule, path in (each.split(": ")[0].split(" ", 1) for each in said)}
    assert rules == set(answered)


@pytest.mark.timeout(1500)  # the first run on a machine installs checkov
@pytest.mark.parametrize("names", PARTS)
def test_checkov_finds_what_is_argued_and_nothing_else(names: Set[str], tmp_path: Path) -> None:
    templates = {name: TEMPLATES[name] for name in names}
    every = {f"argued/{name}": each for name, each in templates.items()}
    every |= {f"plain/{name}": without_exceptions(each) for name, each in templates.items()}

    found = checkov.failures(every, tmp_path)

    broken = {each for each in found if each[0].startswith("plain/")}
    answered = {
        (f"plain/{name}", resource, rule)
        for name, each in templates.items()
        for resource, rule in argued(each, "checkov")
    }
    assert sorted(broken - answered) == [], "nothing argues with these"
    assert sorted(answered - broken) == [], "these exceptions answer nothing"
    assert sorted(each for each in found if each[0].startswith("argued/")) == [], "checkov did not read the exceptions"


def test_every_exception_has_its_reason() -> None:
    for name, template in TEMPLATES.items():
        for tool in ("checkov", "cfn-lint"):
            for (resource, rule), why in argued(template, tool).items():
                assert len(why.split()) >= 5, f"{name}: {resource}, {rule}"
