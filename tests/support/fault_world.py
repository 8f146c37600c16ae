"""A server without its edges: real store, real durable executor, real stages, and what they stand on of paper (see
`fault_stages`). What came of everything is said in a way in which two lives of the server can be compared.
"""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from fairway.adapters.dbos.durable import DbosDurable
from fairway.adapters.store.store import open_store
from fairway.domain.app import Mode
from fairway.domain.deployment import RolloutState
from fairway.domain.execution import Execution, Revision
from fairway.domain.ids import AppName
from fairway.pipeline.executor import Executor
from fairway.pipeline.log import StageLogs
from support import fault_stages
from support.fault_stages import BEHAVIOUR, commit_of
from support.fault_watch import Watch, WatchedDurable, watch_stores
from support.pipeline_deploys import Yard
from support.pipeline_values import APP, PRODUCTION, PUSH, define

STAGES = ("source", "build", "package", "production")


@dataclass
class World:
    """The server, as a person sees it. `store` is not watched, `watched` is."""

    home: Path
    store: Any
    watched: Any
    executor: Executor
    yard: Yard

    def touch(self, name: str) -> None:
        (self.home / name).touch()

    async def push(self, letter: str, number: int, *, app: AppName = APP, mode: Mode = Mode.SUPERSEDED) -> int:
        """What the intake does with a push, and the execution's number: the same push a second time is the same one."""
        revision = Revision(commit=commit_of(letter, number), subject=BEHAVIOUR[letter], branch="master")
        definition = define(STAGES, mode=mode)
        created = self.watched.executions.create(app, revision, PUSH, definition, at=1.0, key=str(number))
        made: Execution = await created
        await self.executor.submitted(app, made.number)
        return made.number

    async def quiet(self) -> None:
        """Return when no workflow is left."""
        while left_over(self.home):
            await asyncio.sleep(0.01)

    def leave(self) -> NoReturn:
        """End the process at once, with nothing closed: the next one must bear that anyhow."""
        os._exit(0)


@asynccontextmanager
async def open_world(home: Path, watch: Watch, *, asking: str) -> AsyncIterator[World]:
    """Start the server on what lies in its home."""
    async with open_store(f"sqlite:///{home}/fairway.db") as store, asyncio.TaskGroup() as group:
        watched = watch_stores(store, watch)
        yard = Yard(watched)
        durable = DbosDurable(f"sqlite:///{home}/dbos.db", "local", "1")
        executor = Executor(
            watched.executions,
            watched.transitions,
            WatchedDurable(durable, watch),  # type: ignore[arg-type]
            fault_stages.make_stages(yard, home, lambda name: (home / name).exists(), asking=asking),
            yard.clock,
            yard.notices,
            StageLogs(home / "executions"),
            yard.deployer.find_ways_back,
        )
        beside = (fault_stages.run_orchestrator(yard), yard.deployer.run(), executor.run())
        tasks = [group.create_task(each) for each in beside]
        await executor.open()
        yield World(home, store, watched, executor, yard)
        await executor.close()
        for task in tasks:
            task.cancel()


def left_over(home: Path) -> int:
    """How many workflows have not ended."""
    with contextlib.closing(sqlite3.connect(home / "dbos.db", timeout=10)) as connection:
        found = connection.execute("SELECT count(*) FROM workflow_status WHERE status IN ('PENDING', 'ENQUEUED')")
        return int(found.fetchone()[0])


async def outcome(world: World, app: AppName = APP) -> dict[str, Any]:
    """What everything has come to, in an order and by names that do not depend on when things happened."""
    store = world.store
    executions = list(reversed(await store.executions.list(app, limit=500)))
    commits = {each.number: each.revision.commit for each in executions}
    deployments = list(reversed(await store.deployments.list(app, limit=500)))
    desired = await store.desired.get(app, PRODUCTION)
    releases = {each.number: each.image.digest for each in await store.releases.list(app, limit=500)}
    return {
        "executions": sorted(describe(each, commits) for each in executions),
        "deployments": [f"{each.key} {releases.get(each.release)} {each.state}" for each in deployments],
        "releases": sorted(releases.values()),
        "desired": []
        if desired is None
        else [f"{releases[each.spec.release]} {each.replicas}" for each in desired.services],
        "transitions": [each.stage for each in await store.transitions.disabled(app)],
        "unfinished": [each.number for each in executions if not each.finished],
        "deploying": [each.key for each in deployments if each.state is RolloutState.IN_PROGRESS],
        "checkouts": sorted(str(path.relative_to(world.home)) for path in (world.home / "checkouts" / app).glob("*")),
        "workflows": left_over(world.home),
    }


def describe(execution: Execution, commits: Mapping[int, str]) -> str:
    """One execution in a line."""
    back = execution.rollback
    origin = "" if back is None else f" back to {commits.get(back.target)} after {commits.get(back.after or 0)}"
    stages = [
        f"{stage.name} {stage.status} "
        + ", ".join(f"{each.action.name} {each.status} {each.attempt}" for each in stage.actions)
        for stage in execution.stages
    ]
    return f"{execution.revision.commit}{origin} {execution.status}: {'; '.join(stages)}"
