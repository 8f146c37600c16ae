"""Variables that lead to a copy of a database, in place of those that lead to the real one.

A program gets its database by a URL, by parts (DB_HOST, PGPASSWORD), or by a second URL beside the first (Prisma's
DIRECT_URL). All that name the same database are changed, whatever they are called; what names another one stays, and
leads nowhere from a rehearsal's network.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fairway.domain import address as addresses
from fairway.domain.address import Address, Engine
from fairway.errors import UsageError

OF_DATABASES = re.compile(r"(^|_)(DB|PG|POSTGRES|POSTGRESQL|DATABASE|SQL|TYPEORM|ALEMBIC)|^PG[A-Z]", re.IGNORECASE)
"""Names of variables that speak of a database: only of those are a bare port or a short password taken for its own."""
JDBC = "jdbc:"
ENCRYPTION = frozenset({"sslmode", "ssl", "sslrootcert", "sslcert", "sslkey", "sslaccept", "sslcrl", "channel_binding"})
"""Options of a URL that ask for a certificate, which the server of a copy has not got."""
MODE, VERIFIED = "PGSSLMODE", frozenset({"require", "verify-ca", "verify-full"})
"""libpq's variable for the same, and its words by which some driver or other looks at the certificate: node-postgres
does so for all of them, libpq for "require" where it finds an authority's file."""
ELSEWHERE = frozenset({"host", "hostaddr", "port", "service"})
"""Options that would lead away from the host in the URL."""
LONG = 8
"""Characters from which on a variable that is equal to the password is taken for it, whatever its name."""
PAIR = re.compile(r"(?P<key>\b(?:host|hostaddr|port|password))\s*=\s*(?P<value>'(?:[^'\\]|\\.)*'|\S+)", re.IGNORECASE)
"""A part of libpq's other way to write an address: `host=db port=5432 password=secret`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """The variables, and the names of those that were changed, that of the URL first."""

    variables: Mapping[str, str]
    changed: tuple[str, ...]


def point(
    variables: Mapping[str, str], variable: str, real: Address, copy: Address, *, certified: bool = False
) -> Pointed:
    """The variables with the copy in the place of the real database. `variable` is the one that has the URL. A copy
    that is `certified` has a certificate as the real one's, and may take nobody without TLS: what the variables say of
    that stays, and its own address says it too."""
    if real.engine is Engine.SQLITE:
        # A driver's own way of writing a path (three slashes or four) is kept.
        found = {variable: variables[variable].replace(real.name, copy.name)}
    else:
        found = {variable: url_of(real, copy)}
    for name, value in variables.items():
        if certified and name == MODE:
            continue
        if name != variable and (other := exchange(name, value, real, copy)) is not None:
            found[name] = other
    return Pointed(variables={**variables, **found}, changed=tuple(found))


def url_of(written: Address, copy: Address) -> str:
    """The copy's URL as the app writes its own: with that scheme and those options that a copy understands."""
    left_out = ENCRYPTION | ELSEWHERE
    options = {name: value for name, value in written.options.items() if name.lower() not in left_out}
    return replace(copy, scheme=written.scheme, options={**options, **copy.options}).url


def exchange(name: str, value: str, real: Address, copy: Address) -> str | None:
    """What a variable says instead, None when it is not about the database."""
    if real.engine is Engine.SQLITE:
        return copy.name if value == real.name and copy.name != real.name else None
    if name == MODE:
        return "disable" if value in VERIFIED else None
    if (url := exchange_url(value, real, copy)) is not None:
        return url
    if value == real.host:
        return copy.host
    if value == f"{real.host}:{real.port}":
        return f"{copy.host}:{copy.port}"
    about = OF_DATABASES.search(name) is not None
    if value == real.password and value and (about or len(value) >= LONG):
        return copy.password
    if value == str(real.port) and about:
        return str(copy.port)
    return exchange_pairs(value, real, copy)


def exchange_url(value: str, real: Address, copy: Address) -> str | None:
    """The same for a URL of the same database: the port may be another, as that of a pooler is."""
    prefix = JDBC if value.startswith(JDBC) else ""
    try:
        found = addresses.read(value.removeprefix(prefix))
    except UsageError:
        return None
    if (found.engine, found.host, found.name) != (real.engine, real.host, real.name):
        return None
    return prefix + url_of(found, copy if found.user else replace(copy, user="", password=""))


def exchange_pairs(value: str, real: Address, copy: Address) -> str | None:
    """The same for libpq's pairs, when their host is the real one."""
    pairs = {match["key"].lower(): match["value"].strip("'") for match in PAIR.finditer(value)}
    if real.host not in (pairs.get("host"), pairs.get("hostaddr")):
        return None
    new = {"host": copy.host, "hostaddr": copy.host, "port": str(copy.port), "password": copy.password}
    return PAIR.sub(lambda match: f"{match['key']}={new[match['key'].lower()]}", value)
