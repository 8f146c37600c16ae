"""The orchestrator's view of an engine. Only `orchestrator` calls it.

There are two kinds, and neither pretends to be the other: one runs single containers (`Engine`), the other is given a
service and replaces its tasks by itself (`RollingEngine`). `capabilities` tells which.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from fairway.domain.desired import DesiredService, TaskSpec
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.observed import Task
from fairway.domain.rolled import ObservedService


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


class RollingEngine(Protocol):
    """Runs the services of this Fairway server, and of no other one; it checks their tasks, sends them their requests,
    and goes back by itself to what it last ran well. Every method raises Unavailable when it does not answer."""

    def capabilities(self) -> Capabilities:
        """What the engine does by itself."""
        ...

    async def observe(self) -> Sequence[Task]:
        """Every task that has not ended, and of the ended ones those that did so by themselves (a crash, a start that
        failed, health checks that the engine went by), as long as it remembers them. Each with its word on the health.
        """
        ...

    async def services(self) -> Sequence[ObservedService]:
        """Every service that it was given, those included whose last tasks it is ending."""
        ...

    async def apply(
        self, service: DesiredService, *, variables: Mapping[str, str], told: Mapping[str, str], routed: bool
    ) -> None:
        """Make it so, and return when the engine has taken it; its tasks come and go after that. Given what it already
        has, it does nothing; given another count alone, it replaces no task.

        `variables` are the environment's own, secrets among them; `told` what Fairway tells each task (its app, its
        port), which wins over those. `routed`: it is the one that takes the environment's requests.

        Raises WorkFailed when the engine will not have it, whenever it is asked.
        """
        ...

    async def withdraw(self, app: AppName, environment: EnvironmentName, service: ServiceName) -> None:
        """Begin to end all of its tasks, and forget it with the last. One that does not exist is no error."""
        ...

    async def forget(self, app: AppName, environment: EnvironmentName) -> None:
        """Delete what it keeps for an environment beside its services (its variables)."""
        ...

    def events(self) -> AsyncIterator[EngineEvent]:
        """As `Engine.events`."""
        ...


AnyEngine = Engine | RollingEngine


def rolling(engine: AnyEngine) -> RollingEngine | None:
    """The engine as one that rolls; None when it runs single containers."""
    return cast(RollingEngine, engine) if engine.capabilities().rolls else None


def single(engine: AnyEngine) -> Engine | None:
    """The engine as one that runs single containers; None when it rolls."""
    return None if engine.capabilities().rolls else cast(Engine, engine)
