"""The key of the account at the authority: made once, for all servers of a store, and kept there under seal.

The same account keeps what an authority has allowed it, and what it has proved. A key that is lost costs a new account
and nothing else.
"""

from collections.abc import Awaitable, Callable

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from fairway.ports.sealed import OpenFor, SealedKeys, SealFor, place_of_key

NAME = "acme"


def account_key(keys: SealedKeys, seal: SealFor, open_: OpenFor) -> Callable[[], Awaitable[str]]:
    """Gives it in PEM (ECDSA, P-256). That raises Unavailable, and Conflict when it was sealed with another key."""

    async def get() -> str:
        sealed = await keys.get(NAME)
        if sealed is None:
            sealed = await keys.add(NAME, seal(place_of_key(NAME), make()))
        return open_(place_of_key(NAME), sealed)

    return get


def make() -> str:
    """A new one in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
