"""Where an app's code comes from, as the API shows it: no secret comes out."""

from typing import Annotated

from pydantic import BaseModel, Field, SecretStr, StringConstraints

from fairway.domain.remotes import Forge

Short = Annotated[str, StringConstraints(max_length=2000)]


class Source(BaseModel):
    """A repository at a forge. `token`, `deploy_key` and `webhook` say whether there is one. Times are seconds since
    the epoch: `wanted_at` is when the forge last said that there is something new. `poll` is the seconds between two
    looks. `failures` counts the attempts that failed since the last one that succeeded, `trouble` is why;
    `status_trouble` is why the last status of a commit could not be told."""

    url: str
    forge: Forge | None
    username: str
    token: bool
    deploy_key: bool
    webhook: bool
    poll: float | None
    wanted_at: float | None
    set_by: str
    set_at: float
    tried_at: float | None
    fetched_at: float | None
    failures: int
    trouble: str
    status_trouble: str


class Shown(BaseModel):
    """The source, null when the code is pushed to the server itself."""

    source: Source | None


class SetRequest(BaseModel):
    """What shall be; null leaves as it is what was set for the same host. `poll` is in seconds, 0 turns it
    off. `deploy` false keeps what the first fetch brings, and starts nothing."""

    url: Short | None = None
    forge: Forge | None = None
    username: Short | None = None
    token: SecretStr | None = None
    deploy_key: SecretStr | None = None
    poll: Annotated[float, Field(ge=0, le=86400, allow_inf_nan=False)] | None = None
    deploy: bool = True


class WebhookRequest(BaseModel):
    """`replace`: make a new secret in place of the one that there is."""

    replace: bool = False


class Webhook(BaseModel):
    """What the forge is told: where to call, and the secret, which is never shown again."""

    url: str
    secret: str
    forge: Forge | None


class Outcome(BaseModel):
    """What became of one branch or tag that has moved: an execution, or the reason why there is none. `commit` is null
    when it was deleted; `forced`: commits that the branch had are gone."""

    ref: str
    commit: str | None
    execution: int | None
    forced: bool
    reason: str


class Fetched(BaseModel):
    """What a fetch brought; nothing when nothing has moved."""

    source: Source
    outcomes: list[Outcome]
