"""The key of the vault: what every backup is sealed with. It is made with the first one.

It lies in the store, under the seal of the server's key like every variable. So a rotation of that key gives it a new
seal in the same transaction as all the rest, and the backups stay as they are, however many gigabytes they have.
"""

import asyncio
import base64
import secrets

from fairway.environment import key, seal
from fairway.errors import Conflict
from fairway.ports.sealed import SealedKeys, place_of_key

NAME = "vault"


class VaultKey:
    """Opens it. `secret` is what `key.load` gives."""

    def __init__(self, keys: SealedKeys, secret: bytes) -> None:
        self._keys = keys
        self._secret = secret
        self._opened: bytes | None = None
        self._turn = asyncio.Lock()

    async def get(self) -> bytes:
        """32 bytes. Raises Conflict when it was sealed with another key than the server's."""
        async with self._turn:
            if self._opened is None:
                self._opened = self._open(await self._keys.get(NAME) or await self._make())
        return self._opened

    async def _make(self) -> bytes:
        place, text = place_of_key(NAME), base64.b64encode(secrets.token_bytes(key.LENGTH)).decode("ascii")
        sealed = seal.seal(self._secret, text, app=place.app, environment=place.environment, name=place.name, version=1)
        return await self._keys.add(NAME, sealed)

    def _open(self, sealed: bytes) -> bytes:
        place = place_of_key(NAME)
        try:
            text = seal.open_sealed(self._secret, sealed, app=place.app, environment=place.environment, name=place.name)
        except Conflict as error:
            raise Conflict(
                "the key of the backups can't be decrypted",
                why="it was encrypted with another key than the one in secret.key",
                hint="put the old secret.key back",
            ) from error
        return base64.b64decode(text)
