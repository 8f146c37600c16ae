"""An environment's variables as one secret of Secrets Manager: a JSON object of names to values."""

import json
from collections.abc import Mapping

from fairway.domain.aws.seen import Version
from fairway.errors import Conflict, UsageError

LARGEST = 65_536
"""How many bytes a secret's value may have (SecretStringType of Secrets Manager's API)."""


def written(values: Mapping[str, str]) -> str:
    """The secret's value: equal variables give equal texts."""
    return json.dumps(dict(values), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def read(secret: str, text: str) -> dict[str, str]:
    """The variables in a secret's value. Raises Conflict, without the value, for one that is none of Fairway's."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict) and all(isinstance(value, str) for value in document.values()):
        return document
    raise Conflict(
        f"the secret {secret} does not hold an environment's variables",
        why="its value is not a JSON object of texts: something other than Fairway wrote it",
        hint="put the variables in again: fairway aws up",
    ) from None


def too_large(secret: str, values: Mapping[str, str]) -> UsageError | None:
    """Why the variables don't fit into a secret; None when they do. The longest are named, by name alone."""
    size = len(written(values).encode())
    if size <= LARGEST:
        return None
    longest = sorted(values, key=lambda name: len(values[name].encode()), reverse=True)[:3]
    return UsageError(
        f"the variables of {secret} are too large for Secrets Manager",
        why=f"together they have {size:,} bytes, and it takes {LARGEST:,}; the longest: {', '.join(longest)}",
        hint="keep files in the image or in S3, and give the app their address",
    )


def missing(secret: str) -> Conflict:
    """Why nothing can be put into a secret that no stack has made yet."""
    return Conflict(
        f"there is no secret {secret} to put variables into",
        why="the environment's data stack makes it, and has not been made",
        hint="fairway aws up",
    )


def same(version: Version | None, values: Mapping[str, str]) -> bool:
    """Whether the newest version has these values already."""
    return version is not None and version.values == dict(values)
