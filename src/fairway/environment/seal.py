"""Values under seal: AES-256-GCM, bound to the app, the environment, the name and the version in which they were set.

A sealed value that is moved to another name or environment does not open there. What is kept of a value is

    1 byte  format (1)
    4 bytes version in which the value was set, big-endian
    12 bytes nonce, random for each sealing
    the ciphertext, 16 bytes longer than the value
"""

import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fairway.errors import Conflict

FORMAT = 1
HEADER = struct.Struct(">BI12s")


def seal(key: bytes, value: str, *, app: str, environment: str, name: str, version: int) -> bytes:
    """The value, sealed. `key` has 32 bytes."""
    nonce = os.urandom(12)
    sealed = AESGCM(key).encrypt(nonce, value.encode("utf-8"), bind(app, environment, name, version))
    return HEADER.pack(FORMAT, version, nonce) + sealed


def open_sealed(key: bytes, sealed: bytes, *, app: str, environment: str, name: str) -> str:
    """The value. Raises Conflict when it was sealed with another key, or for another place."""
    try:
        _, version, nonce = HEADER.unpack_from(sealed)
        plain = AESGCM(key).decrypt(nonce, sealed[HEADER.size :], bind(app, environment, name, version))
    except (InvalidTag, struct.error) as error:
        raise refuse(app, environment, name) from error
    return plain.decode("utf-8")


def refuse(app: str, environment: str, name: str) -> Conflict:
    """The error for a value that does not open; what belongs to no app is a key of the server's own."""
    why = "it was encrypted with another key than the one in secret.key"
    if not app:
        return Conflict(f"the server's key {name!r} can't be decrypted", why=why, hint="put the old secret.key back")
    return Conflict(
        f"the variable {name} of {environment} of {app} can't be decrypted",
        why=why,
        hint=f"put the old secret.key back, or set it again: fairway env set -e {environment} {name}",
    )


def renew(before: bytes, after: bytes, sealed: bytes, *, app: str, environment: str, name: str) -> bytes:
    """The same value, set in the same version, under another key's seal. Raises Conflict when `before` is not its."""
    value = open_sealed(before, sealed, app=app, environment=environment, name=name)
    return seal(after, value, app=app, environment=environment, name=name, version=version_of(sealed))


def version_of(sealed: bytes) -> int:
    """The version in which the value was set."""
    return int(HEADER.unpack_from(sealed)[1])


def bind(app: str, environment: str, name: str, version: int) -> bytes:
    """What the seal is bound to. No part can hold the separator."""
    return "\0".join((app, environment, name, str(version))).encode("utf-8")
