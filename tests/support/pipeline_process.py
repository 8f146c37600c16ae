"""A process that runs one execution on the real store and the real durable executor, and can be made to hang anywhere.

`python -m support.pipeline_process HOME POINT` with POINT "before N" or "after N": at the N-th write of the store it
prints "hangs" and does not go on, so that it can be killed exactly there. Without such a point it runs to the end and
prints each stage that ran, and the execution's status at last. A process that finds an execution goes on with it.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fairway.adapters.dbos.durable import DbosDurable
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.store.store import open_store
from fairway.pipeline.executor import Executor
from fairway.pipeline.log import StageLogs
from fairway.pipeline.work import Done, Work
from support.pipeline_stages import KINDS, Scripted, find_no_way_back
from support.pipeline_values import APP, PUSH, REVISION, define

STAGES = ("source", "build", "production")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Telling(Scripted):
    """Says which step ran."""

    async def run(self, work: Work) -> Done:
        async def act() -> str:
            say(f"ran {work.stage}")
            return f"result of {work.stage}"

        return Done(summary=f"did {work.stage}", outputs={work.stage: await work.step("act", act)})


class Hanging:
    """Executions that hang before or after their n-th write."""

    def __init__(self, executions: Any, when: str, number: int) -> None:
        self._executions = executions
        self._when = when
        self._left = number

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._executions, name)
        if name in ("get", "list", "outputs", "unfinished", "contenders", "entered", "create"):
            return method  # type: ignore[no-any-return]

        async def call(*arguments: Any, **more: Any) -> Any:
            self._left -= 1
            if self._left == 0 and self._when == "before":
                await hang()
            result = await method(*arguments, **more)
            if self._left == 0:
                await hang()
            return result

        return call


async def hang() -> None:
    say("hangs")
    await asyncio.Event().wait()


async def main(home: Path, when: str, number: int) -> None:
    async with open_store(f"sqlite:///{home}/fairway.db") as store:
        executor = Executor(
            Hanging(store.executions, when, number),  # type: ignore[arg-type]
            store.transitions,
            DbosDurable(f"sqlite:///{home}/dbos.db", "local", "1"),
            {kind: Telling() for kind in KINDS},
            LoopClock(),
            MemoryNotices(),
            StageLogs(home / "executions"),
            find_no_way_back,
        )
        await executor.open()
        if not await store.apps.list():
            await store.apps.create(APP, at=1.0)
            created = await store.executions.create(APP, REVISION, PUSH, define(STAGES), at=1.0)
            await executor.submitted(APP, created.number)
        async with asyncio.timeout(40):
            while not (execution := await store.executions.get(APP, 1)).finished:
                await asyncio.sleep(0.02)
        say(f"{execution.status} {await store.executions.outputs(APP, 1)}")
        await executor.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
