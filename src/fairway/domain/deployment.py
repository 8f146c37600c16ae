"""A deployment: moving an environment to a release. Its rollout state has ECS's meaning, its verdict a cause."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber


class RolloutState(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


TRANSITIONS: Mapping[RolloutState, frozenset[RolloutState]] = MappingProxyType(
    {
        RolloutState.IN_PROGRESS: frozenset({RolloutState.COMPLETED, RolloutState.FAILED}),
        RolloutState.COMPLETED: frozenset(),
        RolloutState.FAILED: frozenset(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why something failed, as a report shows it.

    `sentence` names the cause; `seen` is what was observed that shows it; `fix` what to do about it, "" when nothing
    that was seen supports an advice; `log` the last lines worth reading; `more` the commands that show the rest.
    """

    sentence: str
    seen: str = ""
    fix: str = ""
    log: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


EXECUTION = "execution/"
"""How the keys of those deployments begin that an execution makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """`previous` is the release that served before, to which a failure goes back; None at the first one.

    `key` says what started it ("execution/42/production", "restart/9f02c1"); the same key never starts a second one.
    """

    app: AppName
    environment: EnvironmentName
    id: DeploymentId
    release: ReleaseNumber
    previous: ReleaseNumber | None
    state: RolloutState
    started_at: float
    ended_at: float | None = None
    reason: str = ""
    cause: Cause | None = None
    key: str = ""

    @property
    def execution(self) -> int | None:
        """The number of the execution that makes it, None when a restart does."""
        number = self.key.removeprefix(EXECUTION).partition("/")[0]
        return int(number) if self.key.startswith(EXECUTION) and number.isdigit() else None
