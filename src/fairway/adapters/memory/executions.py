"""Executions in memory."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fairway.adapters.memory.shelf import Shelf
from fairway.domain.execution import Execution, ExecutionStatus, Kind, Revision, Trigger, make_stages
from fairway.domain.forgetting import Entry, forgotten
from fairway.domain.ids import AppName, EnvironmentName, ExecutionNumber
from fairway.domain.moves import GoBack, Keep, Move, Redefine, carry_out, check
from fairway.domain.pipeline import Definition, DisabledTransition
from fairway.domain.rollback import TRIGGER, Rollback, define
from fairway.domain.search import EVERYTHING, Search
from fairway.errors import NotFound

QUEUED = 50
"""How many of those that have not begun are looked at."""


class MemoryExecutions:
    """`ports.stores.Executions`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

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
        """A QUEUED execution with the next number, or the one that the key started before."""
        self._shelf.change(app)
        if key is not None and (known := self._shelf.execution_keys.get((app, key))) is not None:
            return self._shelf.executions[app, known]
        created = self._insert(app, revision, trigger, definition, at=at, override=override, back=rollback)
        if key is not None:
            self._shelf.execution_keys[app, key] = created.number
        return created

    def _insert(
        self,
        app: AppName,
        revision: Revision,
        trigger: Trigger,
        definition: Definition,
        *,
        at: float,
        override: str | None = None,
        back: Rollback | None = None,
    ) -> Execution:
        number = self._shelf.count_up(app, "executions")
        created = Execution(
            app=app,
            number=ExecutionNumber(number),
            revision=revision,
            trigger=trigger,
            status=ExecutionStatus.QUEUED,
            stages=make_stages(definition.stages),
            created_at=at,
            override=override,
            mode=definition.mode,
            rollback=back,
            definition=self._shelf.define(app, definition),
        )
        self._shelf.executions[app, number] = created
        return created

    async def get(self, app: AppName, number: int) -> Execution:
        """Raises NotFound."""
        self._shelf.visit(app)
        found = self._shelf.executions.get((app, number))
        if found is None:
            mine = [number for owner, number in self._shelf.executions if owner == app]
            if 0 < number <= self._shelf.counters[app, "executions"]:
                raise forgotten("execution", number, app, oldest=min(mine, default=None))
            latest = max(mine, default=None)
            hint = (
                f"the latest is {latest}; fairway executions lists them"
                if latest
                else "git push fairway starts the first"
            )
            raise NotFound(f"{app} has no execution {number}", hint=hint)
        return found

    async def list(self, app: AppName, *, limit: int = 20, search: Search = EVERYTHING) -> Sequence[Execution]:
        """Newest first."""
        self._shelf.visit()
        found = [each for each in self._shelf.executions.values() if each.app == app and search.takes(each)]
        return sorted(found, key=lambda execution: -execution.number)[:limit]

    async def unfinished(self) -> Sequence[Execution]:
        """Of every app, oldest first."""
        self._shelf.visit()
        found = [execution for execution in self._shelf.executions.values() if not execution.finished]
        return sorted(found, key=lambda execution: (execution.created_at, execution.app, execution.number))

    async def contenders(self, app: AppName) -> Sequence[Execution]:
        """The unfinished ones that have begun, the rollbacks, the oldest of the others that are QUEUED, the newest."""
        mine = [execution for execution in await self.unfinished() if execution.app == app]
        mine.sort(key=lambda execution: execution.number)
        queued = [each for each in mine if is_waiting(each) and each.kind is Kind.STANDARD]
        tried = [each for each in mine if is_waiting(each) and each.kind is Kind.PULL_REQUEST]
        kept = {execution.number for execution in (*queued[:QUEUED], *queued[-1:], *tried[:QUEUED])}
        return [each for each in mine if not is_waiting(each) or each.number in kept or each.kind is Kind.ROLLBACK]

    async def entered(
        self, app: AppName, *, above: int, kind: Kind | None = None, pull_request: int | None = None
    ) -> Mapping[str, int]:
        """For each stage the highest number, above that one, of an execution (of that kind) that ever entered it."""
        self._shelf.visit()
        found: dict[str, int] = {}
        for execution in self._shelf.executions.values():
            mine = execution.revision.pull_request == pull_request and kind in (None, execution.kind)
            if execution.app == app and execution.number > above and mine:
                for stage in execution.stages:
                    if stage.started_at is not None:
                        found[stage.name] = max(found.get(stage.name, 0), execution.number)
        return found

    async def change(self, execution: Execution, moves: Sequence[Move], *, at: float) -> bool:
        """All of the moves or none. Raises ValueError for a move that no table has."""
        for move in moves:
            check(move)
        self._shelf.change()
        key = execution.app, execution.number
        found = self._shelf.executions.get(key)
        if found is None or found.version != execution.version:
            return False
        moved = carry_out(found, moves, at=at)
        if moved is None:
            return False
        kept = json.loads(self._shelf.outputs.get(key, "{}"))
        for move in moves:
            if isinstance(move, Keep):
                kept |= move.outputs
            if isinstance(move, GoBack):
                definition = define(EnvironmentName(move.stage))
                trigger = Trigger(kind=TRIGGER)
                self._insert(execution.app, move.revision, trigger, definition, at=at, back=move.rollback)
            if isinstance(move, Redefine):
                version = self._shelf.define(execution.app, Definition(stages=move.stages, mode=found.mode))
                moved = replace(moved, definition=version)
        # Kept as text, so that what is no JSON value fails here as it would on a disk.
        self._shelf.outputs[key] = json.dumps(kept)
        self._shelf.executions[key] = moved
        return True

    async def outputs(self, app: AppName, number: ExecutionNumber) -> Mapping[str, Any]:
        """What the stages handed on so far. Raises NotFound."""
        await self.get(app, number)
        values: Mapping[str, Any] = json.loads(self._shelf.outputs.get((app, number), "{}"))
        return values

    async def entries(self, app: AppName) -> Sequence[Entry]:
        """Newest first."""
        found = await self.list(app, limit=len(self._shelf.executions))
        return [
            Entry(
                number=each.number,
                row="" if each.revision.pull_request is None else "pull requests",
                at=each.ended_at or each.created_at,
                ended=each.finished,
            )
            for each in found
        ]

    async def delete(self, app: AppName, numbers: Sequence[int]) -> None:
        """Those that have ended."""
        self._shelf.change()
        for number in numbers:
            found = self._shelf.executions.get((app, number))
            if found is not None and found.finished:
                del self._shelf.executions[app, number]
                self._shelf.outputs.pop((app, number), None)
        keys = self._shelf.execution_keys
        for key in [
            key for key, number in keys.items() if key[0] == app and (app, number) not in self._shelf.executions
        ]:
            del keys[key]


def is_waiting(execution: Execution) -> bool:
    """Whether it has not begun."""
    return execution.status is ExecutionStatus.QUEUED


class MemoryTransitions:
    """`ports.stores.Transitions`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def disabled(self, app: AppName) -> Sequence[DisabledTransition]:
        """In the order of the stages' names."""
        self._shelf.visit()
        return [each for (owner, _), each in sorted(self._shelf.transitions.items()) if owner == app]

    async def disable(self, app: AppName, transition: DisabledTransition) -> None:
        """A second time it replaces who, when and why. Raises NotFound for an unknown app."""
        self._shelf.change(app)
        self._shelf.transitions[app, transition.stage] = transition

    async def enable(self, app: AppName, stage: str) -> bool:
        """False when it was not disabled."""
        self._shelf.change()
        return self._shelf.transitions.pop((app, stage), None) is not None
