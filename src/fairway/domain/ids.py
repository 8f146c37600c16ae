"""Names and identifiers, and the one rule for what a name may be.

A name ends up in host names (`APP-ENVIRONMENT.localhost`), container names, image repositories and file names, so it is
a DNS label that starts with a letter: the strictest of them.
"""

import re
from typing import NewType

from fairway.errors import UsageError

AppName = NewType("AppName", str)
EnvironmentName = NewType("EnvironmentName", str)
ServiceName = NewType("ServiceName", str)
TaskId = NewType("TaskId", str)
"""One container of a service, for as long as it lives; made by Fairway, 12 hexadecimal digits."""
JobId = NewType("JobId", str)
"""One run of a command to its end, in a container of its own; 12 hexadecimal digits, from what the run is of."""
JobName = NewType("JobName", str)
"""A job that fairway.toml declares; "" stands for a command that somebody gave by hand."""
RunNumber = NewType("RunNumber", int)
"""Counts up in each app, over all environments and jobs."""
DeploymentId = NewType("DeploymentId", int)
"""Counts up in each app; every deployment, a restart too, has its own."""
ReleaseNumber = NewType("ReleaseNumber", int)
"""Counts up in each app, over all environments."""
ExecutionNumber = NewType("ExecutionNumber", int)
"""Counts up in each app."""

NAME = re.compile(r"[a-z](?:[a-z0-9-]{0,28}[a-z0-9])?")
"""At most 30 characters, so that `APP-ENVIRONMENT` stays within a DNS label's 63."""


def check_name(kind: str, value: str) -> str:
    """Return `value` when it may name a `kind` ("app", "environment", "service").

    Raises UsageError that says which rule it breaks and proposes the nearest name that is allowed.
    """
    if NAME.fullmatch(value):
        return value
    proposal = propose_name(value)
    raise UsageError(
        f'"{value}" can\'t name an {kind}' if kind[0] in "aeiou" else f'"{value}" can\'t name a {kind}',
        why="a name has lower-case letters, digits and dashes, starts with a letter and is at most 30 characters long",
        hint=f"for example: {proposal}",
    )


def propose_name(text: str) -> str:
    """The nearest allowed name: `My Shop_API` gives `my-shop-api`; `app` when nothing of the text can stay."""
    label = re.sub(r"[^a-z0-9]+", "-", text.lower()).lstrip("-0123456789")[:30].strip("-")
    return label or "app"
