"""An executor whose server shares the work: it runs what is its own, while its lease is good."""

import asyncio
from pathlib import Path
from typing import Any

from fairway.domain.execution import Execution, ExecutionStatus
from fairway.domain.ids import AppName
from support.pipeline_stages import Rig
from support.pipeline_values import APP

STAGES = ("source", "build")


class Lease:
    """Good and everything's until told otherwise."""

    def __init__(self) -> None:
        self.good = asyncio.Event()
        self.good.set()
        self.lost: set[str] = set()

    def holds(self, app: AppName) -> bool:
        return app not in self.lost

    async def valid(self) -> None:
        await self.good.wait()


class NothingOfItsOwn:
    """Executions of which none is this server's to go on with."""

    def __init__(self, executions: Any) -> None:
        self._executions = executions

    def __getattr__(self, name: str) -> Any:
        return getattr(self._executions, name)

    async def unfinished(self) -> list[Execution]:
        return []


async def test_nothing_begins_while_the_lease_is_in_doubt(tmp_path: Path) -> None:
    lease = Lease()
    rig = Rig(tmp_path, holding=lease)
    await rig.open()
    lease.good.clear()

    number = await rig.push(*STAGES)
    await rig.quiet()
    assert rig.stages.ran == []

    lease.good.set()
    await rig.quiet()
    assert (await rig.get(number)).status is ExecutionStatus.SUCCEEDED


async def test_a_step_that_comes_when_the_lease_is_in_doubt_waits(tmp_path: Path) -> None:
    lease = Lease()
    rig = Rig(tmp_path, holding=lease)
    await rig.open()
    rig.stages.hold("source")
    await rig.push(*STAGES)
    await rig.stages.reached["source"].wait()

    lease.good.clear()
    rig.stages.held["source"].set()
    await rig.quiet()

    assert rig.stages.ran == ["1/source"]
    assert "build" not in rig.stages.seen


async def test_a_workflow_of_an_app_that_is_another_server_s_by_now_ends_with_nothing_done(tmp_path: Path) -> None:
    before = Rig(tmp_path)
    await before.open()
    before.stages.hold("build")
    number = await before.push(*STAGES)
    await before.stages.reached["build"].wait()
    await before.executor.close()
    lease = Lease()
    lease.lost.add(APP)
    kept = await before.get(number)

    after = Rig(tmp_path, store=before.store, disk=before.disk, wrap=NothingOfItsOwn, holding=lease)
    await after.open()
    await after.quiet()

    assert after.stages.ran == []
    assert await after.get(number) == kept


async def test_what_another_server_left_is_gone_on_with(tmp_path: Path) -> None:
    dead = Rig(tmp_path / "dead")
    heir = Rig(tmp_path / "heir", store=dead.store)
    await dead.open()
    await heir.open()
    dead.stages.hold("build")
    number = await dead.push(*STAGES)
    await dead.stages.reached["build"].wait()
    await dead.executor.close()

    await heir.executor.take_over({APP})
    await heir.quiet()

    assert (await heir.get(number)).status is ExecutionStatus.SUCCEEDED
    assert (dead.stages.ran, heir.stages.ran) == (["1/source"], ["1/build"])


async def test_only_the_apps_that_were_taken_over_are_gone_on_with(tmp_path: Path) -> None:
    dead = Rig(tmp_path / "dead")
    heir = Rig(tmp_path / "heir", store=dead.store)
    await dead.open()
    await heir.open()
    dead.stages.hold("build")
    await dead.push(*STAGES)
    await dead.stages.reached["build"].wait()
    await dead.executor.close()

    await heir.executor.take_over({AppName("another")})
    await heir.quiet()

    assert heir.stages.ran == []
