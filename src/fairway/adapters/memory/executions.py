"""Executions in memory."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fairway.adapters.memory.shelf import Shelf
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


class MemoryExecutions:
    """`ports.stores.Executions`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

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
        """A QUEUED execution with the next number, or the one that the key started before."""
        self._shelf.visit(app)
        if key is not None and (known := self._shelf.execution_keys.get((app, key))) is not None:
            return self._shelf.executions[app, known]
        number = self._shelf.count_up(app, "executions")
        if key is not None:
            self._shelf.execution_keys[app, key] = number
        created = Execution(
            app=app,
            number=ExecutionNumber(number),
            revision=revision,
            trigger=trigger,
            status=ExecutionStatus.QUEUED,
            stages=tuple(Stage(name=name) for name in dict.fromkeys(stages)),
            created_at=at,
            override=override,
        )
        self._shelf.executions[app, number] = created
        return created

    async def get(self, app: AppName, number: int) -> Execution:
        """Raises NotFound."""
        self._shelf.visit(app)
        found = self._shelf.executions.get((app, number))
        if found is None:
            latest = max((number for owner, number in self._shelf.executions if owner == app), default=None)
            hint = (
                f"the latest is {latest}; fairway executions lists them"
                if latest
                else "git push fairway starts the first"
            )
            raise NotFound(f"{app} has no execution {number}", hint=hint)
        return found

    async def list(
        self, app: AppName, *, limit: int = 20, status: ExecutionStatus | None = None
    ) -> Sequence[Execution]:
        """Newest first."""
        self._shelf.visit()
        found = [
            execution
            for execution in self._shelf.executions.values()
            if execution.app == app and status in (None, execution.status)
        ]
        return sorted(found, key=lambda execution: -execution.number)[:limit]

    async def unfinished(self) -> Sequence[Execution]:
        """Of every app, oldest first."""
        self._shelf.visit()
        found = [execution for execution in self._shelf.executions.values() if not execution.finished]
        return sorted(found, key=lambda execution: (execution.created_at, execution.app, execution.number))

    async def advance(
        self, app: AppName, number: ExecutionNumber, *, expected: ExecutionStatus, to: ExecutionStatus, at: float
    ) -> bool:
        """Compare-and-set. Raises ValueError for a move that no table has."""
        transitions.check(EXECUTION_TRANSITIONS, expected, to)
        self._shelf.visit()
        found = self._shelf.executions.get((app, number))
        if found is None or found.status is not expected:
            return False
        moved = replace(found, status=to)
        if to is ExecutionStatus.IN_PROGRESS:
            moved = replace(moved, started_at=at)
        if transitions.terminal(EXECUTION_TRANSITIONS, to):
            moved = replace(moved, ended_at=at)
        self._shelf.executions[app, number] = moved
        return True

    async def set_stages(self, app: AppName, number: ExecutionNumber, stages: Sequence[str]) -> None:
        """Replace the stages that are still PENDING by these; one that has begun keeps its place."""
        found = await self.get(app, number)
        begun = tuple(stage for stage in found.stages if stage.status is not StageStatus.PENDING)
        names = {stage.name for stage in begun}
        fresh = tuple(Stage(name=name) for name in dict.fromkeys(stages) if name not in names)
        self._shelf.executions[app, number] = replace(found, stages=begun + fresh)

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
        self._shelf.visit()
        found = self._shelf.executions.get((app, number))
        present = found.stage(stage) if found is not None else None
        if found is None or present is None or present.status is not expected:
            return False
        moved = replace(present, status=to)
        if to is StageStatus.IN_PROGRESS:
            moved = replace(moved, started_at=at)
        if transitions.terminal(STAGE_TRANSITIONS, to):
            moved = replace(moved, ended_at=at, summary=summary, cause=cause)
        stages = tuple(moved if each.name == stage else each for each in found.stages)
        self._shelf.executions[app, number] = replace(found, stages=stages)
        return True

    async def put(self, app: AppName, number: ExecutionNumber, values: Mapping[str, Any]) -> None:
        """Merge what a stage hands to later ones. Raises NotFound."""
        merged = {**await self.outputs(app, number), **values}
        # Kept as text, so that what is no JSON value fails here as it would on a disk.
        self._shelf.outputs[app, number] = json.dumps(merged)

    async def outputs(self, app: AppName, number: ExecutionNumber) -> Mapping[str, Any]:
        """What the stages handed on so far. Raises NotFound."""
        await self.get(app, number)
        values: Mapping[str, Any] = json.loads(self._shelf.outputs.get((app, number), "{}"))
        return values
