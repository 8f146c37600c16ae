"""Certificates and the orders that brought none, one row for each host name."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import CERTIFICATE_FAILURES, CERTIFICATES
from fairway.domain.certificates import Certificate, Failure, Origin
from fairway.ports.sealed import OpenFor, SealFor, place_of_certificate


class SqlCertificates:
    """`ports.certificates.Certificates`. `seal` and `open_` work with the server's key, which the store never sees."""

    def __init__(self, database: Database, seal: SealFor, open_: OpenFor) -> None:
        self._database = database
        self._seal = seal
        self._open = open_

    async def all(self) -> Sequence[Certificate]:
        """By host name."""

        def work(connection: sa.Connection) -> Sequence[Certificate]:
            rows = connection.execute(sa.select(CERTIFICATES).order_by(CERTIFICATES.c.host))
            return [certificate(row) for row in rows]

        return await self._database.read(work)

    async def pem(self, host: str) -> str | None:
        """Raises Conflict when it was sealed with another key."""
        one = sa.select(CERTIFICATES.c.sealed).where(CERTIFICATES.c.host == host)
        sealed: bytes | None = await self._database.read(lambda connection: connection.execute(one).scalar())
        return None if sealed is None else self._open(place_of_certificate(host), sealed)

    async def put(self, certificate: Certificate, pem: str) -> None:
        """In place of the former one; the failure goes with it."""
        sealed = self._seal(place_of_certificate(certificate.host), pem)

        def work(connection: sa.Connection) -> None:
            values = {
                "origin": certificate.origin.value,
                "issuer": certificate.issuer,
                "not_before": certificate.not_before,
                "not_after": certificate.not_after,
                "fingerprint": certificate.fingerprint,
                "directory": certificate.directory,
                "sealed": sealed,
            }
            replace(connection, CERTIFICATES, certificate.host, values)
            forgotten = CERTIFICATE_FAILURES.c.host == certificate.host
            connection.execute(sa.delete(CERTIFICATE_FAILURES).where(forgotten))

        await self._database.write(work)

    async def remove(self, host: str) -> None:
        """One that has none is no error."""
        await self._database.write(lambda connection: forget(connection, host))

    async def failures(self) -> Sequence[Failure]:
        """By host name."""

        def work(connection: sa.Connection) -> Sequence[Failure]:
            rows = connection.execute(sa.select(CERTIFICATE_FAILURES).order_by(CERTIFICATE_FAILURES.c.host))
            return [
                Failure(host=row.host, at=row.at, times=row.times, cause=row.cause, again=row.again) for row in rows
            ]

        return await self._database.read(work)

    async def failed(self, failure: Failure) -> None:
        """In place of the former one."""

        def work(connection: sa.Connection) -> None:
            values = {"at": failure.at, "times": failure.times, "cause": failure.cause, "again": failure.again}
            replace(connection, CERTIFICATE_FAILURES, failure.host, values)

        await self._database.write(work)


def replace(connection: sa.Connection, table: sa.Table, host: str, values: Mapping[str, Any]) -> None:
    """Set the host's row, whether there is one or not; of two servers that do at the same time one is the last."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values(host=host, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["host"], set_=values))


def forget(connection: sa.Connection, host: str) -> None:
    """Delete both rows of the host."""
    for table in (CERTIFICATES, CERTIFICATE_FAILURES):
        connection.execute(sa.delete(table).where(table.c.host == host))


def certificate(row: sa.Row[Any]) -> Certificate:
    """What is known of one."""
    return Certificate(
        host=row.host,
        origin=Origin(row.origin),
        issuer=row.issuer,
        not_before=row.not_before,
        not_after=row.not_after,
        fingerprint=row.fingerprint,
        directory=row.directory,
    )
