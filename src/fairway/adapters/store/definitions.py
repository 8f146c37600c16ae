"""The versions of an app's definition: each content has its number, the same content the same one again."""

import hashlib
import json

import sqlalchemy as sa

from fairway.adapters import codec
from fairway.adapters.store import apps
from fairway.adapters.store.tables import APPS, DEFINITIONS
from fairway.domain.pipeline import Definition


def version(connection: sa.Connection, app: str, definition: Definition) -> int:
    """The definition's number, the next one when the app never had it; 0 for what is no whole pipeline. Raises NotFound
    for an unknown app."""
    if not definition.whole:
        return 0
    # Sorted: the variables of an action have no order.
    content = json.dumps(codec.plain(definition), sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()
    known = sa.select(DEFINITIONS.c.version).where(DEFINITIONS.c.app == app, DEFINITIONS.c.digest == digest)
    if (found := connection.execute(known).scalar_one_or_none()) is not None:
        return int(found)
    apps.lock(connection, app)
    # Whoever held the lock before may have numbered the same content.
    if (found := connection.execute(known).scalar_one_or_none()) is not None:
        return int(found)
    number = apps.count_up(connection, app, APPS.c.definitions)
    connection.execute(sa.insert(DEFINITIONS).values(app=app, digest=digest, version=number))
    return number
