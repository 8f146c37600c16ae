"""Where a database is, read from the URL in an app's variables: what the guard connects to, copies, and never prints.

A URL in a variable is somebody else's text: drivers of every language have their own dialect of it. What all of them
share is read here (RFC 3986, and libpq's and SQLAlchemy's ways of naming a driver in the scheme); the rest of the query
is kept as it is and handed on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import PurePath
from types import MappingProxyType
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from fairway.errors import UsageError


class Engine(StrEnum):
    POSTGRES = "postgres"
    SQLITE = "sqlite"


SCHEMES: Mapping[str, Engine] = MappingProxyType(
    {
        "postgres": Engine.POSTGRES,
        "postgresql": Engine.POSTGRES,
        "sqlite": Engine.SQLITE,
        "sqlite3": Engine.SQLITE,
        "file": Engine.SQLITE,
    }
)
PORT = 5432
"""PostgreSQL's, where a URL names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`scheme` is the URL's own word for the engine, with the driver (`postgresql+asyncpg`), and is kept for `url`.

    Of SQLite `name` is the file's path as a task sees it, and host, port, user and password are empty. `file` is the
    same file as this server sees it, "" until somebody who knows the volume has said so (`ports.volumes`): no URL
    decides what a server opens on its own host. `options` is the query: `{"sslmode": "require"}`.
    """

    engine: Engine
    scheme: str
    name: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    file: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The whole URL, with the password: never to be printed."""
        return compose(self, self.password)

    @property
    def shown(self) -> str:
        """The URL for people: without the password and the query."""
        return compose(replace(self, options={}), "")

    def at(self, file: PurePath) -> "Address":
        """The same database of SQLite, in that file of this host."""
        return replace(self, file=str(file))

    def moved(self, *, host: str, port: int, name: str | None = None, password: str | None = None) -> "Address":
        """The same database somewhere else."""
        return replace(
            self,
            host=host,
            port=port,
            name=self.name if name is None else name,
            password=self.password if password is None else password,
        )


def read(text: str, *, variable: str = "the database's URL") -> Address:
    """The address that a URL names. `variable` is where the URL stands, for errors, which never quote it.

    Raises UsageError for what is no URL, for another engine, and for one without a database.
    """
    scheme, separator, rest = text.strip().partition(":")
    engine = SCHEMES.get(scheme.lower().partition("+")[0])
    if not separator or engine is None:
        known = "postgres://user:password@host:5432/name or sqlite:///data/app.db"
        named = f"its scheme is {scheme!r}" if separator and scheme.isalnum() else "it has no scheme that is known"
        raise UsageError(f"{variable} names no PostgreSQL or SQLite database", why=named, hint=f"for example {known}")
    if engine is Engine.SQLITE:
        return read_file(scheme, rest, variable)
    try:
        parts = urlsplit(text.strip())
        port = parts.port or PORT
    except ValueError as error:
        raise UsageError(f"{variable} is no URL", why="its host or port can't be read") from error
    name = unquote(parts.path.lstrip("/"))
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not name or not (parts.hostname or options.get("host")):
        lacks = "database" if parts.hostname else "host"
        raise UsageError(f"{variable} names no {lacks}", hint="postgres://user:password@host:5432/name")
    return Address(
        engine=engine,
        scheme=scheme,
        name=name,
        # As libpq has it: a host in the query is the one that counts. `moved` then replaces the only one that there is.
        host=options.pop("host", "") or unquote(parts.hostname or ""),
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        options=options,
    )


def read_file(scheme: str, rest: str, variable: str) -> Address:
    """SQLite's: `sqlite:///relative`, `sqlite:////absolute`, `file:./app.db` and `file:/data/app.db`.

    `scheme:///data` is relative in SQLAlchemy's dialect and absolute in most others; in an image both are the same file
    where the working directory is the root, so three slashes are read as absolute: a database that must outlive its
    container lies in a volume, never beside the code.
    """
    path, _, query = rest.partition("?")
    path = unquote(path)
    if path.startswith("//"):
        path = "/" + path.lstrip("/")
    if path.strip("/") in ("", ":memory:"):
        raise UsageError(f"{variable} names no file", why="a database in memory is gone with its task")
    return Address(
        engine=Engine.SQLITE, scheme=scheme, name=path, options=dict(parse_qsl(query, keep_blank_values=True))
    )


def compose(address: Address, password: str) -> str:
    """The URL, with that password."""
    query = f"?{urlencode(address.options)}" if address.options else ""
    if address.engine is Engine.SQLITE:
        # Four slashes are absolute in every dialect; three are relative in SQLAlchemy's, which is Alembic's too.
        slashes = "///" if address.name.startswith("/") and address.scheme != "file" else ""
        return f"{address.scheme}:{slashes}{quote(address.name)}{query}"
    credentials = quote(address.user, safe="") + (f":{quote(password, safe='')}" if password else "")
    host = f"[{address.host}]" if ":" in address.host else quote(address.host, safe="")
    at = "@" if credentials else ""
    return f"{address.scheme}://{credentials}{at}{host}:{address.port}/{quote(address.name, safe='')}{query}"
