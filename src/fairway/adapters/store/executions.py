"""Executions, their stages and those's actions: how they are created and read. How they change is in `change`."""

import functools
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from fairway.adapters import codec
from fairway.adapters.store import apps, change, finding, leaving
from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import ACTIONS, APPS, EXECUTIONS, STAGES
from fairway.domain.app import Mode, OnFailure
from fairway.domain.deployment import Cause
from fairway.domain.execution import (
    ENDED,
    ActionExecution,
    ActionStatus,
    Execution,
    ExecutionStatus,
    Kind,
    Revision,
    Stage,
    StageStatus,
    Trigger,
)
from fairway.domain.forgetting import Entry, forgotten
from fairway.domain.ids import AppName, ExecutionNumber
from fairway.domain.moves import GoBack, Move, Redefine, check
from fairway.domain.pipeline import Action, Definition
from fairway.domain.rollback import Rollback
from fairway.domain.search import EVERYTHING, Search
from fairway.errors import NotFound

UNFINISHED = [status.value for status in ExecutionStatus if status not in ENDED]
BEGUN = [status for status in UNFINISHED if status != ExecutionStatus.QUEUED.value]
QUEUED = 50
"""How many of those that have not begun are looked at."""

# The statements of the reads that every change asks for are put together once: that takes SQLAlchemy as long as
# running them.
ONE = sa.select(EXECUTIONS).where(
    EXECUTIONS.c.app == sa.bindparam("app"), EXECUTIONS.c.number == sa.bindparam("number")
)
# By two lists, which give more than is wanted where there are several apps: a list of pairs has SQLite read the table
# from its beginning to its end.
STAGES_OF, ACTIONS_OF = (
    sa.select(table)
    .where(table.c.app.in_(sa.bindparam("apps", expanding=True)))
    .where(table.c.number.in_(sa.bindparam("numbers", expanding=True)))
    .order_by(table.c.position)
    for table in (STAGES, ACTIONS)
)
_QUEUED = EXECUTIONS.c.status == ExecutionStatus.QUEUED.value
_TRIED = EXECUTIONS.c.pull_request.is_not(None)
_FRESH = sa.select(EXECUTIONS.c.number).where(
    EXECUTIONS.c.app == sa.bindparam("app"), _QUEUED, EXECUTIONS.c.rollback.is_(None)
)
_WAITING = _FRESH.where(EXECUTIONS.c.pull_request.is_(None))
CONTENDERS = (
    sa.select(EXECUTIONS)
    .where(
        EXECUTIONS.c.app == sa.bindparam("app"),
        sa.or_(
            EXECUTIONS.c.status.in_(BEGUN),
            _QUEUED & EXECUTIONS.c.rollback.is_not(None),
            EXECUTIONS.c.number.in_(_WAITING.order_by(EXECUTIONS.c.number).limit(QUEUED)),
            EXECUTIONS.c.number.in_(_WAITING.order_by(EXECUTIONS.c.number.desc()).limit(1)),
            EXECUTIONS.c.number.in_(_FRESH.where(_TRIED).order_by(EXECUTIONS.c.number).limit(QUEUED)),
        ),
    )
    .order_by(EXECUTIONS.c.number)
)


class SqlExecutions:
    """`ports.stores.Executions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self,
        app: AppName,
        revision: Revision,
        trigger: Trigger,
        definition: Definition,
        *,
        at: float,
        override: str | None = None,
        key: str | None = None,
        rollback: Rollback | None = None,
    ) -> Execution:
        """A QUEUED execution with the next number, or the one that the key started before. Raises NotFound for an
        unknown app."""

        def work(connection: sa.Connection) -> Execution:
            apps.lock(connection, app)
            known = sa.select(EXECUTIONS.c.number).where(EXECUTIONS.c.app == app, EXECUTIONS.c.key == key)
            if key is not None and (number := connection.execute(known).scalar_one_or_none()) is not None:
                return read_one(connection, app, number)
            number = change.insert(
                connection,
                app,
                revision,
                trigger,
                definition,
                at=at,
                override=override,
                key=key,
                back=rollback,
            )
            return read_one(connection, app, number)

        return await self._database.write(work)

    async def get(self, app: AppName, number: int) -> Execution:
        """Raises NotFound."""
        return await self._database.read(lambda connection: read_one(connection, app, number))

    async def list(self, app: AppName, *, limit: int = 20, search: Search = EVERYTHING) -> Sequence[Execution]:
        """Newest first."""
        query = finding.statement(app, search, limit=limit)
        return await self._database.read(lambda connection: read_many(connection, query))

    async def unfinished(self) -> Sequence[Execution]:
        """Of every app, oldest first."""
        query = sa.select(EXECUTIONS).where(EXECUTIONS.c.status.in_(UNFINISHED))
        query = query.order_by(EXECUTIONS.c.created_at, EXECUTIONS.c.app, EXECUTIONS.c.number)
        return await self._database.read(lambda connection: read_many(connection, query))

    async def contenders(self, app: AppName) -> Sequence[Execution]:
        """The unfinished ones that have begun, the rollbacks, the oldest of the others that are QUEUED, the newest, and
        the oldest of pull requests."""
        return await self._database.read(lambda connection: read_many(connection, CONTENDERS, app=app))

    async def entered(
        self, app: AppName, *, above: int, kind: Kind | None = None, pull_request: int | None = None
    ) -> Mapping[str, int]:
        """For each stage the highest number, above that one, of an execution (of that kind) that ever entered it."""
        query = entered(kind, pull_request is not None)
        given = {"app": app, "above": above, **({} if pull_request is None else {"pull_request": pull_request})}

        def work(connection: sa.Connection) -> Mapping[str, int]:
            return {row.name: row.number for row in connection.execute(query, given)}

        return await self._database.read(work)

    async def change(self, execution: Execution, moves: Sequence[Move], *, at: float) -> bool:
        """All of the moves or none, in one transaction. Raises ValueError for a move that no table has."""
        for move in moves:
            check(move)

        def work(connection: sa.Connection) -> None:
            if any(isinstance(move, GoBack | Redefine) for move in moves):
                # Before the execution's own row, in the order in which everything else takes the two.
                apps.lock(connection, execution.app)
            change.claim(connection, execution)
            for move in moves:
                change.carry_out(connection, execution.app, execution.number, move, at)

        try:
            await self._database.write(work)
        except change.Unexpected:
            return False
        return True

    async def outputs(self, app: AppName, number: ExecutionNumber) -> Mapping[str, Any]:
        """What the stages handed on so far. Raises NotFound."""

        def work(connection: sa.Connection) -> Mapping[str, Any]:
            query = sa.select(EXECUTIONS.c.outputs).where(EXECUTIONS.c.app == app, EXECUTIONS.c.number == number)
            text = connection.execute(query).scalar()
            if text is None:
                raise missing(connection, app, number)
            values: Mapping[str, Any] = json.loads(text)
            return values

        return await self._database.read(work)

    async def entries(self, app: AppName) -> Sequence[Entry]:
        """Newest first."""
        return await self._database.read(lambda connection: leaving.read(connection, app))

    async def delete(self, app: AppName, numbers: Sequence[int]) -> None:
        """Those that have ended, with their stages and those's actions."""
        statement = leaving.deletion(app, numbers)
        await self._database.write(lambda connection: connection.execute(statement).close())


def read_one(connection: sa.Connection, app: str, number: int) -> Execution:
    """One execution with its stages. Raises NotFound."""
    if found := read_many(connection, ONE, app=app, number=number):
        return found[0]
    raise missing(connection, app, number)


def read_many(connection: sa.Connection, query: sa.Select[Any], **parameters: Any) -> Sequence[Execution]:
    """The executions of a query, in its order, with their stages."""
    rows = connection.execute(query, parameters).all()
    if not rows:
        return []
    lists = {"apps": sorted({row.app for row in rows}), "numbers": sorted({row.number for row in rows})}
    actions: dict[tuple[str, int, str], list[ActionExecution]] = defaultdict(list)
    for row in connection.execute(ACTIONS_OF, lists):
        actions[row.app, row.number, row.stage].append(to_action(row))
    stages: dict[tuple[str, int], list[Stage]] = defaultdict(list)
    for row in connection.execute(STAGES_OF, lists):
        stages[row.app, row.number].append(to_stage(row, actions[row.app, row.number, row.name]))
    return [to_execution(row, stages[row.app, row.number]) for row in rows]


def to_action(row: sa.Row[Any]) -> ActionExecution:
    """A row of ACTIONS."""
    return ActionExecution(
        action=read_definition(row.definition),
        status=ActionStatus(row.status),
        attempt=row.attempt,
        started_at=row.started_at,
        ended_at=row.ended_at,
        summary=row.summary,
        cause=None if row.cause is None else codec.decode(Cause, row.cause),
    )


@functools.lru_cache(1024)
def read_definition(text: str) -> Action:
    """An action's definition; an app's executions have the same few."""
    action: Action = codec.decode_member(Action, text)
    return action


def to_stage(row: sa.Row[Any], actions: Sequence[ActionExecution]) -> Stage:
    """A row of STAGES."""
    return Stage(
        name=row.name,
        actions=tuple(actions),
        status=StageStatus(row.status),
        started_at=row.started_at,
        ended_at=row.ended_at,
        run=row.run,
        on_failure=OnFailure(row.on_failure),
    )


@functools.cache
def entered(kind: Kind | None, tried: bool) -> sa.Select[Any]:
    """The numbers of those that entered each stage; `tried`: of one pull request's. Put together once: it is asked at
    every look at the queue."""
    query = (
        sa.select(STAGES.c.name, sa.func.max(STAGES.c.number).label("number"))
        .join(EXECUTIONS, (EXECUTIONS.c.app == STAGES.c.app) & (EXECUTIONS.c.number == STAGES.c.number))
        .where(STAGES.c.app == sa.bindparam("app"), STAGES.c.number > sa.bindparam("above"))
        .where(STAGES.c.started_at.is_not(None))
        .where(EXECUTIONS.c.pull_request == sa.bindparam("pull_request") if tried else sa.not_(_TRIED))
        .group_by(STAGES.c.name)
    )
    if kind is None:
        return query
    back = EXECUTIONS.c.rollback.is_not(None)
    return query.where(back if kind is Kind.ROLLBACK else sa.not_(back))


def to_execution(row: sa.Row[Any], stages: Sequence[Stage]) -> Execution:
    """A row of EXECUTIONS."""
    return Execution(
        app=AppName(row.app),
        number=ExecutionNumber(row.number),
        revision=Revision(
            commit=row.commit,
            subject=row.subject,
            branch=row.branch,
            author=row.author,
            tag=row.tag,
            pull_request=row.pull_request,
        ),
        trigger=Trigger(kind=row.trigger_kind, by=row.trigger_by),
        status=ExecutionStatus(row.status),
        stages=tuple(stages),
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        override=row.override,
        mode=Mode(row.mode),
        definition=row.definition,
        version=row.version,
        rollback=None if row.rollback is None else codec.decode(Rollback, row.rollback),
    )


def missing(connection: sa.Connection, app: str, number: int) -> NotFound:
    """The error for an execution that is not there: it says which is the latest, or that it is not kept any more."""
    given = connection.execute(sa.select(APPS.c.executions).where(APPS.c.name == app)).scalar()
    if given is None:
        return apps.missing(connection, app)
    query = sa.select(sa.func.min(EXECUTIONS.c.number), sa.func.max(EXECUTIONS.c.number))
    oldest, latest = connection.execute(query.where(EXECUTIONS.c.app == app)).one()
    if 0 < number <= given:
        return forgotten("execution", number, app, oldest=oldest)
    hint = f"the latest is {latest}; fairway executions lists them" if latest else "git push fairway starts the first"
    return NotFound(f"{app} has no execution {number}", hint=hint)
