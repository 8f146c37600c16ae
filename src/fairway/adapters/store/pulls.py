"""What the forges told of pull requests: a row for each, within the writes of its app's source."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from fairway.adapters.store.tables import PULLS
from fairway.domain import pulls
from fairway.domain.app import PullEvent
from fairway.domain.pulls import Noted, PullRequest


def note(connection: sa.Connection, app: str, pull: PullRequest, *, at: float) -> None:
    """Keep what was told. The source's row is locked by whoever calls this."""
    mine = (PULLS.c.app == app, PULLS.c.number == pull.number)
    row = connection.execute(sa.select(PULLS).where(*mine)).first()
    kept = to_row(pulls.note(None if row is None else to_noted(row), pull, at=at))
    if row is None:
        connection.execute(sa.insert(PULLS).values(app=app, **kept))
    else:
        connection.execute(sa.update(PULLS).where(*mine).values(kept))


def find(connection: sa.Connection, app: str) -> Sequence[Noted]:
    """Those that are open or not decided upon, by number."""
    waiting = sa.or_(PULLS.c.event != PullEvent.CLOSED.value, sa.not_(PULLS.c.decided))
    query = sa.select(PULLS).where(PULLS.c.app == app, waiting).order_by(PULLS.c.number)
    return [to_noted(row) for row in connection.execute(query)]


def settle(connection: sa.Connection, app: str, noted: Noted, head: str) -> None:
    """Keep the head, and unless something was told since, that it is decided."""
    mine = (PULLS.c.app == app, PULLS.c.number == noted.pull.number)
    connection.execute(sa.update(PULLS).where(*mine).values(head=head))
    connection.execute(sa.update(PULLS).where(*mine, PULLS.c.at == noted.at).values(decided=True))


def forget(connection: sa.Connection, app: str) -> None:
    """The source is another repository now."""
    connection.execute(sa.delete(PULLS).where(PULLS.c.app == app))


def to_row(noted: Noted) -> dict[str, Any]:
    """The columns of PULLS, without the app."""
    known = {"at": noted.at, "opened": noted.opened, "decided": noted.decided, "head": noted.head}
    return {**asdict(noted.pull), "event": noted.pull.event.value, **known}


def to_noted(row: sa.Row[Any]) -> Noted:
    """A row of PULLS."""
    pull = PullRequest(
        number=row.number,
        event=PullEvent(row.event),
        target=row.target,
        source=row.source,
        ref=row.ref,
        by=row.by,
    )
    return Noted(pull=pull, at=row.at, opened=row.opened, decided=row.decided, head=row.head)
