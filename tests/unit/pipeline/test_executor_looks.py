"""How often the executor looks who may enter, and what a look that fails leaves behind."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from fairway.domain.app import Mode
from fairway.domain.execution import ExecutionStatus
from fairway.domain.ids import ExecutionNumber
from fairway.errors import Unavailable
from support.pipeline_stages import Rig
from support.pipeline_values import APP, PUSH, REVISION, define

STAGES = ("source", "production")


class Counting:
    """Executions that count the looks at an app's contenders; those whose numbers are in `failing` fail."""

    def __init__(self, executions: Any) -> None:
        self._executions = executions
        self.looks = 0
        self.failing: set[int] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._executions, name)

    async def contenders(self, app: Any) -> Any:
        self.looks += 1
        if self.looks in self.failing:
            raise Unavailable("the store did not answer", why="database or disk is full")
        # As a real store does, it answers a moment later.
        await asyncio.sleep(0.01)
        return await self._executions.contenders(app)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path, wrap=Counting)
    await made.store.apps.create(APP, at=1.0)
    await made.open()
    yield made
    await made.executor.close()


def counting(rig: Rig) -> Counting:
    found = rig.executor._executions
    assert isinstance(found, Counting)
    return found


async def create(rig: Rig, count: int, mode: Mode) -> list[ExecutionNumber]:
    definition = define(STAGES, mode=mode)
    made = [await rig.store.executions.create(APP, REVISION, PUSH, definition, at=1.0) for _ in range(count)]
    return [execution.number for execution in made]


async def test_one_look_does_for_all_who_asked_before_it(rig: Rig) -> None:
    rig.stages.hold("source")
    numbers = await create(rig, 50, Mode.QUEUED)

    await asyncio.gather(*(rig.executor.submitted(APP, number) for number in numbers))

    assert counting(rig).looks <= 3
    assert (await rig.get(1)).status is ExecutionStatus.IN_PROGRESS


async def test_who_was_let_in_begins_though_the_store_fails_behind_it(rig: Rig) -> None:
    numbers = await create(rig, 2, Mode.SUPERSEDED)
    counting(rig).failing = {2}

    with pytest.raises(Unavailable):
        await rig.executor.submitted(APP, numbers[-1])
    async with asyncio.timeout(60):
        while not (await rig.get(numbers[-1])).finished:
            await asyncio.sleep(1)

    assert await rig.statuses() == ["SUPERSEDED", "SUCCEEDED"]
