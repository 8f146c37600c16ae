"""The key that an environment's backups are sealed with on AWS.

AWS made its secret together with the stack, as a text of random letters and digits, and nobody else has it. A key has
32 bytes: HKDF-SHA256 makes them of the text, without a salt, since the text is random and of no other use, and with the
purpose in its `info`. The same text gives the same key always: never change a word of it.
"""

import asyncio

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fairway.adapters.aws.secrets import AwsSecrets
from fairway.adapters.aws.session import Session
from fairway.errors import Conflict

INFO = b"fairway backups on AWS 1"
SHORTEST = 32
"""Characters: of letters and digits so many hold 190 bits."""


class BackupKey:
    """Reads it. `secret` is its ARN."""

    def __init__(self, session: Session, secret: str) -> None:
        self._session = session
        self._secret = secret
        self._key: bytes | None = None
        self._turn = asyncio.Lock()

    async def get(self) -> bytes:
        """32 bytes. Raises Conflict when there is no such secret, or it holds no key; Unavailable and UsageError for
        what AWS refuses."""
        async with self._turn:
            if self._key is None:
                self._key = derive(self._secret, await AwsSecrets(self._session).text(self._secret))
        return self._key


def derive(secret: str, text: str | None) -> bytes:
    """The key of that secret's text, None when there is none."""
    if text is None:
        raise Conflict(
            "the key of the backups is not there",
            why=f"there is no secret {secret}, or it has no value",
            hint="fairway aws up makes it; backups that were sealed with another one stay shut",
        )
    if len(text) < SHORTEST:
        raise Conflict(
            "the key of the backups is none",
            why=f"the secret {secret} holds fewer than {SHORTEST} characters: somebody has put another value",
            hint="put the value back that it had: Secrets Manager keeps the one before, too",
        )
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=INFO).derive(text.encode())
