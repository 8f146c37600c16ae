"""What is read of an execution is found by an index: a server that lives for years has many that nobody asks for."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fairway.adapters.store.store import Store, open_store
from fairway.domain.execution import ExecutionStatus
from fairway.domain.ids import ExecutionNumber
from fairway.domain.moves import MoveExecution
from fairway.domain.search import DEPLOYING, Search
from support.pipeline_values import APP, PUSH, REVISION, define

ENDED = MoveExecution(expected=ExecutionStatus.QUEUED, to=ExecutionStatus.STOPPED)


async def read(store: Store, what: str) -> None:
    executions = store.executions
    match what:
        case "one":
            await executions.get(APP, 1)
        case "the newest":
            await executions.list(APP, limit=1)
        case "a page":
            await executions.list(APP, search=DEPLOYING)
        case "of a branch":
            await executions.list(APP, search=Search(branch="master"))
        case "the unfinished":
            await executions.unfinished()
        case "what is handed on":
            await executions.outputs(APP, ExecutionNumber(1))
        case "a change":
            assert await executions.change(await executions.get(APP, 1), [ENDED], at=2.0)
        case "a deletion":
            await executions.delete(APP, [1, 2])


READS = ("one", "the newest", "a page", "of a branch", "the unfinished", "what is handed on", "a change", "a deletion")


@pytest.mark.parametrize("what", READS)
async def test_nothing_is_read_from_its_beginning_to_its_end(tmp_path: Path, what: str) -> None:
    steps: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if not many and not statement.startswith(("PRAGMA", "EXPLAIN", "BEGIN")):
            steps.extend(row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall())

    async with open_store(f"sqlite:///{tmp_path}/fairway.db") as store:
        await store.apps.create(APP, at=0.0)
        for _ in range(3):
            await store.executions.create(APP, REVISION, PUSH, define(("source", "build")), at=1.0)
        for engine in (store.database._readers, store.database._writers):
            sa.event.listen(engine, "before_cursor_execute", explain)
        await read(store, what)

    assert steps
    assert not [step for step in steps if step.startswith(("SCAN executions", "SCAN stages", "SCAN actions"))]
