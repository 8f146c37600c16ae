"""Executions that may go: what is asked of them, in one light read of many, and their deletion.

The stages and the actions go by the keys that lead to their execution.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from fairway.adapters.store.tables import EXECUTIONS
from fairway.domain.execution import ENDED
from fairway.domain.forgetting import Entry
from fairway.domain.ids import AppName

PULL_REQUESTS = "pull requests"
_ENDED = EXECUTIONS.c.status.in_(sorted(status.value for status in ENDED))
_AT = sa.func.coalesce(EXECUTIONS.c.ended_at, EXECUTIONS.c.created_at)
_ENTRIES = (
    sa.select(EXECUTIONS.c.number, EXECUTIONS.c.pull_request, EXECUTIONS.c.status, _AT.label("at"))
    .where(EXECUTIONS.c.app == sa.bindparam("app"))
    .order_by(EXECUTIONS.c.number.desc())
)


def read(connection: sa.Connection, app: AppName) -> Sequence[Entry]:
    """All of the app's, newest first."""
    return [
        Entry(number=number, row="" if pull is None else PULL_REQUESTS, at=at, ended=status in ENDED)
        for number, pull, status, at in connection.execute(_ENTRIES, {"app": app})
    ]


def deletion(app: AppName, numbers: Sequence[int]) -> sa.Delete:
    """The statement that deletes those of them that have ended."""
    return sa.delete(EXECUTIONS).where(EXECUTIONS.c.app == app, EXECUTIONS.c.number.in_(numbers), _ENDED)
