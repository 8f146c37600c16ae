"""Deployments and releases as the API shows them."""

from typing import Annotated, Any

from pydantic import BaseModel, StringConstraints

from fairway.domain import deployment, release
from fairway.wire.executions import Cause


class Deployment(BaseModel):
    """Moving an environment to a release; `previous` is the release that served before."""

    app: str
    environment: str
    id: int
    release: int
    previous: int | None
    state: deployment.RolloutState
    started_at: float
    ended_at: float | None
    reason: str
    cause: Cause | None

    @classmethod
    def of(cls, made: deployment.Deployment) -> "Deployment":
        """The shape of a deployment."""
        return cls(
            app=made.app,
            environment=made.environment,
            id=made.id,
            release=made.release,
            previous=made.previous,
            state=made.state,
            started_at=made.started_at,
            ended_at=made.ended_at,
            reason=made.reason,
            cause=Cause.of(made.cause),
        )


class Release(BaseModel):
    """The immutable record of what an environment ran; `current` is what it should run now."""

    app: str
    number: int
    environment: str
    image: str
    digest: str
    commit: str
    subject: str
    execution: int | None
    configuration: int
    created_at: float
    rollback_of: int | None
    current: bool

    @classmethod
    def of(cls, kept: release.Release, *, current: bool) -> "Release":
        """The shape of a release."""
        return cls(
            app=kept.app,
            number=kept.number,
            environment=kept.environment,
            image=kept.image.repository,
            digest=kept.image.digest,
            commit=kept.commit,
            subject=kept.subject,
            execution=kept.execution,
            configuration=kept.configuration,
            created_at=kept.created_at,
            rollback_of=kept.rollback_of,
            current=current,
        )


class Releases(BaseModel):
    """Newest first."""

    releases: list[Release]


class RollbackRequest(BaseModel):
    """`release` null means the one before the current. `accept_schema`: it goes back although nothing has shown that it
    fits the database's present schema. `take_back`: where it does not fit, what was migrated since is taken back first,
    if that was rehearsed; the environment is closed meanwhile."""

    environment: str
    release: int | None = None
    accept_schema: bool = False
    take_back: bool = False


class RestartRequest(BaseModel):
    """`service` null means every service."""

    environment: str
    service: str | None = None


class StopRequest(BaseModel):
    """`reason` is kept with the deployment."""

    reason: Annotated[str, StringConstraints(max_length=200)] = ""


def describe(made: deployment.Deployment) -> dict[str, Any]:
    """The JSON object of a deployment."""
    return Deployment.of(made).model_dump(mode="json")
