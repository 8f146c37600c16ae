"""A stack's template as CloudFormation is sent it: with the call, or out of the app's bucket when it is large."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from fairway.domain.aws.stack import SeenStack, Stack
from fairway.errors import UsageError

INLINE = 51_200
"""Bytes of a template that go with a call (TemplateBody of CreateChangeSet)."""
LARGEST = 1_000_000
"""Bytes of one that CloudFormation reads from S3 (its quota "Template body size in an S3 object": 1 MB)."""
BUCKET = "TemplatesArn"
"""The output of REGISTRY, which is made before every large stack: the ARN of the bucket for those."""


def written(template: Mapping[str, Any]) -> str:
    """The template as short as JSON can be."""
    return json.dumps(template, separators=(",", ":"), ensure_ascii=False)


def large(stack: Stack) -> bool:
    """Whether the stack's template has to lie in the bucket."""
    return size(stack) > INLINE


def key(stack: Stack) -> str:
    """Where in the bucket it lies: under its stack's name, by its own content."""
    return f"{stack.name}/{hashlib.sha256(written(stack.template).encode()).hexdigest()}.json"


def size(stack: Stack) -> int:
    """The template's bytes as it is sent."""
    return len(written(stack.template).encode())


def require_sendable(stacks: Iterable[Stack]) -> None:
    """Raises UsageError for the first stack whose template is too large even for the bucket."""
    for stack in stacks:
        if (bytes_sent := size(stack)) > LARGEST:
            raise UsageError(
                f"the template of stack {stack.name} is too large for CloudFormation",
                why=f"it has {bytes_sent:,} bytes, and CloudFormation reads {LARGEST:,}",
                hint="give the environment fewer services and jobs, or make two apps of it",
            )


def bucket_for(stack: Stack, registry: SeenStack | None) -> str:
    """The bucket's name out of what is seen of the app's registry stack. Raises UsageError when it has none."""
    if registry is None or BUCKET not in registry.outputs:
        raise no_bucket(stack)
    return registry.outputs[BUCKET].rpartition(":")[2]


def no_bucket(stack: Stack) -> UsageError:
    """Why a large template can't be sent by an app whose registry's stack has not been made yet."""
    return UsageError(
        f"the template of stack {stack.name} is too large to go with a call, and there is no bucket for it",
        why=f"it has {size(stack):,} bytes, a call takes {INLINE:,}, and the registry stack has no output {BUCKET}",
        hint="fairway aws up",
    )
