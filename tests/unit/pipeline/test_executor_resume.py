"""An executor that dies between any two of its writes, and the one that comes after it.

The death is an in-process one: at its n-th call the store never answers again, before or after having done the work, as
if the process had been killed at that point; a new executor then opens on the same store and the same disk.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fairway.domain import progression
from fairway.domain.execution import ExecutionStatus, StageStatus
from fairway.errors import WorkFailed
from support.pipeline_stages import NAMES, Rig
from support.pipeline_values import APP, PUSH, REVISION, define

STAGES = ("source", "build", "production")


class Dying:
    """Executions that stop answering at the n-th write."""

    def __init__(self, executions: Any, at: int, *, done: bool) -> None:
        self._executions = executions
        self._left = at
        self._done = done
        self.dead = asyncio.Event()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._executions, name)
        if name in ("get", "list", "outputs", "unfinished", "contenders", "entered"):
            return method  # type: ignore[no-any-return]

        async def call(*arguments: Any, **more: Any) -> Any:
            if self.dead.is_set():
                await asyncio.Event().wait()
            self._left -= 1
            if self._left > 0:
                return await method(*arguments, **more)
            if self._done:
                await method(*arguments, **more)
            self.dead.set()
            return await asyncio.Event().wait()

        return call


async def finish(rig: Rig) -> None:
    while any(not execution.finished for execution in await rig.store.executions.list(APP)):
        await rig.durable.idle()
        await asyncio.sleep(0)


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, 7))
async def test_an_execution_survives_death_at_any_write(tmp_path: Path, at: int, done: bool) -> None:
    ran: list[str] = []
    dying: list[Dying] = []

    def wrap(executions: Any) -> Dying:
        dying.append(Dying(executions, at, done=done))
        return dying[0]

    first = Rig(tmp_path, ran=ran, wrap=wrap)
    await first.open()
    await first.store.apps.create(APP, at=1.0)
    execution = await first.store.executions.create(APP, REVISION, PUSH, define(STAGES), at=1.0)
    async with asyncio.TaskGroup() as group:
        submitting = group.create_task(first.executor.submitted(APP, execution.number))
        waiting = group.create_task(dying[0].dead.wait())
        await asyncio.wait({waiting}, timeout=0.2)
        submitting.cancel()
        waiting.cancel()
    await first.executor.close()

    second = Rig(tmp_path, store=first.store, disk=first.disk, ran=ran)
    await second.open()
    await finish(second)
    await second.executor.close()

    resumed = await second.get(1)
    assert resumed.status is ExecutionStatus.SUCCEEDED
    assert [stage.status for stage in resumed.stages] == [StageStatus.SUCCEEDED] * 3
    assert ran == [f"1/{name}" for name in STAGES], "each step is done once"
    assert await second.store.executions.outputs(APP, 1) == {name: f"result of {name}" for name in STAGES}


async def test_a_stage_whose_workflow_is_lost_is_begun_anew(tmp_path: Path) -> None:
    first = Rig(tmp_path)
    await first.open()
    first.stages.hold("build")
    await first.push(*STAGES)
    await first.stages.reached["build"].wait()
    await first.executor.close()

    second = Rig(tmp_path, store=first.store, disk={})
    await second.open()
    await finish(second)
    await second.executor.close()

    assert await second.statuses() == ["SUCCEEDED"]
    assert second.stages.ran == ["1/build", "1/production"]


async def test_a_stage_whose_workflow_was_given_up_is_begun_anew(tmp_path: Path) -> None:
    first = Rig(tmp_path)
    await first.open()
    first.stages.hold("build")
    await first.push(*STAGES)
    await first.stages.reached["build"].wait()
    await first.executor.close()
    for kept in first.disk.values():
        kept.ended = True

    second = Rig(tmp_path, store=first.store, disk=first.disk)
    await second.open()
    await finish(second)
    await second.executor.close()

    assert await second.statuses() == ["SUCCEEDED"]


async def test_a_stop_that_was_interrupted_is_finished(tmp_path: Path) -> None:
    first = Rig(tmp_path)
    await first.open()
    first.stages.hold("build")
    await first.push(*STAGES)
    await first.stages.reached["build"].wait()
    execution = await first.get(1)
    assert await first.store.executions.change(execution, progression.stop(execution, execution.stages[1]), at=2.0)
    await first.executor.close()

    second = Rig(tmp_path, store=first.store, disk=first.disk)
    await second.open()
    await finish(second)
    await second.executor.close()

    execution = await second.get(1)
    assert execution.status is ExecutionStatus.STOPPED
    assert execution.stages[1].status is StageStatus.STOPPED
    assert second.stages.ran == []
    assert second.stages.abandoned == ["1/build"]


async def test_the_waiting_execution_begins_after_a_restart(tmp_path: Path) -> None:
    first = Rig(tmp_path)
    await first.open()
    first.stages.hold("build")
    await first.push(*NAMES)
    await first.stages.reached["build"].wait()
    await first.push(*NAMES)
    await first.executor.close()

    second = Rig(tmp_path, store=first.store, disk=first.disk)
    second.stages.errors["package"] = WorkFailed("the registry is full")
    await second.open()
    await finish(second)
    await second.executor.close()

    assert await second.statuses() == ["FAILED", "FAILED"]


async def test_the_log_says_that_the_server_was_restarted(tmp_path: Path) -> None:
    first = Rig(tmp_path)
    await first.open()
    first.stages.hold("build")
    await first.push(*STAGES)
    await first.stages.reached["build"].wait()
    await first.executor.close()

    second = Rig(tmp_path, store=first.store, disk=first.disk)
    await second.open()
    await finish(second)
    await second.executor.close()

    assert second.logs.read(APP, 1, "build") == "build begins\nthe server was restarted; going on\nbuild begins\n"
