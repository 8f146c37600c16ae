"""The stacks of the matrix as text. After a change that is meant: `FAIRWAY_GOLDEN=write pytest tests/golden`.

Of each app its stacks without their templates, and each template once: under the first app that has it.
"""

import json
import os
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from fairway.cloudformation.synthesis import synthesize
from fairway.domain.aws.stack import Stack
from support import aws_apps, aws_templates

GOLDEN = Path(__file__).parent / "templates"
WRITE = os.environ.get("FAIRWAY_GOLDEN") == "write"


class Plain(yaml.CSafeDumper):
    """Every value where it belongs, though it be there twice."""

    def ignore_aliases(self, data: Any) -> bool:
        """No anchors."""
        return True


def text(value: Any) -> str:
    """YAML in the order in which it was made."""
    plain = json.loads(json.dumps(value))
    return yaml.dump(plain, Dumper=Plain, sort_keys=False, width=120, allow_unicode=True)


def summary(stack: Stack) -> dict[str, Any]:
    """All of it but the template and what is not set."""
    values = {name: value for name, value in asdict(stack).items() if name != "template" and value not in ({}, None)}
    if "parameters" in values:
        parameters = stack.parameters.items()
        values["parameters"] = {
            name: value if isinstance(value, str) else f"{value.output} of {value.stack}" for name, value in parameters
        }
    return values


@cache
def texts() -> dict[str, str]:
    """What every file ought to have, by its name."""
    files = {
        f"{name}/stacks.yaml": text([summary(stack) for stack in synthesize(app, aws_apps.given_of(app))])
        for name, app in aws_apps.MATRIX.items()
    }
    return files | {f"{name}.yaml": text(template) for name, template in aws_templates.unique(aws_apps.MATRIX).items()}


@pytest.mark.parametrize("name", aws_apps.MATRIX)
def test_the_stacks_are_those_that_were_approved(name: str) -> None:
    for file, expected in texts().items():
        if file.startswith(f"{name}/"):
            path = GOLDEN / file
            if WRITE:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(expected, encoding="utf-8")
            assert path.is_file(), f"{file} was never approved"
            assert path.read_text(encoding="utf-8") == expected, file


def test_nothing_is_kept_that_no_app_has() -> None:
    for path in sorted(GOLDEN.rglob("*.yaml")):
        file = path.relative_to(GOLDEN).as_posix()
        if WRITE and file not in texts():
            path.unlink()
        else:
            assert file in texts()
