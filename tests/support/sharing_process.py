"""A process that shares a store with others: a real keeper, executor, durable log and store, and stages that write down
what they do.

`python -m support.sharing_process URL HOME NAME APP...` makes the apps, submits two executions of each, and goes on
until it is killed. What its stages do to the world is a line in HOME/../journal: `NAME begins APP/NUMBER/STAGE`, then,
after whatever holds it up, `NAME did APP/NUMBER/STAGE`. While HOME/hold is there, the stage `build` does not come from
the first to the second. It says "joined" when it has its lease, "held APP/NUMBER/build" when such a stage is held up,
and "lost" when it has lost its lease, which is its end.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import NoReturn

from fairway.adapters.dbos.durable import DbosDurable
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.store.store import Store, open_store
from fairway.adapters.system.clock import SystemClock
from fairway.domain.execution import Execution
from fairway.domain.ids import AppName
from fairway.domain.lease import Member
from fairway.pipeline.executor import Executor
from fairway.pipeline.log import StageLogs
from fairway.pipeline.work import Done, Work
from fairway.sharing.keeper import Keeper
from support.pipeline_stages import KINDS, find_no_way_back
from support.pipeline_values import PUSH, REVISION, define

STAGES = ("source", "build", "production")
LEASE = 2.0
EXECUTIONS = 2
LOST = 3
"""The exit status of a process that has lost its lease."""


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def end() -> NoReturn:
    say("lost")
    os._exit(LOST)


class Journaled:
    """A stage of two steps, whose second one is its effect."""

    def __init__(self, home: Path, name: str) -> None:
        self._home = home
        self._name = name

    async def run(self, work: Work) -> Done:
        what = f"{work.execution.app}/{work.execution.number}/{work.stage}"

        async def begin() -> None:
            self._write(f"begins {what}")
            hold = self._home / "hold"
            if work.stage == "build" and hold.exists():
                say(f"held {what}")
                while hold.exists():
                    await asyncio.sleep(0.01)

        async def act() -> None:
            self._write(f"did {what}")

        await work.step("begin", begin)
        await work.step("act", act)
        return Done(summary=f"did {work.stage}")

    async def abandon(self, execution: Execution, stage: str) -> None:
        """Nothing is left."""

    def _write(self, text: str) -> None:
        with (self._home.parent / "journal").open("a") as journal:
            journal.write(f"{self._name} {text}\n")


async def submit(store: Store, keeper: Keeper, executor: Executor, app: AppName) -> None:
    await store.apps.create(app, at=1.0)
    keeper.made(app)
    for _ in range(EXECUTIONS):
        created = await store.executions.create(app, REVISION, PUSH, define(STAGES), at=1.0)
        await executor.submitted(app, created.number)


async def main(url: str, home: Path, name: str, apps: list[str]) -> None:
    async with open_store(url) as store:
        member = Member(server=name, name=name, url=f"http://{name}", seconds=LEASE, terms={"registry": "r"})
        keeper = Keeper(store.leases, member, SystemClock(), lost=end)
        await keeper.join()
        say("joined")
        executor = Executor(
            store.held(keeper.holds).executions,
            store.transitions,
            DbosDurable(f"sqlite:///{home}/dbos.db", name, "1"),
            dict.fromkeys(KINDS, Journaled(home, name)),
            SystemClock(),
            MemoryNotices(),
            StageLogs(home / "executions"),
            find_no_way_back,
            keeper,
        )
        await executor.open()
        for app in apps:
            await submit(store, keeper, executor, AppName(app))
        await keeper.run(executor.take_over)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4:]))
