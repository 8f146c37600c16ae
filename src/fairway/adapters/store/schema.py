"""The schema and its version. A new database gets the newest tables at once; an older one is migrated by Alembic.

Alembic is imported only in that second case: it costs a tenth of a second and some megabytes, which a server that
starts with an up-to-date database does not pay.
"""

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from fairway.adapters.store.tables import METADATA
from fairway.errors import UsageError

HEAD = "0004"
"""The version that `tables` describes: the newest file in `migrations/versions`."""

LOCK = 0x666169727761
"""The number of PostgreSQL's lock that two servers that begin at once wait for; any number that nobody else takes."""

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION = sa.Table("alembic_version", sa.MetaData(), sa.Column("version_num", sa.String(32), primary_key=True))


def prepare(connection: sa.Connection) -> None:
    """Bring the database to HEAD, one server at a time. Raises UsageError when a newer Fairway has written it."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    match read_version(connection):
        case None:
            create(connection)
        case version if version == HEAD:
            return
        case version if version > HEAD:
            raise UsageError(
                "the database was written by a newer Fairway",
                why=f"its schema is {version}, this Fairway knows {HEAD}",
                hint="install the newer version again, or restore the copy made before the upgrade",
            )
        case _:
            migrate(connection)


def read_version(connection: sa.Connection) -> str | None:
    """The schema's version, None for an empty database."""
    if not sa.inspect(connection).has_table(VERSION.name):
        return None
    return connection.execute(sa.select(VERSION.c.version_num)).scalar_one_or_none()


def create(connection: sa.Connection) -> None:
    """All tables, as the newest version has them."""
    METADATA.create_all(connection)
    VERSION.create(connection, checkfirst=True)
    connection.execute(sa.insert(VERSION).values(version_num=HEAD))


def migrate(connection: sa.Connection, to: str = HEAD) -> None:
    """Run the migrations that are missing, in the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    upgrade: Callable[[Config, str], None] = command.upgrade
    upgrade(config, to)
