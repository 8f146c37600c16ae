"""Every sealed value in the tables: versions of variables, credentials of sources, what actions handed on, passwords of
managed databases, certificates, keys."""

import base64
import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import CERTIFICATES, CONFIGURATIONS, EXECUTIONS, MANAGED, SEALED_KEYS, SOURCES
from fairway.ports.sealed import (
    DATABASE,
    DEPLOY_KEY,
    HANDED,
    TOKEN,
    WEBHOOK,
    Again,
    Place,
    place_of_certificate,
    place_of_key,
)

OF_SOURCE = {"token": TOKEN, "deploy_key": DEPLOY_KEY, "webhook": WEBHOOK}


class SqlSealedValues:
    """`ports.sealed.SealedValues`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def change(self, again: Again) -> int:
        """How many there were."""

        def work(connection: sa.Connection) -> int:
            parts = (
                change_configurations,
                change_sources,
                change_outputs,
                change_databases,
                change_certificates,
                change_keys,
            )
            return sum(part(connection, again) for part in parts)

        return await self._database.write(work)

    async def newest(self, limit: int) -> Sequence[tuple[Place, bytes]]:
        """At most so many."""

        def work(connection: sa.Connection) -> list[tuple[Place, bytes]]:
            found: list[tuple[Place, bytes]] = []
            newest = sa.select(CONFIGURATIONS).order_by(CONFIGURATIONS.c.created_at.desc()).limit(limit)
            for row in connection.execute(newest):
                found += [(place, sealed) for place, sealed in in_configuration(row)]
            for row in connection.execute(sa.select(SOURCES).limit(limit)):
                found += [(place, sealed) for _, place, sealed in in_source(row)]
            for row in connection.execute(sa.select(MANAGED).limit(limit)):
                if (one := in_database(row)) is not None:
                    found.append(one)
            for row in connection.execute(sa.select(CERTIFICATES).limit(limit)):
                found.append((place_of_certificate(row.host), row.sealed))
            for row in connection.execute(sa.select(SEALED_KEYS).limit(limit)):
                found.append((place_of_key(row.name), row.sealed))
            return found[:limit]

        return await self._database.read(work)


def change_configurations(connection: sa.Connection, again: Again) -> int:
    """One version after the other: together they may be larger than the memory."""
    key = (CONFIGURATIONS.c.app, CONFIGURATIONS.c.environment, CONFIGURATIONS.c.version)
    count = 0
    for app, environment, version in connection.execute(sa.select(*key)).all():
        which = sa.and_(key[0] == app, key[1] == environment, key[2] == version)
        row = connection.execute(sa.select(CONFIGURATIONS).where(which)).one()
        values = in_configuration(row)
        count += len(values)
        kept = {place.name: encode(new) for place, sealed in values if (new := again(place, sealed)) is not None}
        connection.execute(sa.update(CONFIGURATIONS).where(which).values(sealed=json.dumps(kept)))
    return count


def change_sources(connection: sa.Connection, again: Again) -> int:
    """The columns that hold a secret."""
    count = 0
    for row in connection.execute(sa.select(SOURCES)).all():
        values = in_source(row)
        count += len(values)
        if values:
            new = {column: again(place, sealed) for column, place, sealed in values}
            connection.execute(sa.update(SOURCES).where(SOURCES.c.app == row.app).values(new))
    return count


def change_outputs(connection: sa.Connection, again: Again) -> int:
    """The outputs of the executions whose actions handed something on."""
    key = (EXECUTIONS.c.app, EXECUTIONS.c.number)
    count = 0
    some = sa.select(*key, EXECUTIONS.c.outputs).where(EXECUTIONS.c.outputs.contains(HANDED))
    for row in connection.execute(some).all():
        outputs: dict[str, Any] = json.loads(row.outputs)
        for name in [name for name in outputs if name.startswith(HANDED)]:
            values = in_output(row.app, name, outputs[name])
            count += len(values)
            outputs[name] = {
                own: encode(new) for own, place, sealed in values if (new := again(place, sealed)) is not None
            }
        which = sa.and_(key[0] == row.app, key[1] == row.number)
        connection.execute(sa.update(EXECUTIONS).where(which).values(outputs=json.dumps(outputs)))
    return count


def change_databases(connection: sa.Connection, again: Again) -> int:
    """The password of each; one that no key opens is "" afterwards."""
    count = 0
    for row in connection.execute(sa.select(MANAGED)).all():
        if (found := in_database(row)) is None:
            continue
        count += 1
        new = again(*found)
        document = {**json.loads(row.document), "password": "" if new is None else encode(new)}
        which = sa.and_(MANAGED.c.app == row.app, MANAGED.c.environment == row.environment, MANAGED.c.name == row.name)
        connection.execute(sa.update(MANAGED).where(which).values(document=json.dumps(document)))
    return count


def in_database(row: sa.Row[Any]) -> tuple[Place, bytes] | None:
    """The password of a managed database."""
    text = json.loads(row.document)["password"]
    place = Place(app=row.app, environment=row.environment, name=f"{DATABASE}{row.name}")
    return (place, base64.b64decode(text)) if text else None


def change_certificates(connection: sa.Connection, again: Again) -> int:
    """Each with its key. One that no key opens goes; another one is ordered."""
    rows = connection.execute(sa.select(CERTIFICATES.c.host, CERTIFICATES.c.sealed)).all()
    for row in rows:
        which = CERTIFICATES.c.host == row.host
        new = again(place_of_certificate(row.host), row.sealed)
        statement = sa.delete(CERTIFICATES) if new is None else sa.update(CERTIFICATES).values(sealed=new)
        connection.execute(statement.where(which))
    return len(rows)


def change_keys(connection: sa.Connection, again: Again) -> int:
    """The server's own keys."""
    rows = connection.execute(sa.select(SEALED_KEYS)).all()
    for row in rows:
        which = SEALED_KEYS.c.name == row.name
        new = again(place_of_key(row.name), row.sealed)
        statement = sa.delete(SEALED_KEYS) if new is None else sa.update(SEALED_KEYS).values(sealed=new)
        connection.execute(statement.where(which))
    return len(rows)


def in_configuration(row: sa.Row[Any]) -> list[tuple[Place, bytes]]:
    """The values of a version."""
    return [
        (Place(app=row.app, environment=row.environment, name=name), base64.b64decode(text))
        for name, text in json.loads(row.sealed).items()
    ]


def in_source(row: sa.Row[Any]) -> list[tuple[str, Place, bytes]]:
    """The secrets of a source, with their columns."""
    held = ((column, name, getattr(row, column)) for column, name in OF_SOURCE.items())
    return [
        (column, Place(app=row.app, environment="", name=name), sealed)
        for column, name, sealed in held
        if sealed is not None
    ]


def in_output(app: str, name: str, values: dict[str, str]) -> list[tuple[str, Place, bytes]]:
    """The values that one action handed on, with their names."""
    stage, _, action = name.removeprefix(HANDED).partition("/")
    return [
        (own, Place(app=app, environment=stage, name=f"{action}.{own}"), base64.b64decode(text))
        for own, text in values.items()
    ]


def encode(sealed: bytes) -> str:
    """As JSON holds it."""
    return base64.b64encode(sealed).decode("ascii")
