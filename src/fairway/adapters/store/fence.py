"""The fence: a server that has lost its lease writes nothing any more, however late it wakes up.

Each write transaction reads the server's row first, with a lock that lets renewals pass but not a take-over: that waits
for the writes under way, and those that come after it find the lease lost.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from fairway.adapters.store.tables import SERVERS
from fairway.errors import Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """Whose lease, and its number."""

    server: str
    number: int


STANDS = (
    sa.select(SERVERS.c.id)
    .where(
        SERVERS.c.id == sa.bindparam("server"),
        SERVERS.c.number == sa.bindparam("number"),
        sa.not_(SERVERS.c.lost),
    )
    .with_for_update(read=True, key_share=True)
)


def require(connection: sa.Connection, fence: Fence) -> None:
    """Raise Unavailable when the lease was lost."""
    if connection.execute(STANDS, {"server": fence.server, "number": fence.number}).first() is None:
        raise lost()


def lost() -> Unavailable:
    """The error of every write that comes too late."""
    return Unavailable(
        "this server has lost its lease",
        why="it stood still for longer than its lease lasts, and another server has taken its apps over",
        hint="fairway server status",
    )
