"""Connections to PostgreSQL, and what libpq's many words mean when there is none.

A URL in an app's variables is written for the driver of the app. What libpq knows of its query is handed on, what the
common drivers of Node.js and Python call otherwise is translated, and the rest (`schema=public`, `pool_timeout`,
`pgbouncer`) is left out: libpq refuses a word that it does not know.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Coroutine, Mapping
from typing import Any

import psycopg
from psycopg import pq
from psycopg.conninfo import make_conninfo

from fairway.domain.address import Address
from fairway.errors import Unavailable

APPLICATION = "fairway"
"""What sessions of the guard call themselves; a watch tells its own from others by it."""
OLDEST = 13
"""The oldest major version that the queries here are written for."""
PATIENCE = 10
"""Seconds for connecting, where the URL names none."""
PLAIN = {"true": "require", "1": "require", "false": "disable", "0": "disable"}
"""What node-postgres and asyncpg write as `ssl=`, in libpq's words; its own words stay."""
LAX = "no-verify"
"""node-postgres' `sslmode` for encryption without a look at the certificate, which libpq calls require."""
SET_HERE = frozenset(
    {"user", "password", "dbname", "host", "hostaddr", "port", "application_name", "passfile", "service", "servicefile"}
)
"""Of libpq's words those that a URL's query has no say in: they are in the address, or would read this host's files."""
Connection = psycopg.AsyncConnection[tuple[Any, ...]]

# What a server or libpq says, whose fault that is, and the sentence about it: the first that fits.
REASONS: tuple[tuple[str, str], ...] = (
    ("password authentication failed", 'the password of the user "{user}" is wrong, or there is no such user'),
    ("no password supplied", 'the server wants a password for the user "{user}", and the URL has none'),
    ("fe_sendauth: no password", 'the server wants a password for the user "{user}", and the URL has none'),
    ("server does not support SSL", "TLS is demanded (sslmode), and the server has none"),
    ("certificate verify failed", "TLS: the server's certificate is not trusted"),
    ("root certificate file", "TLS: the file of trusted certificates is not there"),
    ("server certificate for", "TLS: the server's certificate is for another host"),
    ("no encryption", "TLS: the server takes no connection without it from here (sslmode=require)"),
    ("invalid response to SSL negotiation", "what listens on the port {port} of the host {host} is no PostgreSQL"),
    ("SSL", "TLS does not come about: {first}"),
    ("no pg_hba.conf entry", 'the server lets nobody in as "{user}" from this host (pg_hba.conf)'),
    ("could not translate host name", 'there is no host "{host}"'),
    ("failed to resolve host", 'there is no host "{host}"'),
    ("Name or service not known", 'there is no host "{host}"'),
    ("Connection refused", "nobody listens on the port {port} of the host {host}"),
    ("No such file or directory", "there is no socket of PostgreSQL in {host}"),
    ("timeout", "the host {host} does not answer on the port {port}"),
    ("No route to host", "there is no way to the host {host}"),
    ("Network is unreachable", "there is no way to the host {host}"),
    ("too many clients", "the server has no connection left"),
    ("remaining connection slots", "the server has no connection left"),
    ("starting up", "the server is starting"),
    ("shutting down", "the server is going down"),
)


def parameters(address: Address) -> dict[str, str]:
    """What libpq is called with, but for the password."""
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} - SET_HERE
    query = {name: value for name, value in address.options.items() if name in known}
    if "sslmode" not in query and (ssl := address.options.get("ssl")):
        query["sslmode"] = PLAIN.get(ssl.lower(), ssl)
    if query.get("sslmode") == LAX:
        query["sslmode"] = "require"
    own = {"host": address.host, "port": str(address.port), "user": address.user, "dbname": address.name}
    if not query.get("connect_timeout", "").isdigit():
        query["connect_timeout"] = str(PATIENCE)
    return {**{name: value for name, value in own.items() if value}, **query, "application_name": APPLICATION}


async def connect(address: Address, *, options: Mapping[str, str] | None = None) -> Connection:
    """A session in which each statement is a transaction. `options` are settings of the server for it.

    Raises Unavailable that says what of the address is wrong.
    """
    chosen = parameters(address)
    settings = "".join(f" -c {name}={escape(value)}" for name, value in (options or {}).items())
    if settings:
        chosen["options"] = f"{chosen.get('options', '')}{settings}".strip()
    try:
        conninfo = make_conninfo("", **chosen, password=address.password or None)
        connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True)
    except psycopg.Error as error:
        raise explain(address, error) from error
    connection.prepare_threshold = None  # a pooler in between knows no prepared statements
    if connection.info.server_version < OLDEST * 10000:
        version = shown_version(connection.info.server_version)
        await connection.close()
        raise Unavailable(
            f"{address.shown} can't be used", why=f"it is PostgreSQL {version}; the oldest that can be is {OLDEST}"
        )
    return connection


@contextlib.asynccontextmanager
async def session(address: Address, *, options: Mapping[str, str] | None = None) -> AsyncGenerator[Connection, None]:
    """A session that is closed at the end. What breaks off in between raises Unavailable."""
    connection = await connect(address, options=options)
    try:
        async with connection:
            yield connection
    except psycopg.OperationalError as error:
        raise explain(address, error) from error
    except psycopg.Error as error:
        why = str(error).strip().partition("\n")[0]
        raise Unavailable(f"{address.shown} can't be looked at", why=why) from error


async def fetch(connection: Connection, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows of a query of our own."""
    return await (await connection.execute(query.encode(), values or None)).fetchall()


async def fetch_one(connection: Connection, query: str, *values: Any) -> tuple[Any, ...]:
    """The one row of a query that always has one."""
    (row,) = await fetch(connection, query, *values)
    return row


def explain(address: Address, error: psycopg.Error) -> Unavailable:
    """What was wrong, in a sentence that names the part of the address."""
    text = str(error).strip()
    if address.password:
        text = text.replace(address.password, "•••")
    host, port = parameters(address).get("host", ""), address.port
    first = text.splitlines()[-1] if text else type(error).__name__
    what = f"{address.shown} can't be reached"
    if f'database "{address.name}" does not exist' in text:
        return Unavailable(what, why=f'there is no database "{address.name}" on the server')
    if f'role "{address.user}" does not exist' in text:
        return Unavailable(what, why=f'there is no user "{address.user}" on the server')
    if isinstance(error, psycopg.errors.LockNotAvailable):
        why = "another session holds a lock on one of its tables (pg_stat_activity shows whose)"
        return Unavailable(f"{address.shown} can't be looked at", why=why)
    for words, sentence in REASONS:
        if words in text:
            return Unavailable(what, why=sentence.format(user=address.user, host=host, port=port, first=first))
    return Unavailable(what, why=first)


def shown_version(number: int) -> str:
    """150020 is "15.20"."""
    return f"{number // 10000}.{number % 10000}"


def escape(value: str) -> str:
    """A value as it stands in libpq's `options`: spaces and backslashes are written with a backslash before them."""
    return value.replace("\\", "\\\\").replace(" ", "\\ ")


def quoted(name: str) -> str:
    """A name as it stands in SQL."""
    return '"' + name.replace('"', '""') + '"'


async def together(*works: Coroutine[Any, Any, None]) -> None:
    """Run them beside each other; the first that fails ends the others, and its error is raised alone."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed
