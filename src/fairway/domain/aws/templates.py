"""A stack's template as CloudFormation is sent it, and whether it can be."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from fairway.domain.aws.stack import Stack
from fairway.errors import UsageError

LARGEST = 51_200
"""Bytes of a template that go with a call (TemplateBody of CreateChangeSet). Larger ones would have to lie in a bucket,
which an app has none for before its first stack is made."""


def written(template: Mapping[str, Any]) -> str:
    """The template as short as JSON can be."""
    return json.dumps(template, separators=(",", ":"), ensure_ascii=False)


def require_sendable(stacks: Iterable[Stack]) -> None:
    """Raises UsageError for the first stack whose template is too large to be sent, before anything is made."""
    for stack in stacks:
        size = len(written(stack.template).encode())
        if size > LARGEST:
            raise UsageError(
                f"the template of stack {stack.name} is too large for CloudFormation",
                why=f"it has {size:,} bytes, and a call takes {LARGEST:,}; a service with its scaling has some 4,000",
                hint="give the environment fewer services and jobs, or two apps; by hand it goes by fairway aws export",
            )
