"""The board on which the orchestrator posts what it sees, and on which everybody else reads it."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.observed import ObservedEnvironment
from fairway.domain.rollout import Progress


class Observations(Protocol):
    """The latest look at each environment. It is not kept: after a restart the next look fills it again."""

    def post(self, progress: Progress, observed: ObservedEnvironment) -> None:
        """Replace what is known of the environment, and wake those who follow."""
        ...

    def forget(self, app: AppName, environment: EnvironmentName) -> None:
        """The environment is gone."""
        ...

    def progress(self, app: AppName, environment: EnvironmentName) -> Progress | None:
        """The latest progress, None before the first look."""
        ...

    def observed(self, app: AppName, environment: EnvironmentName) -> ObservedEnvironment | None:
        """The latest look, None before the first."""
        ...

    def every(self) -> Sequence[ObservedEnvironment]:
        """The latest look at each environment that was looked at."""
        ...

    def follow(self, app: AppName, environment: EnvironmentName) -> AsyncGenerator[Progress]:
        """The latest progress at once (if any), then each newer one; a slow reader skips to the newest."""
        ...
