"""What a PostgreSQL says of itself for a list: its size, and its sessions."""

import psycopg

from fairway.adapters.postgres.login import PATIENCE, reason
from fairway.domain.address import Address
from fairway.errors import Unavailable

QUESTION = """
SELECT pg_database_size(current_database()),
       (SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name NOT LIKE 'fairway: %'),
       current_setting('max_connections')::int
"""


async def ask(address: Address) -> tuple[int, int, int]:
    """Bytes, the sessions of others than Fairway, and how many it takes. Raises Unavailable."""
    try:
        async with await psycopg.AsyncConnection.connect(
            host=address.host,
            port=address.port,
            user=address.user,
            password=address.password,
            dbname=address.name,
            connect_timeout=PATIENCE,
            autocommit=True,
            application_name="fairway: list",
        ) as connection:
            row = await (await connection.execute(QUESTION)).fetchone()
    except (psycopg.Error, OSError) as error:
        raise Unavailable(f"the database {address.shown} says nothing of itself", why=reason(error)) from error
    if row is None:
        raise Unavailable(f"the database {address.shown} says nothing of itself")
    return int(row[0]), int(row[1]), int(row[2])
