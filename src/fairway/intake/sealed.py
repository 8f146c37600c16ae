"""What is kept of a source, with its secrets under seal: made from what somebody wants, opened for one call.

What is not named stays, for the same host: a credential is sent to no other place than it was given for.
"""

import base64
import secrets
from dataclasses import dataclass, field, replace

from fairway.domain import remotes, webhooks
from fairway.domain.ids import AppName
from fairway.domain.remotes import Forge
from fairway.environment import seal as sealing
from fairway.errors import Conflict, NotFound, UsageError
from fairway.intake import credentials
from fairway.ports.sealed import DEPLOY_KEY, TOKEN
from fairway.ports.sources import Progress, Remote, Source

SHORTEST_POLL, LONGEST_POLL = 10.0, 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody sets. None leaves as it is what was set before for the same repository's host. `poll` is in
    seconds, 0 turns it off."""

    url: str | None = None
    forge: Forge | None = None
    username: str | None = None
    token: str | None = field(default=None, repr=False)
    deploy_key: str | None = field(default=None, repr=False)
    poll: float | None = None


class Sealing:
    """Seals and opens with `key`, which is what `environment.key.load` gives."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, app: AppName, wanted: Wanted, before: Source | None, *, by: str, at: float) -> Source:
        """The source as it shall be, after `before`. Raises UsageError for what can't be, NotFound when there is
        nothing that could be changed."""
        if wanted.url is None and before is None:
            raise NotFound(f"{app} has no source that could be changed", hint="fairway source set URL")
        address = remotes.parse(wanted.url if wanted.url is not None else before.url if before else "")
        same = before if before is not None and remotes.parse(before.url).place == address.place else None
        token, deploy_key = wanted.token, wanted.deploy_key
        if token is not None:
            credentials.check_token(token)
        if deploy_key is not None:
            credentials.check_deploy_key(deploy_key, address)
        kept = same or Source(app=app, url="", forge=None, username="", token=None, deploy_key=None, by=by, at=at)
        return replace(
            kept,
            url=address.url,
            forge=wanted.forge or (same.forge if same else None) or remotes.forge_of(address.host),
            username=kept.username if wanted.username is None else credentials.check_username(wanted.username),
            token=kept.token if token is None else self.seal(app, TOKEN, token),
            deploy_key=kept.deploy_key if deploy_key is None else self.seal(app, DEPLOY_KEY, deploy_key),
            poll=kept.poll if wanted.poll is None else check_poll(wanted.poll),
            by=by,
            at=at,
            progress=Progress(host_keys=kept.progress.host_keys),
        )

    def open(self, source: Source) -> Remote:
        """The repository with what opens it. Raises Conflict when the server's key is another one by now."""
        return Remote(
            address=remotes.parse(source.url),
            username=remotes.login(source.forge, source.username),
            token=None if source.token is None else self.unseal(source.app, TOKEN, source.token),
            deploy_key=None if source.deploy_key is None else self.unseal(source.app, DEPLOY_KEY, source.deploy_key),
            host_keys=source.progress.host_keys,
        )

    def seal(self, app: AppName, name: str, value: str) -> bytes:
        """The value, sealed for this app under this name."""
        # No environment has an empty name: what is sealed here opens as no variable, and no variable opens here.
        return sealing.seal(self._key, value, app=app, environment="", name=name, version=1)

    def unseal(self, app: AppName, name: str, sealed: bytes) -> str:
        """What was sealed. Raises Conflict when it was sealed with another key."""
        try:
            return sealing.open_sealed(self._key, sealed, app=app, environment="", name=name)
        except Conflict as error:
            raise Conflict(
                f"the {name} of the source of {app} can't be decrypted",
                why=error.why,
                hint="put the old secret.key back, or set it again: fairway source set",
            ) from error


def check_poll(seconds: float) -> float | None:
    """The time between two looks, None for none. Raises UsageError."""
    if seconds == 0:
        return None
    if SHORTEST_POLL <= seconds <= LONGEST_POLL:
        return seconds
    raise UsageError("a source can't be looked at so", why="between two looks are 10 s at least and a day at most")


def make_secret() -> str:
    """A new secret for a webhook, in the form that every forge takes."""
    return webhooks.PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
