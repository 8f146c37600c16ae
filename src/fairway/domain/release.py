"""A release: the immutable, numbered record of what an environment ran, for a rollback to go back to."""

from dataclasses import dataclass

from fairway.domain.app import Environment
from fairway.domain.ids import AppName, EnvironmentName, ExecutionNumber, ReleaseNumber
from fairway.domain.image import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What ran: the image by digest, the configuration's version, and the environment as `fairway.toml` described it.

    `rollback_of` is the release that this one repeats, when it was made by a rollback.
    """

    app: AppName
    number: ReleaseNumber
    environment: EnvironmentName
    image: Image
    configuration: int
    description: Environment
    commit: str
    subject: str
    execution: ExecutionNumber | None
    created_at: float
    rollback_of: ReleaseNumber | None = None
