"""Into a PostgreSQL as an app comes: by its own user, with its own password, to its own database. What it says then is
that it works, and how it stands, for who supervises it or lists it."""

from fairway.adapters.postgres import connecting
from fairway.domain.address import Address

STANDING = """
SELECT pg_database_size(current_database()),
       (SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> %s),
       current_setting('max_connections')::int
"""


async def log_in(address: Address) -> str:
    """The server's version ("15.18"), from a session of its own that is closed again. Raises Unavailable."""
    async with connecting.session(address) as session:
        (version,) = await connecting.fetch_one(session, "SHOW server_version")
    return str(version).split()[0]


async def measure(address: Address) -> tuple[int, int, int]:
    """Bytes, the sessions of others than Fairway, and how many it takes. Raises Unavailable."""
    async with connecting.session(address) as session:
        size, sessions, most = await connecting.fetch_one(session, STANDING, connecting.APPLICATION)
    return int(size), int(sessions), int(most)
