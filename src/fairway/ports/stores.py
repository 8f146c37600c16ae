"""What is kept between restarts. One Protocol for each record; each write is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fairway.domain.deployment import Cause, Deployment, RolloutState
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.events import Event
from fairway.domain.execution import Execution, Kind, Revision, Trigger
from fairway.domain.forgetting import Entry, Made
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ExecutionNumber, ReleaseNumber
from fairway.domain.moves import Move
from fairway.domain.pipeline import Definition, DisabledTransition
from fairway.domain.release import Release
from fairway.domain.rollback import Rollback
from fairway.domain.search import EVERYTHING, Search
from fairway.domain.variables import UNTOLD, Edit, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRecord:
    """An app that the server knows. `manifest` is the last fairway.toml that was sent along without being committed."""

    name: AppName
    created_at: float
    manifest: str | None = None


class Apps(Protocol):
    async def create(self, name: AppName, *, at: float) -> AppRecord:
        """Raises Conflict when the name is taken."""
        ...

    async def get(self, name: str) -> AppRecord:
        """Raises NotFound, with the nearest name there is."""
        ...

    async def list(self) -> Sequence[AppRecord]: ...

    async def set_manifest(self, name: AppName, manifest: str | None) -> None: ...

    async def delete(self, name: AppName) -> None:
        """Delete the app and every record of it. One that does not exist is no error."""
        ...


class Executions(Protocol):
    async def create(
        self,
        app: AppName,
        revision: Revision,
        trigger: Trigger,
        definition: Definition,
        *,
        at: float,
        override: str | None = None,
        key: str | None = None,
        rollback: Rollback | None = None,
    ) -> Execution:
        """A QUEUED execution with the next number. The same `key` a second time returns the first one's: a push that
        is announced twice starts once."""
        ...

    async def get(self, app: AppName, number: int) -> Execution:
        """Raises NotFound."""
        ...

    async def list(self, app: AppName, *, limit: int = 20, search: Search = EVERYTHING) -> Sequence[Execution]:
        """Those that are searched for, newest first."""
        ...

    async def unfinished(self) -> Sequence[Execution]:
        """Of every app, oldest first."""
        ...

    async def contenders(self, app: AppName) -> Sequence[Execution]:
        """Those of the app that may have to move: the unfinished ones that have begun, the rollbacks, and of the others
        that are QUEUED the oldest and the newest (not all: there may be a thousand). In the order of their numbers."""
        ...

    async def entered(
        self, app: AppName, *, above: int, kind: Kind | None = None, pull_request: int | None = None
    ) -> Mapping[str, int]:
        """For each stage the highest number, above that one, of an execution (of that kind) that ever entered it. Those
        of pull requests, which go beside the pipeline, count only where one is named, and then only its own."""
        ...

    async def change(self, execution: Execution, moves: Sequence[Move], *, at: float) -> bool:
        """Carry out the moves, all of them or none (see `domain.moves`); False when the execution has changed since it
        was read, or is gone. Raises ValueError for a move that no table has."""
        ...

    async def outputs(self, app: AppName, number: ExecutionNumber) -> Mapping[str, Any]:
        """What the stages handed on so far. Raises NotFound."""
        ...

    async def entries(self, app: AppName) -> Sequence[Entry]:
        """What is asked of each before it may go: all of the app's, newest first, none of an unknown app."""
        ...

    async def delete(self, app: AppName, numbers: Sequence[int]) -> None:
        """Delete those of them that have ended. Their numbers are not given again."""
        ...


class Transitions(Protocol):
    """The inbound transitions of an app's stages that somebody has disabled."""

    async def disabled(self, app: AppName) -> Sequence[DisabledTransition]:
        """In the order of the stages' names."""
        ...

    async def disable(self, app: AppName, transition: DisabledTransition) -> None:
        """A second time it replaces who, when and why. Raises NotFound for an unknown app."""
        ...

    async def enable(self, app: AppName, stage: str) -> bool:
        """False when it was not disabled."""
        ...


class Releases(Protocol):
    async def create(self, release: Release, *, like: ReleaseNumber | None = None) -> Release:
        """Keep it under the next number (its own `number` is ignored) and return it with that.

        `like` is the release that this one repeats. Raises NotFound when that is not kept any more: its image may have
        gone with it. The check and the write are one transaction.
        """
        ...

    async def get(self, app: AppName, number: int) -> Release:
        """Raises NotFound."""
        ...

    async def list(
        self, app: AppName, *, environment: str | None = None, execution: int | None = None, limit: int = 50
    ) -> Sequence[Release]:
        """Newest first: all, those of an environment, those that an execution made."""
        ...

    async def delete(self, app: AppName, number: int, *, seen: int) -> bool:
        """Delete it, unless a deployment needs it: one of it, or one that would go back to it, that is IN_PROGRESS or
        is newer than deployment `seen`, the newest one when it was judged (0: there was none).

        Whether it was deleted by this call. The check and the deletion are one transaction, and so are those of
        `Deployments.start`: of the two, whichever comes second sees the first.
        """
        ...


class Deployments(Protocol):
    async def start(
        self,
        app: AppName,
        environment: EnvironmentName,
        release: ReleaseNumber,
        *,
        previous: ReleaseNumber | None,
        at: float,
        key: str,
        before: DesiredEnvironment | None = None,
    ) -> Deployment:
        """An IN_PROGRESS deployment with the next id; the same `key` a second time returns the first one's. `before`
        is what was desired until now, kept for a way back. Raises NotFound when the release is not kept (any more)."""
        ...

    async def before(self, app: AppName, id: int) -> DesiredEnvironment | None:
        """What was desired before the deployment, None when nothing was. Raises NotFound."""
        ...

    async def get(self, app: AppName, id: int) -> Deployment:
        """Raises NotFound."""
        ...

    async def list(self, app: AppName, *, environment: str | None = None, limit: int = 20) -> Sequence[Deployment]:
        """Newest first."""
        ...

    async def latest(self, app: AppName, environment: EnvironmentName, state: RolloutState) -> Deployment | None: ...

    async def finish(
        self,
        app: AppName,
        id: DeploymentId,
        state: RolloutState,
        *,
        reason: str,
        cause: Cause | None = None,
        at: float,
    ) -> bool:
        """Give it its verdict, if it has none yet; False when it had."""
        ...

    async def entries(self, app: AppName) -> Sequence[Made]:
        """What is asked of each before it may go: all of the app's, newest first, none of an unknown app."""
        ...

    async def delete(self, app: AppName, ids: Sequence[int]) -> None:
        """Delete those of them that have their verdict. Their ids are not given again."""
        ...


class DesiredStates(Protocol):
    async def get(self, app: AppName, environment: EnvironmentName) -> DesiredEnvironment | None: ...

    async def list(self) -> Sequence[DesiredEnvironment]:
        """Of every app."""
        ...

    async def put(self, desired: DesiredEnvironment) -> DesiredEnvironment:
        """Keep it, with `version` one higher. Raises Conflict when the kept version is not `desired.version`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedConfiguration:
    """A version of an environment's variables, each value encrypted."""

    app: AppName
    environment: EnvironmentName
    version: int
    values: Mapping[str, bytes]
    created_at: float


class Configurations(Protocol):
    async def latest(self, app: AppName, environment: EnvironmentName) -> SealedConfiguration | None: ...

    async def get(self, app: AppName, environment: EnvironmentName, version: int) -> SealedConfiguration:
        """Raises NotFound."""
        ...

    async def add(
        self,
        app: AppName,
        environment: EnvironmentName,
        values: Mapping[str, bytes],
        *,
        expected: int,
        at: float,
        edit: Edit = UNTOLD,
    ) -> SealedConfiguration:
        """The version after `expected`, which `edit` made of it. Raises Conflict when that is not the latest (0: there
        is none)."""
        ...

    async def recent(self, app: AppName, *, limit: int) -> Sequence[SealedConfiguration]:
        """The newest versions of each environment of the app, at most so many of each; none of an unknown app."""
        ...

    async def history(self, app: AppName, environment: EnvironmentName, *, limit: int = 20) -> Sequence[Version]:
        """How the versions came to be, newest first."""
        ...


class Events(Protocol):
    async def append(self, events: Sequence[Event]) -> None: ...

    async def list(
        self,
        *,
        app: AppName | None = None,
        environment: str | None = None,
        deployment: int | None = None,
        limit: int = 50,
    ) -> Sequence[Event]:
        """Newest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecord:
    """A token by its SHA-256 digest; the token itself is kept nowhere on the server but in the owner's own file."""

    name: str
    digest: str
    created_at: float


class Tokens(Protocol):
    async def add(self, token: TokenRecord) -> None: ...

    async def find(self, digest: str) -> TokenRecord | None: ...

    async def list(self) -> Sequence[TokenRecord]: ...

    async def delete(self, name: str) -> None: ...
