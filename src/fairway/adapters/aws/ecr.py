"""The login to ECR: a password for twelve hours, got with the caller's own credentials and handed on in memory alone.

It goes to Docker's engine in a header, as every registry's does (`adapters.oci`): into no file and no list of
processes.
"""

import base64
import binascii

from fairway.adapters.aws.session import Session
from fairway.errors import WorkFailed
from fairway.ports.clock import Clock
from fairway.ports.registry import Credentials

MARGIN = 600.0
"""Seconds before its end from which on a password is not used any more: a push may take minutes."""


class EcrLogin:
    """A `ports.registry.Login` for the account's registry in the session's region. Of other hosts it knows nothing,
    and they are not asked for: it is given to the registry of that account alone."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self._known: Credentials | None = None
        self._until = 0.0

    async def __call__(self, host: str) -> Credentials | None:
        """Raises what a call of the session raises, WorkFailed for an answer that holds no password."""
        if self._known is None or self._clock.now() >= self._until:
            answer = await self._session.call("ecr", "GetAuthorizationToken")
            given = answer["authorizationData"][0]
            self._known, self._until = read(given["authorizationToken"]), given["expiresAt"].timestamp() - MARGIN
        return self._known


def read(token: str) -> Credentials:
    """User and password from a token. Raises WorkFailed, without a part of it."""
    try:
        user, colon, password = base64.b64decode(token, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        user = colon = password = ""
    if not colon:
        raise WorkFailed("ECR's answer to a login holds no password", why="its token is not user:password in base64")
    return Credentials(user=user, password=password)
