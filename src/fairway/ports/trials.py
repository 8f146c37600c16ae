"""A release that is started on a network of its own, to see whether it answers: not a task, and no traffic ever."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from fairway.domain.health import Check, ProbeResult
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.image import Image
from fairway.domain.migrations import Smoke


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSpec:
    """One service of a release as its tasks are started: `command` None is the image's own. `network` is where it is,
    `outside` one more by which this server reaches it ("": it needs none); `mounts` are directories of the host by the
    path inside."""

    app: AppName
    environment: EnvironmentName
    service: str
    image: Image
    command: tuple[str, ...] | None
    port: int
    port_declared: bool
    cpu: float
    memory: int
    health: Check
    network: str
    outside: str = ""
    mounts: Mapping[str, Path] = field(default_factory=dict)


class Trial(Protocol):
    """One that was started."""

    async def probe(self) -> ProbeResult:
        """Its health check, once, at the latest after the check's time-out."""
        ...

    async def ask(self, smoke: Smoke) -> ProbeResult:
        """A request from this host, once. Never raises for an answer that is not right: the result says what came."""
        ...

    async def ended(self) -> int | None:
        """Its exit code, None while it runs. Raises Unavailable."""
        ...

    async def printed(self, most: int) -> Sequence[str]:
        """The last lines that it printed."""
        ...


class Trials(Protocol):
    def start(self, key: str, spec: TrialSpec, variables: Mapping[str, str]) -> AbstractAsyncContextManager[Trial]:
        """Start it; it is gone at the end. What an earlier one of the same key left is removed first.

        Raises WorkFailed when it can't be started, Unavailable.
        """
        ...

    async def sweep(self) -> None:
        """Remove what killed servers left; what this one has begun stays."""
        ...
