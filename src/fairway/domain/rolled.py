"""What an engine that rolls by itself (ECS) says of a service: values, and what they come to.

Such an engine is given a service, starts and replaces its tasks, moves the traffic, and gives a deployment up when its
tasks keep failing. Nothing here asks how it does that; what counts is what it says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fairway.domain.deployment import RolloutState
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber, ServiceName


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedService:
    """One service as the engine reports it.

    `deployment` is the one that the engine works towards, or has arrived at; after the engine has gone back by itself
    that is the earlier one. 0: it was not Fairway that made it. `replicas`, `running` and `pending` count the tasks of
    `deployment` that are asked for, run, and are being started; `old` those of other deployments that still exist.
    `rollout` and `reason` are the engine's own word on `deployment`, `failed` how many of its tasks failed so far.
    `given_up` are the deployments that the engine tries no more, each with why. `leaving`: it is being removed.
    """

    app: AppName
    environment: EnvironmentName
    service: ServiceName
    deployment: DeploymentId
    release: ReleaseNumber
    replicas: int
    running: int = 0
    pending: int = 0
    old: int = 0
    rollout: RolloutState = RolloutState.IN_PROGRESS
    reason: str = ""
    failed: int = 0
    given_up: Mapping[DeploymentId, str] = field(default_factory=dict)
    leaving: bool = False
    busy: str | None = None
    """The verb of Fairway's own operation under way on it ("ApplyService"), None when it is left alone."""

    @property
    def steady(self) -> bool:
        """Whether the engine has nothing left to do: it calls the rollout complete, all tasks run, no old one is."""
        done = self.rollout is RolloutState.COMPLETED or self.replicas == 0
        return done and not self.leaving and (self.running, self.pending, self.old) == (self.replicas, 0, 0)

    def describe(self) -> str:
        """`1 of 2 tasks run, 1 starting, 2 old ones left`."""
        words = [f"{self.running} of {self.replicas} {'task runs' if self.replicas == 1 else 'tasks run'}"]
        words += [f"{self.pending} starting"] if self.pending else []
        words += [f"{self.old} old {'one' if self.old == 1 else 'ones'} left"] if self.old else []
        words += [f"{self.failed} failed"] if self.failed else []
        return ", ".join(words)
