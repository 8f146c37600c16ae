"""The passwords of managed databases, and certificates, under the same seal as variables, so that a new key takes them
along."""

import base64
from collections.abc import Callable

from fairway.domain.database import Database, DatabaseKey
from fairway.environment import seal
from fairway.ports.sealed import DATABASE, OpenFor, Place, SealFor

VERSION = 1
"""A password is never changed: it has one version."""


def sealer(secret: bytes) -> Callable[[DatabaseKey, str], str]:
    """Seals a password for its database."""

    def close(key: DatabaseKey, password: str) -> str:
        place = {"app": key.app, "environment": key.environment, "name": f"{DATABASE}{key.name}"}
        return base64.b64encode(seal.seal(secret, password, version=VERSION, **place)).decode("ascii")

    return close


def opener(secret: bytes) -> Callable[[Database], str]:
    """Opens the password of a record. It raises Conflict when it was sealed with another key."""

    def open_(database: Database) -> str:
        place = {"app": database.app, "environment": database.environment, "name": f"{DATABASE}{database.name}"}
        return seal.open_sealed(secret, base64.b64decode(database.password), **place)

    return open_


def seal_for(secret: bytes) -> SealFor:
    """Seals a text for a place that is no app's."""

    def close(place: Place, text: str) -> bytes:
        return seal.seal(secret, text, app=place.app, environment=place.environment, name=place.name, version=VERSION)

    return close


def open_for(secret: bytes) -> OpenFor:
    """Opens it again."""

    def open_(place: Place, sealed: bytes) -> str:
        return seal.open_sealed(secret, sealed, app=place.app, environment=place.environment, name=place.name)

    return open_
