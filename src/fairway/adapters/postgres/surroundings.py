"""What a database has around it and a dump does not: its roles, its own locale, settings and grants.

It is written beside the dump, without any password, and brought into a scratch server before the dump is, so that
owners, grants and the order of texts are as in the original.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg

from fairway.adapters.postgres import connecting
from fairway.adapters.postgres.connecting import Connection, fetch, fetch_one, quoted
from fairway.domain.address import Address
from fairway.errors import WorkFailed

FILE = "surroundings.json"
SCRATCH_ADMIN = "fairway_scratch_"
"""What the superuser of a scratch server is called, with a random end: no original has such a role."""
ATTRIBUTES = ("SUPERUSER", "INHERIT", "CREATEROLE", "CREATEDB", "LOGIN", "BYPASSRLS")
LISTS = frozenset({"search_path", "temp_tablespaces", "local_preload_libraries", "session_preload_libraries"})
"""Settings whose values are lists of names, which stand in SQL as they are."""

ROLES = """
WITH RECURSIVE wanted AS (
  SELECT s.refobjid AS role FROM pg_shdepend s JOIN pg_database d ON d.datname = current_database()
  WHERE s.refclassid = 'pg_authid'::regclass
    AND (s.dbid = d.oid OR s.classid = 'pg_database'::regclass AND s.objid = d.oid)
  UNION SELECT datdba FROM pg_database WHERE datname = current_database()
  UNION SELECT oid FROM pg_roles WHERE rolname = session_user
  UNION SELECT m.roleid FROM wanted w JOIN pg_auth_members m ON m.member = w.role
)
SELECT r.rolname, ARRAY[r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolbypassrls],
       coalesce((SELECT array_agg(g.rolname ORDER BY 1) FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                 WHERE m.member = r.oid), '{}'),
       coalesce((SELECT array_agg(s) FROM pg_db_role_setting c, unnest(c.setconfig) s
                 WHERE c.setrole = r.oid AND c.setdatabase IN
                       (0, (SELECT oid FROM pg_database WHERE datname = current_database()))), '{}')
FROM pg_roles r WHERE r.oid IN (SELECT role FROM wanted) AND r.rolname !~ '^pg_'
ORDER BY 1
"""
GRANTS = """
SELECT CASE a.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(a.grantee) END, a.privilege_type, a.is_grantable
FROM pg_database d, aclexplode(d.datacl) a WHERE d.datname = current_database() ORDER BY 1, 2
"""
SETTINGS = """
SELECT s FROM pg_db_role_setting c, unnest(c.setconfig) s
WHERE c.setrole = 0 AND c.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """`attributes` are in the order of ATTRIBUTES, `groups` the roles that it is a member of, `settings` as
    `name=value`."""

    name: str
    attributes: Sequence[bool]
    groups: Sequence[str]
    settings: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """`locale` are the database's encoding and locale as CREATE DATABASE takes them. `grants` are None where nobody
    changed them; each is grantee ("": everybody), privilege, whether it may be passed on. `sizes` are the tables'
    bytes, for the progress of a restore."""

    owner: str
    locale: Mapping[str, str]
    grants: Sequence[Sequence[Any]] | None
    settings: Sequence[str]
    roles: Sequence[Role]
    sizes: Mapping[str, int]


async def look(connection: Connection, sizes: Mapping[str, int]) -> Surroundings:
    """Those of the session's database."""
    (row,) = await fetch_one(
        connection,
        "SELECT to_jsonb(d) || jsonb_build_object('owner', pg_get_userbyid(datdba), 'named',"
        " pg_encoding_to_char(encoding)) FROM pg_database d WHERE datname = current_database()",
    )
    grants = None if row["datacl"] is None else [list(grant) for grant in await fetch(connection, GRANTS)]
    roles = [
        Role(name=name, attributes=attributes, groups=groups, settings=settings)
        for name, attributes, groups, settings in await fetch(connection, ROLES)
    ]
    return Surroundings(
        owner=row["owner"],
        locale=locale(row),
        grants=grants,
        settings=[setting for (setting,) in await fetch(connection, SETTINGS)],
        roles=roles,
        sizes=sizes,
    )


def locale(row: Mapping[str, Any]) -> Mapping[str, str]:
    """The words of CREATE DATABASE for a row of pg_database, whose columns differ between versions."""
    words = {"ENCODING": row["named"], "LC_COLLATE": row["datcollate"], "LC_CTYPE": row["datctype"]}
    named = row.get("datlocale") or row.get("daticulocale")
    if row.get("datlocprovider") == "i" and named:
        words |= {"LOCALE_PROVIDER": "icu", "ICU_LOCALE": named}
    elif row.get("datlocprovider") == "b" and named:
        words |= {"LOCALE_PROVIDER": "builtin", "BUILTIN_LOCALE": named}
    return words


def write(directory: Path, surroundings: Surroundings) -> None:
    """Keep them beside the dump."""
    (directory / FILE).write_text(json.dumps(asdict(surroundings)), encoding="utf-8")


def read(directory: Path) -> Surroundings:
    """Those beside a dump. Raises WorkFailed when they can't be read."""
    try:
        document = json.loads((directory / FILE).read_text(encoding="utf-8"))
        roles = [Role(**role) for role in document.pop("roles")]
        return Surroundings(**document, roles=roles)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise WorkFailed("the backup can't be restored", why=f"{FILE} in it can't be read: {error}") from error


async def bring(surroundings: Surroundings, into: Address) -> None:
    """Make the server of this address like them; the session's role is a superuser. Raises WorkFailed, Unavailable.

    A scratch gets roles with all their attributes, and its empty database anew, with the original's locale. Anywhere
    else only roles that are not there are made, without a right of their own, and nothing that is there is touched.
    """
    scratch = into.user.startswith(SCRATCH_ADMIN)
    async with connecting.session(elsewhere(into), options={"log_statement": "none"}) as connection:
        try:
            there = {name for (name,) in await fetch(connection, "SELECT rolname FROM pg_roles")}
            new = [role for role in surroundings.roles if role.name not in there]
            for role in new:
                await run(connection, f"CREATE ROLE {quoted(role.name)} NOLOGIN")
            if scratch:
                for role in surroundings.roles:
                    await equip(connection, role)
            for role in surroundings.roles if scratch else new:
                for group in role.groups:
                    await run(connection, f"GRANT {quoted(group)} TO {quoted(role.name)}")
            if scratch:
                await run(connection, f"DROP DATABASE {quoted(into.name)} WITH (FORCE)")
                await create_database(connection, into.name, surroundings)
        except psycopg.Error as error:
            raise WorkFailed(
                "the backup's roles and its empty database can't be made", why=str(error).partition("\n")[0]
            ) from error


async def equip(connection: Connection, role: Role) -> None:
    """Give a role its attributes and settings; its password stays what it is."""
    words = (word if has else f"NO{word}" for word, has in zip(ATTRIBUTES, role.attributes, strict=True))
    await run(connection, f"ALTER ROLE {quoted(role.name)} {' '.join(words)}")
    for setting in role.settings:
        await run(connection, f"ALTER ROLE {quoted(role.name)} SET {assignment(setting)}")


async def create_database(connection: Connection, name: str, surroundings: Surroundings) -> None:
    """An empty database with owner, locale, settings and grants. Where the server does not have the locale (a stand-in,
    an image of another system) it is the server's own: texts are then ordered otherwise, and are the same texts."""
    words = "".join(f" {word} {literal(value)}" for word, value in surroundings.locale.items())
    begin = f"CREATE DATABASE {quoted(name)} TEMPLATE template0 OWNER {quoted(surroundings.owner)}"
    try:
        await run(connection, begin + words)
    except (psycopg.errors.WrongObjectType, psycopg.errors.InvalidParameterValue):
        await run(connection, f"{begin} ENCODING {literal(surroundings.locale['ENCODING'])}")
    for setting in surroundings.settings:
        await run(connection, f"ALTER DATABASE {quoted(name)} SET {assignment(setting)}")
    if surroundings.grants is not None:
        await run(connection, f"REVOKE ALL ON DATABASE {quoted(name)} FROM PUBLIC, {quoted(surroundings.owner)}")
        for grantee, privilege, passes in surroundings.grants:
            to = quoted(grantee) if grantee else "PUBLIC"
            option = " WITH GRANT OPTION" if passes else ""
            await run(connection, f"GRANT {privilege} ON DATABASE {quoted(name)} TO {to}{option}")


def elsewhere(address: Address) -> Address:
    """Another database of the same server, to drop, make and rename this one from."""
    other = "template1" if address.name == "postgres" else "postgres"
    return address.moved(host=address.host, port=address.port, name=other)


async def run(connection: Connection, statement: str) -> None:
    """A statement whose names are quoted already."""
    await connection.execute(statement.encode())


def assignment(setting: str) -> str:
    """`search_path=a, b` as it stands in SQL."""
    name, _, value = setting.partition("=")
    return f"{quoted(name)} = {value if name in LISTS and value else literal(value)}"


def literal(text: str) -> str:
    """A text as it stands in SQL."""
    return "'" + text.replace("'", "''") + "'"
