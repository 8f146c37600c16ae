"""What the executor adds to work that does nothing: actions one after the other, many executions of one app, and many
apps. On the real store and the real durable executor, against the floor of one bare write of the store for each action.

    python bench/executor.py
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fairway.adapters.dbos.durable import DbosDurable
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.store.store import Store, open_store
from fairway.adapters.system.clock import SystemClock
from fairway.domain.app import Mode
from fairway.domain.execution import Execution, ExecutionStatus, Revision, Trigger
from fairway.domain.ids import AppName
from fairway.domain.moves import Keep, MoveExecution
from fairway.domain.pipeline import Definition, Duty, StageDefinition
from fairway.domain.release import Release
from fairway.pipeline.executor import Executor
from fairway.pipeline.log import StageLogs
from fairway.pipeline.work import Done, Work

APP = AppName("shop-api")
REVISION = Revision(commit="9c1f2e7" + "0" * 33, subject="Add coupons", branch="master")
PUSH = Trigger(kind="push")
ROUNDS = 9


class Nothing:
    """A runner that does nothing, at once."""

    async def run(self, work: Work) -> Done:
        return Done()

    async def abandon(self, execution: Execution, stage: str) -> None:
        return


async def find_no_way_back(*_: object) -> list[Release]:
    """Nothing is deployed here."""
    return []


@asynccontextmanager
async def opened(home: Path) -> AsyncIterator[tuple[Store, Executor, MemoryNotices]]:
    """A store and an executor in a directory of their own, and the notices that say what becomes of executions."""
    notices = MemoryNotices()
    async with open_store(f"sqlite:///{home}/fairway.db") as store:
        executor = Executor(
            store.executions,
            store.transitions,
            DbosDurable(f"sqlite:///{home}/dbos.db", "bench", "1"),
            dict.fromkeys(("source", "build", "package", "deploy"), Nothing()),
            SystemClock(),
            notices,
            StageLogs(home / "executions"),
            find_no_way_back,
        )
        await executor.open()
        try:
            yield store, executor, notices
        finally:
            await executor.close()


def actions(count: int) -> Definition:
    """One stage with so many actions, one after the other."""
    duties = tuple(Duty(name=f"action-{number}", order=number) for number in range(1, count + 1))
    return Definition(stages=(StageDefinition(name="source", actions=duties),))


class Ends:
    """Hears from now on how executions succeed. It asks nobody, so that no question of its own is measured."""

    def __init__(self, notices: MemoryNotices) -> None:
        self._events = notices.follow()

    async def of(self, runs: Sequence[Execution]) -> AsyncIterator[int]:
        """How many of these have succeeded, after each one, until all have."""
        left = {(run.app, run.number) for run in runs}
        async for event in self._events:
            if event.kind == "execution.succeeded" and event.app is not None and event.execution is not None:
                left.discard((event.app, event.execution))
                yield len(runs) - len(left)
            if not left:
                return


async def one(store: Store, executor: Executor, notices: MemoryNotices, count: int) -> float:
    """Seconds of one execution with so many actions."""
    execution = await store.executions.create(APP, REVISION, PUSH, actions(count), at=time.time())
    ends = Ends(notices)
    begun = time.perf_counter()
    await executor.submitted(APP, execution.number)
    async for _ in ends.of([execution]):
        pass
    return time.perf_counter() - begun


async def writes(store: Store, count: int) -> float:
    """Seconds of so many bare changes of an execution."""
    execution = await store.executions.create(APP, REVISION, PUSH, actions(1), at=time.time())
    begun = time.perf_counter()
    for _ in range(count):
        await store.executions.change(execution, [Keep(outputs={"a": 1})], at=1.0)
        execution = await store.executions.get(APP, execution.number)
    seconds = time.perf_counter() - begun
    # Out of the way of the next one.
    move = MoveExecution(expected=ExecutionStatus.QUEUED, to=ExecutionStatus.STOPPED)
    await store.executions.change(execution, [move], at=1.0)
    return seconds


async def overhead() -> None:
    """Ten actions that do nothing, and each further one."""
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as directory:
        async with opened(Path(directory)) as (store, executor, notices):
            await store.apps.create(APP, at=1.0)
            ten, sixty, floor = [], [], []
            for number in range(ROUNDS + 1):
                measured = [await one(store, executor, notices, count) for count in (10, 60)]
                measured.append(await writes(store, 10))
                if number:  # the first round warms up
                    for seconds, kept in zip(measured, (ten, sixty, floor), strict=True):
                        kept.append(seconds)
    further = (statistics.median(sixty) - statistics.median(ten)) / 50
    bare = statistics.median(floor)
    print(f"ten actions that do nothing    {spread(ten)}   floor, ten writes {spread(floor)}")
    added = 1000 * (statistics.median(ten) - bare)
    print(
        f"ratio {statistics.median(ten) / bare:.2f}, {added:.0f} ms above it; "
        f"each further action {1000 * further:.1f} ms, a bare write {100 * bare:.1f} ms"
    )


def spread(seconds: list[float]) -> str:
    """Median and range in milliseconds."""
    return f"{1000 * statistics.median(seconds):.0f} ms ({1000 * min(seconds):.0f}-{1000 * max(seconds):.0f})"


async def many(apps: int, each: int) -> None:
    """So many executions of so many apps, queued at once: none lost, the order kept."""
    definition = Definition(
        stages=tuple(
            StageDefinition(name=name, actions=(Duty(name=name),)) for name in ("source", "build", "production")
        ),
        mode=Mode.QUEUED,
    )
    names = [AppName(f"app-{number}") for number in range(apps)]
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as directory:
        async with opened(Path(directory)) as (store, executor, notices):
            for name in names:
                await store.apps.create(name, at=1.0)
            queued = [
                await store.executions.create(name, REVISION, PUSH, definition, at=time.time())
                for _ in range(each)
                for name in names
            ]
            ends = Ends(notices)
            begun, memory = time.perf_counter(), [0.0, 0.0]
            async with asyncio.TaskGroup() as group:
                group.create_task(submit(executor, queued))
                async for done in ends.of(queued):
                    memory[done > len(queued) // 10] = resident()
            seconds = time.perf_counter() - begun
            found = [run for name in names for run in await store.executions.list(name, limit=each)]
    succeeded = sum(run.status is ExecutionStatus.SUCCEEDED for run in found)
    ordered = all(in_order([run for run in found if run.app == name]) for name in names)
    taken = sorted((run.ended_at or 0.0) - (run.started_at or 0.0) for run in found)
    print(
        f"{apps} app{'s' if apps > 1 else ''} with {each} executions queued: {succeeded} of {apps * each} succeeded, "
        f"order {'kept' if ordered else 'LOST'}, {apps * each / seconds:.0f}/s, an execution takes "
        f"{1000 * statistics.median(taken):.0f} ms from its start ({1000 * taken[-1]:.0f} ms at the most), "
        f"memory {memory[1] - memory[0]:+.0f} MB between the first tenth and the last"
    )


async def submit(executor: Executor, queued: list[Execution]) -> None:
    """Hand all of them over, in their order."""
    for run in queued:
        await executor.submitted(run.app, run.number)


def in_order(runs: list[Execution]) -> bool:
    """Whether they entered their last stage in the order of their numbers."""
    begun = [run.stages[-1].started_at or 0.0 for run in sorted(runs, key=lambda run: run.number)]
    return begun == sorted(begun)


def resident() -> float:
    """Megabytes at this moment."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    asyncio.run(overhead())
    asyncio.run(many(1, int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
    asyncio.run(many(100, 10))
