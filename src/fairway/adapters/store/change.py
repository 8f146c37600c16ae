"""How an execution changes: each move is a statement with `WHERE status = expected`, and all of a change are one
transaction, which is taken back when one of them finds something else than it expects.

The rules (which times are set, what a retry forgets) are those of `domain.moves`, and a contract suite holds both to
the same.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from fairway.adapters import codec
from fairway.adapters.store import apps, definitions
from fairway.adapters.store.tables import ACTIONS, APPS, EXECUTIONS, STAGES
from fairway.domain import rollback
from fairway.domain.app import Mode
from fairway.domain.execution import (
    ENDED,
    INSIDE,
    ActionStatus,
    Execution,
    ExecutionStatus,
    Revision,
    StageStatus,
    Trigger,
)
from fairway.domain.ids import EnvironmentName
from fairway.domain.moves import CountRun, GoBack, Keep, Move, MoveAction, MoveExecution, MoveStage, Redefine
from fairway.domain.pipeline import Definition, StageDefinition


def expecting(table: sa.Table, **columns: str) -> sa.Update:
    """An update of the row whose columns have the values of those parameters. What it sets are the columns that are
    given to its execution; so SQLAlchemy puts each together once, which takes it longer than running it."""
    return sa.update(table).where(*(table.c[column] == sa.bindparam(name) for column, name in columns.items()))


KEY = {"app": "of_app", "number": "of_number"}
CLAIM = expecting(EXECUTIONS, **KEY, version="expected")
EXECUTION = expecting(EXECUTIONS, **KEY, status="expected")
STAGE = expecting(STAGES, **KEY, name="of_stage", status="expected")
RUN = expecting(STAGES, **KEY, name="of_stage", run="expected")
ACTION = expecting(ACTIONS, **KEY, stage="of_stage", name="of_action", status="expected")
ACTION_AGAIN = ACTION.values(attempt=ACTIONS.c.attempt + 1)


class Unexpected(Exception):
    """Takes the transaction back."""


def claim(connection: sa.Connection, execution: Execution) -> None:
    """Count the change. Raises Unexpected unless the execution is still as it was read."""
    mine = {"of_app": execution.app, "of_number": execution.number, "expected": execution.version}
    if not happened(connection, CLAIM, mine, version=execution.version + 1):
        raise Unexpected


def carry_out(connection: sa.Connection, app: str, number: int, move: Move, at: float) -> None:
    """Carry out one move. Raises Unexpected when it expects something else than there is."""
    if not carried_out(connection, app, number, move, at):
        raise Unexpected


def carried_out(connection: sa.Connection, app: str, number: int, move: Move, at: float) -> bool:
    """Whether the move could be made."""
    match move:
        case MoveExecution():
            return move_execution(connection, app, number, move, at)
        case MoveStage():
            return move_stage(connection, app, number, move, at)
        case MoveAction():
            return move_action(connection, app, number, move, at)
        case CountRun(stage=stage, expected=run):
            mine = {"of_app": app, "of_number": number, "of_stage": stage, "expected": run}
            return happened(connection, RUN, mine, run=run + 1)
        case Keep(outputs=outputs):
            return keep(connection, app, number, outputs)
        case Redefine(stages=stages):
            redefine(connection, app, number, stages)
            return True
        case GoBack(stage=stage, rollback=found, revision=revision):
            trigger, definition = Trigger(kind=rollback.TRIGGER), rollback.define(EnvironmentName(stage))
            insert(connection, app, revision, trigger, definition, at=at, back=found)
            return True


def move_execution(connection: sa.Connection, app: str, number: int, move: MoveExecution, at: float) -> bool:
    """See `domain.moves.move_execution`."""
    values: dict[str, Any] = {"status": move.to.value, "ended_at": at if move.to in ENDED else None}
    if move.expected is ExecutionStatus.QUEUED and move.to is ExecutionStatus.IN_PROGRESS:
        values["started_at"] = at
    mine = {"of_app": app, "of_number": number, "expected": move.expected.value}
    return happened(connection, EXECUTION, mine, **values)


def move_stage(connection: sa.Connection, app: str, number: int, move: MoveStage, at: float) -> bool:
    """See `domain.moves.move_within`."""
    values: dict[str, Any] = {"status": move.to.value, "ended_at": None if move.to in INSIDE else at}
    if move.expected is StageStatus.PENDING:
        values["started_at"] = at
    mine = {"of_app": app, "of_number": number, "of_stage": move.stage, "expected": move.expected.value}
    return happened(connection, STAGE, mine, **values)


def move_action(connection: sa.Connection, app: str, number: int, move: MoveAction, at: float) -> bool:
    """See `domain.moves.move_action`."""
    values: dict[str, Any] = {"status": move.to.value}
    statement = ACTION
    match move.to:
        case ActionStatus.PENDING:
            statement = ACTION_AGAIN
            values |= {"started_at": None, "ended_at": None, "summary": "", "cause": None}
        case ActionStatus.IN_PROGRESS:
            values["started_at"] = at
        case _:
            cause = None if move.cause is None else codec.encode(move.cause)
            values |= {"ended_at": at, "summary": move.summary, "cause": cause}
    mine = {"of_app": app, "of_number": number, "of_stage": move.stage, "of_action": move.action}
    return happened(connection, statement, {**mine, "expected": move.expected.value}, **values)


def keep(connection: sa.Connection, app: str, number: int, outputs: Mapping[str, Any]) -> bool:
    """Merge what is handed on. The claim has locked the row."""
    mine = (EXECUTIONS.c.app == app, EXECUTIONS.c.number == number)
    text = connection.execute(sa.select(EXECUTIONS.c.outputs).where(*mine)).scalar_one()
    merged = json.dumps({**json.loads(text), **outputs})
    return connection.execute(sa.update(EXECUTIONS).where(*mine).values(outputs=merged)).rowcount == 1


def redefine(connection: sa.Connection, app: str, number: int, stages: Sequence[StageDefinition]) -> None:
    """Replace the stages that are still PENDING; one that has begun keeps its place and is not doubled."""
    mine = (STAGES.c.app == app, STAGES.c.number == number)
    this = (EXECUTIONS.c.app == app, EXECUTIONS.c.number == number)
    mode = Mode(connection.execute(sa.select(EXECUTIONS.c.mode).where(*this)).scalar_one())
    version = definitions.version(connection, app, Definition(stages=tuple(stages), mode=mode))
    connection.execute(sa.update(EXECUTIONS).where(*this).values(definition=version))
    connection.execute(sa.delete(STAGES).where(*mine, STAGES.c.status == StageStatus.PENDING.value))
    begun = connection.execute(sa.select(STAGES.c.name, STAGES.c.position).where(*mine)).all()
    first = max((row.position for row in begun), default=-1) + 1
    names = {row.name for row in begun}
    insert_stages(connection, app, number, [each for each in stages if each.name not in names], first=first)


def insert(
    connection: sa.Connection,
    app: str,
    revision: Revision,
    trigger: Trigger,
    definition: Definition,
    *,
    at: float,
    override: str | None = None,
    key: str | None = None,
    back: rollback.Rollback | None = None,
) -> int:
    """A QUEUED execution; its number. The app's row is locked by whoever calls this."""
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
            tag=revision.tag,
            pull_request=None if back is not None else revision.pull_request,
            trigger_kind=trigger.kind,
            trigger_by=trigger.by,
            status=ExecutionStatus.QUEUED.value,
            created_at=at,
            override=override,
            mode=definition.mode.value,
            definition=definitions.version(connection, app, definition),
            rollback=None if back is None else codec.encode(back),
        )
    )
    insert_stages(connection, app, number, definition.stages, first=0)
    return number


def insert_stages(
    connection: sa.Connection, app: str, number: int, definitions: Sequence[StageDefinition], *, first: int
) -> None:
    """PENDING stages from position `first` on, with their actions."""
    if not definitions:
        return
    mine = {"app": app, "number": number}
    stages = [
        {
            **mine,
            "name": each.name,
            "position": position,
            "status": StageStatus.PENDING.value,
            "on_failure": each.on_failure.value,
        }
        for position, each in enumerate(definitions, start=first)
    ]
    actions = [
        {
            **mine,
            "stage": each.name,
            "name": action.name,
            "position": position,
            "definition": codec.encode(action),
            "status": ActionStatus.PENDING.value,
        }
        for each in definitions
        for position, action in enumerate(each.actions)
    ]
    connection.execute(sa.insert(STAGES), stages)
    if actions:
        connection.execute(sa.insert(ACTIONS), actions)


def happened(connection: sa.Connection, statement: sa.Update, mine: Mapping[str, Any], **values: Any) -> bool:
    """Whether the statement found its row, and set the values."""
    return connection.execute(statement, {**mine, **values}).rowcount == 1
