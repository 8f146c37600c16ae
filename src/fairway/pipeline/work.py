"""What the executor gives a stage to do, and what a stage answers.

A stage does its work in steps, each of which is done once even when the server dies in between; what a step returns is
JSON. A stage that fails says so with a Cause; what it raises becomes one.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from fairway.domain.deployment import Cause
from fairway.domain.execution import Execution
from fairway.domain.pipeline import Action, Duty, StageDefinition
from fairway.ports.builder import LogSink
from fairway.ports.durable import Step
from fairway.ports.masks import CLEAR, Mask

Afterwards = Callable[[], Awaitable[None]]
"""What is done once the answer is written down, and may be lost with the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One attempt at one action of a stage, counted from 1. `outputs` are what earlier ones handed on.

    `mask` is that of the app, through which all has gone that the log has. `earlier` gives the lines that the log has
    of this attempt from a server that is dead; a runner puts into `afterwards` what is to be done once its answer can't
    be lost any more.
    """

    execution: Execution
    stage: str
    attempt: int
    outputs: Mapping[str, Any]
    log: LogSink
    step: Step
    action: Action = Duty(name="deploy")
    earlier: Callable[[], Sequence[str]] = tuple
    mask: Mask = CLEAR
    afterwards: list[Afterwards] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It succeeded: the summary in one line, and what it hands on (JSON values).

    `stages`, if given, replace those that have not begun. `passes` are approvals of the same stage that nobody needs to
    give any more, by name.
    """

    summary: str = ""
    outputs: Mapping[str, Any] = field(default_factory=dict)
    stages: tuple[StageDefinition, ...] | None = None
    passes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """It failed. `outputs` is what is to be known of it all the same (JSON values)."""

    summary: str
    cause: Cause
    outputs: Mapping[str, Any] = field(default_factory=dict)


class StageRunner(Protocol):
    """One kind of stage, or of action."""

    async def run(self, work: Work) -> Done | Failed:
        """Do it. Raises FairwayError for what went wrong in the ordinary way."""
        ...

    async def abandon(self, execution: Execution, stage: str) -> None:
        """Clear up after a run that was stopped for good; a second time it does nothing."""
        ...
