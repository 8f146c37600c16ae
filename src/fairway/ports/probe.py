"""Asking one task whether it is well."""

from collections.abc import Sequence
from typing import Protocol

from fairway.domain.facts import Socket, Usage
from fairway.domain.health import Check, ProbeResult
from fairway.domain.ids import TaskId
from fairway.domain.observed import Task


class Probe(Protocol):
    """Makes one check of one task. Never raises for a sick task: the result says what was seen."""

    async def probe(self, task: Task, check: Check) -> ProbeResult:
        """The result, at the latest after the check's time-out."""
        ...


class Inspector(Protocol):
    """Looks into a task, for the failure report and for `fairway ps`. Best effort: None where it can't be seen."""

    async def listening(self, task: TaskId) -> Sequence[Socket] | None:
        """The sockets that its processes listen on."""
        ...

    async def usage(self, task: TaskId) -> Usage | None:
        """Its use of CPU and memory."""
        ...


class Unseen:
    """An `Inspector` for tasks on other machines: nothing can be seen."""

    async def listening(self, task: TaskId) -> Sequence[Socket] | None:
        """Not seen."""
        return None

    async def usage(self, task: TaskId) -> Usage | None:
        """Not seen."""
        return None


class Unprobed:
    """A `Probe` for tasks that their engine checks itself."""

    async def probe(self, task: Task, check: Check) -> ProbeResult:
        """Never asked for: the engine's word is taken."""
        raise AssertionError(f"the engine checks {task.service} itself")
