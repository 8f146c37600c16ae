"""The orchestrator's view of an engine that runs single containers. Only `orchestrator` calls it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from fairway.domain.desired import TaskSpec
from fairway.domain.ids import AppName, EnvironmentName, TaskId
from fairway.domain.observed import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What an engine does by itself. `rolls` is true for those that are given a service, not tasks (Swarm, ECS)."""

    rolls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineEvent:
    """Something changed in an environment; observe it again."""

    app: AppName
    environment: EnvironmentName


class Engine(Protocol):
    """Starts, stops and lists the tasks of this Fairway server, and of no other one."""

    def capabilities(self) -> Capabilities:
        """What the engine does by itself."""
        ...

    async def observe(self) -> Sequence[Task]:
        """Every task there is, in any state. Raises Unavailable when the engine does not answer."""
        ...

    async def start(self, task: TaskId, spec: TaskSpec, variables: Mapping[str, str]) -> None:
        """Create and start the task; with the same id a second time it does nothing that was already done, and goes on
        where a call that was cancelled had stopped.

        Raises WorkFailed when the engine refuses (no such image, a command that does not exist): the task is then
        observed as STOPPED with that error, or not at all. Raises Unavailable when the engine does not answer.
        """
        ...

    async def stop(self, task: TaskId, *, signal: str | None, timeout: float) -> None:
        """Signal the task, wait `timeout` seconds for its end, then kill it. Returns when it has ended; a task that
        does not exist, or has ended already, is no error."""
        ...

    async def remove(self, task: TaskId) -> None:
        """Delete a task that has ended, or was never started. One that does not exist is no error."""
        ...

    async def forget(self, app: AppName, environment: EnvironmentName) -> None:
        """Delete what the engine keeps for an environment beside its tasks (its network), unless a managed database
        needs it."""
        ...

    def events(self) -> AsyncIterator[EngineEvent]:
        """What changes, as it changes, until the iterator is closed. It may miss some: a periodic look is needed."""
        ...
