"""Executions and their stages. A status is changed by `WHERE status = expected` alone, along the domain's tables."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from fairway.adapters.store import apps, codec
from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import APPS, EXECUTIONS, STAGES
from fairway.domain import transitions
from fairway.domain.deployment import Cause
from fairway.domain.execution import (
    EXECUTION_TRANSITIONS,
    STAGE_TRANSITIONS,
    Execution,
    ExecutionStatus,
    Revision,
    Stage,
    StageStatus,
    Trigger,
)
from fairway.domain.ids import AppName, ExecutionNumber
from fairway.errors import NotFound

UNFINISHED = [status.value for status in ExecutionStatus if not transitions.terminal(EXECUTION_TRANSITIONS, status)]


class SqlExecutions:
    """`ports.stores.Executions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self,
        app: AppName,
        revision: Revision,
        trigger: Trigger,
        stages: Sequence[str],
        *,
        at: float,
        override: str | None = None,
        key: str | None = None,
    ) -> Execution:
        """A QUEUED execution with the next number, or the one that the key started before. Raises NotFound for an
        unknown app."""

        def work(connection: sa.Connection) -> Execution:
            apps.lock(connection, app)
            known = sa.select(EXECUTIONS.c.number).where(EXECUTIONS.c.app == app, EXECUTIONS.c.key == key)
            if key is not None and (number := connection.execute(known).scalar_one_or_none()) is not None:
                return read_one(connection, app, number)
            number = apps.count_up(connection, app, APPS.c.executions)
            connection.execute(
                sa.insert(EXECUTIONS).values(
                    app=app,
                    number=number,
                    key=key,
                    commit=revision.commit,
                    subject=revision.subject,
                    branch=revision.branch,
                    author=revision.author,
                    trigger_kind=trigger.kind,
                    trigger_by=trigger.by,
                    status=ExecutionStatus.QUEUED.value,
                    created_at=at,
                    override=override,
                )
            )
            insert_stages(connection, app, number, stages, first=0)
            return read_one(connection, app, number)

        return await self._database.write(work)

    async def get(self, app: AppName, number: int) -> Execution:
        """Raises NotFound."""
        return await self._database.read(lambda connection: read_one(connection, app, number))

    async def list(
        self, app: AppName, *, limit: int = 20, status: ExecutionStatus | None = None
    ) -> Sequence[Execution]:
        """Newest first."""
        query = sa.select(EXECUTIONS).where(EXECUTIONS.c.app == app)
        if status is not None:
            query = query.where(EXECUTIONS.c.status == status.value)
        query = query.order_by(EXECUTIONS.c.number.desc()).limit(limit)
        return await self._database.read(lambda connection: read_many(connection, query))

    async def unfinished(self) -> Sequence[Execution]:
        """Of every app, oldest first."""
        query = sa.select(EXECUTIONS).where(EXECUTIONS.c.status.in_(UNFINISHED))
        query = query.order_by(EXECUTIONS.c.created_at, EXECUTIONS.c.app, EXECUTIONS.c.number)
        return await self._database.read(lambda connection: read_many(connection, query))

    async def advance(
        self, app: AppName, number: ExecutionNumber, *, expected: ExecutionStatus, to: ExecutionStatus, at: float
    ) -> bool:
        """Compare-and-set; False when the status was not `expected`. Raises ValueError for a move that no table has."""
        transitions.check(EXECUTION_TRANSITIONS, expected, to)
        values: dict[str, Any] = {"status": to.value}
        if to is ExecutionStatus.IN_PROGRESS:
            values["started_at"] = at
        if transitions.terminal(EXECUTION_TRANSITIONS, to):
            values["ended_at"] = at
        statement = (
            sa.update(EXECUTIONS)
            .where(EXECUTIONS.c.app == app, EXECUTIONS.c.number == number, EXECUTIONS.c.status == expected.value)
            .values(values)
        )
        return await self._database.write(lambda connection: connection.execute(statement).rowcount == 1)

    async def set_stages(self, app: AppName, number: ExecutionNumber, stages: Sequence[str]) -> None:
        """Replace the stages that are still PENDING by these; one that has begun keeps its place and is not doubled."""

        def work(connection: sa.Connection) -> None:
            mine = (STAGES.c.app == app, STAGES.c.number == number)
            apps.lock(connection, app)
            read_one(connection, app, number)
            connection.execute(sa.delete(STAGES).where(*mine, STAGES.c.status == StageStatus.PENDING.value))
            begun = connection.execute(sa.select(STAGES.c.name, STAGES.c.position).where(*mine)).all()
            first = max((row.position for row in begun), default=-1) + 1
            names = {row.name for row in begun}
            insert_stages(connection, app, number, [stage for stage in stages if stage not in names], first=first)

        await self._database.write(work)

    async def advance_stage(
        self,
        app: AppName,
        number: ExecutionNumber,
        stage: str,
        *,
        expected: StageStatus,
        to: StageStatus,
        at: float,
        summary: str = "",
        cause: Cause | None = None,
    ) -> bool:
        """The same for one of its stages."""
        transitions.check(STAGE_TRANSITIONS, expected, to)
        values: dict[str, Any] = {"status": to.value}
        if to is StageStatus.IN_PROGRESS:
            values["started_at"] = at
        if transitions.terminal(STAGE_TRANSITIONS, to):
            values |= {"ended_at": at, "summary": summary, "cause": None if cause is None else codec.encode(cause)}
        mine = (STAGES.c.app == app, STAGES.c.number == number, STAGES.c.name == stage)
        statement = sa.update(STAGES).where(*mine, STAGES.c.status == expected.value).values(values)
        return await self._database.write(lambda connection: connection.execute(statement).rowcount == 1)

    async def put(self, app: AppName, number: ExecutionNumber, values: Mapping[str, Any]) -> None:
        """Merge what a stage hands to later ones. Raises NotFound."""
        mine = (EXECUTIONS.c.app == app, EXECUTIONS.c.number == number)

        def work(connection: sa.Connection) -> None:
            text = connection.execute(sa.select(EXECUTIONS.c.outputs).where(*mine).with_for_update()).scalar()
            if text is None:
                raise missing(connection, app, number)
            merged = json.dumps({**json.loads(text), **values})
            connection.execute(sa.update(EXECUTIONS).where(*mine).values(outputs=merged))

        await self._database.write(work)

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


def insert_stages(connection: sa.Connection, app: str, number: int, names: Sequence[str], *, first: int) -> None:
    """PENDING stages from position `first` on."""
    if rows := [
        {"app": app, "number": number, "name": name, "position": position, "status": StageStatus.PENDING.value}
        for position, name in enumerate(dict.fromkeys(names), start=first)
    ]:
        connection.execute(sa.insert(STAGES), rows)


def read_one(connection: sa.Connection, app: str, number: int) -> Execution:
    """One execution with its stages. Raises NotFound."""
    query = sa.select(EXECUTIONS).where(EXECUTIONS.c.app == app, EXECUTIONS.c.number == number)
    if found := read_many(connection, query):
        return found[0]
    raise missing(connection, app, number)


def read_many(connection: sa.Connection, query: sa.Select[Any]) -> Sequence[Execution]:
    """The executions of a query, in its order, with their stages."""
    rows = connection.execute(query).all()
    keys = [(row.app, row.number) for row in rows]
    stages: dict[tuple[str, int], list[Stage]] = {key: [] for key in keys}
    wanted = sa.select(STAGES).where(sa.tuple_(STAGES.c.app, STAGES.c.number).in_(keys)).order_by(STAGES.c.position)
    for row in connection.execute(wanted) if keys else ():
        stages[row.app, row.number].append(to_stage(row))
    return [to_execution(row, stages[row.app, row.number]) for row in rows]


def to_stage(row: sa.Row[Any]) -> Stage:
    """A row of STAGES."""
    return Stage(
        name=row.name,
        status=StageStatus(row.status),
        started_at=row.started_at,
        ended_at=row.ended_at,
        summary=row.summary,
        cause=None if row.cause is None else codec.decode(Cause, row.cause),
    )


def to_execution(row: sa.Row[Any], stages: Sequence[Stage]) -> Execution:
    """A row of EXECUTIONS."""
    return Execution(
        app=AppName(row.app),
        number=ExecutionNumber(row.number),
        revision=Revision(commit=row.commit, subject=row.subject, branch=row.branch, author=row.author),
        trigger=Trigger(kind=row.trigger_kind, by=row.trigger_by),
        status=ExecutionStatus(row.status),
        stages=tuple(stages),
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        override=row.override,
    )


def missing(connection: sa.Connection, app: str, number: int) -> NotFound:
    """The error for an execution that is not there: it says which is the latest."""
    if connection.execute(sa.select(APPS.c.name).where(APPS.c.name == app)).first() is None:
        return apps.missing(connection, app)
    latest = connection.execute(sa.select(sa.func.max(EXECUTIONS.c.number)).where(EXECUTIONS.c.app == app)).scalar()
    hint = f"the latest is {latest}; fairway executions lists them" if latest else "git push fairway starts the first"
    return NotFound(f"{app} has no execution {number}", hint=hint)
