"""Actions of a user's own in an environment's stage: a smoke test, a check of data, a notification.

These are what `fairway.toml` describes. Where each stands in its stage comes of `Placed`; `pipeline.define` makes one
order of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

MIB = 1024 * 1024
TAKEN = frozenset({"approval", "rehearse", "deploy", "variables", "fairway"})
"""Names that no action of a user's own can have: those of the stage's other actions, and those that a reference to the
environment's variables or to the execution begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Run a command to its end in the release's image, on the environment's network, with its variables.

    `variables` come on top of those, with references in their values (see `reference`). `outputs` names the variables
    that it hands on, `artifacts` the files of its working directory that are kept (see `patterns`). `timeout` is in
    seconds, `cpu` in cores, `memory` in bytes.
    """

    name: str
    command: tuple[str, ...]
    order: int = 1
    timeout: float = 300.0
    variables: Mapping[str, str] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    cpu: float = 1.0
    memory: int = 512 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Make an HTTP call. References may stand in `url`, the values of `headers`, and `body`. `expect` is the status
    that is right, None any from 200 to 299. `timeout` is in seconds."""

    name: str
    url: str
    order: int = 1
    timeout: float = 30.0
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    expect: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An action and where it stands: `before` or after the deployment, and there by its `order`."""

    action: Command | Request
    before: bool = False
