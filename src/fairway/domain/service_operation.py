"""The operations of a plan for an engine that rolls by itself: what it is given, and what is waited for.

They stand beside those of `operation`, which are for an engine that runs single containers.
"""

from dataclasses import dataclass

from fairway.domain.desired import DesiredService
from fairway.domain.ids import DeploymentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyService:
    """Give the engine the service as it is desired: a new one, another deployment of it, or another count alone.
    `routed`: it is the one that takes the environment's requests."""

    desired: DesiredService
    routed: bool
    cause: str

    @property
    def service(self) -> str:
        """The service's name."""
        return self.desired.spec.service

    @property
    def subject(self) -> str:
        """What the operation is about, as plans print it."""
        return f"{self.service}:release {self.desired.spec.release}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitSteady:
    """The engine is at work on the deployment, or has given it up. Changes nothing; says what is waited for."""

    service: str
    deployment: DeploymentId
    cause: str

    @property
    def subject(self) -> str:
        """What the operation is about, as plans print it."""
        return f"{self.service}:deployment {self.deployment}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveService:
    """Take the service from the engine, with all of its tasks."""

    service: str
    cause: str

    @property
    def subject(self) -> str:
        """What the operation is about, as plans print it."""
        return self.service


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitRemoved:
    """The engine ends the last tasks of a service that was taken from it. Changes nothing."""

    service: str
    cause: str

    @property
    def subject(self) -> str:
        """What the operation is about, as plans print it."""
        return self.service


ServiceWait = WaitSteady | WaitRemoved
