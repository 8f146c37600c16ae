"""A search for executions as SQL.

The indexes of status, branch and pull request give the order too, so that a page costs what is on it and not what the
app has ever run; those of a commit are few. Who entered a stage is looked up for one execution after the other, by the
key of the stages, from the newest on.
"""

from collections.abc import Iterator

import sqlalchemy as sa

from fairway.adapters.store.tables import EXECUTIONS, STAGES
from fairway.domain.search import Search

BEHIND = "g"
"""Comes after every digit of a commit's id."""


def statement(app: str, search: Search, *, limit: int) -> sa.Select[tuple[object, ...]]:
    """The rows of the executions that are asked for, newest first."""
    query = sa.select(EXECUTIONS).where(EXECUTIONS.c.app == app, *_conditions(search))
    return query.order_by(EXECUTIONS.c.number.desc()).limit(limit)


def _conditions(search: Search) -> Iterator[sa.ColumnElement[bool]]:
    if search.status is not None:
        yield EXECUTIONS.c.status == search.status.value
    if search.branch is not None:
        yield EXECUTIONS.c.branch == search.branch
    if search.commit:
        # Not LIKE, for which SQLite and PostgreSQL want indexes of different kinds.
        yield EXECUTIONS.c.commit.between(search.commit, search.commit + BEHIND)
    if search.environment is not None:
        yield sa.exists().where(
            STAGES.c.app == EXECUTIONS.c.app,
            STAGES.c.number == EXECUTIONS.c.number,
            STAGES.c.name == search.environment,
            STAGES.c.started_at.is_not(None),
        )
    if search.before is not None:
        yield EXECUTIONS.c.number < search.before
    if search.defined:
        yield EXECUTIONS.c.definition > 0
    if search.pull_request is not None:
        yield EXECUTIONS.c.pull_request == search.pull_request
    if not search.pull_requests:
        yield EXECUTIONS.c.pull_request.is_(None)
