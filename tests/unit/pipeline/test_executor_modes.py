"""How executions share the stages: superseded, queued, parallel, and held back by a disabled transition."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fairway.domain.app import Mode
from fairway.domain.execution import StageStatus
from fairway.domain.pipeline import DisabledTransition
from fairway.errors import Conflict, NotFound
from support.pipeline_stages import Rig
from support.pipeline_values import APP

HELD = DisabledTransition(stage="production", reason="a sale is on", by="ada", at=1.0)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path)
    await made.open()
    yield made
    await made.executor.close()


async def places(rig: Rig) -> list[str]:
    """Where each execution is: "build" in it, "-build" in front of it, its status when it has ended."""
    found = []
    for execution in reversed(await rig.store.executions.list(APP)):
        stage = execution.place
        if execution.finished or stage is None:
            found.append(str(execution.status))
        else:
            found.append(f"-{stage.name}" if stage.status is StageStatus.PENDING else stage.name)
    return found


async def test_a_new_execution_enters_a_stage_as_soon_as_the_one_before_has_left_it(rig: Rig) -> None:
    rig.stages.hold("production")
    await rig.push()
    await rig.quiet()

    await rig.push()
    await rig.quiet()

    assert await places(rig) == ["production", "-production"]


async def test_queued_executions_enter_in_the_order_in_which_they_came(rig: Rig) -> None:
    rig.stages.hold("build")
    for _ in range(4):
        await rig.push(mode=Mode.QUEUED)
        await rig.quiet()
    assert await places(rig) == ["build", "-build", "-build", "-build"]

    rig.stages.held["build"].set()
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED"] * 4
    assert [each for each in rig.stages.ran if "production" in each] == [f"{n}/production" for n in (1, 2, 3, 4)]


async def test_parallel_executions_do_not_wait(rig: Rig) -> None:
    rig.stages.hold("build")
    for _ in range(3):
        await rig.push(mode=Mode.PARALLEL)
    await rig.quiet()

    assert await places(rig) == ["build", "build", "build"]


@pytest.mark.lengthy
async def test_beyond_fifty_at_once_a_queued_execution_waits_at_the_door(rig: Rig) -> None:
    rig.stages.hold("build")
    for _ in range(52):
        await rig.push(mode=Mode.PARALLEL)
    await rig.quiet()
    assert (await rig.statuses()).count("QUEUED") == 2

    rig.stages.held["build"].set()
    await rig.quiet()
    await rig.durable.idle()
    await rig.quiet()

    assert set(await rig.statuses()) == {"SUCCEEDED"}


async def test_a_disabled_transition_holds_the_newest_and_supersedes_the_others(rig: Rig) -> None:
    await rig.store.apps.create(APP, at=1.0)
    await rig.executor.disable_transition(APP, HELD)
    for _ in range(3):
        await rig.push()
        await rig.quiet()
    assert await places(rig) == ["SUPERSEDED", "SUPERSEDED", "-production"]

    await rig.executor.enable_transition(APP, "production")
    await rig.quiet()

    assert await rig.statuses() == ["SUPERSEDED", "SUPERSEDED", "SUCCEEDED"]


async def test_disabling_leaves_what_is_in_the_stage_alone(rig: Rig) -> None:
    rig.stages.hold("production")
    await rig.push()
    await rig.quiet()

    await rig.executor.disable_transition(APP, HELD)
    rig.stages.held["production"].set()
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED"]


async def test_enabling_what_is_not_disabled_is_refused(rig: Rig) -> None:
    await rig.store.apps.create(APP, at=1.0)

    with pytest.raises(Conflict, match="nothing holds executions back"):
        await rig.executor.enable_transition(APP, "production")
    with pytest.raises(NotFound):
        await rig.executor.disable_transition("nobody", HELD)  # type: ignore[arg-type]


async def test_an_older_commit_never_follows_a_newer_one_into_a_stage(rig: Rig) -> None:
    # 41 goes by way of staging, 42 straight to production: 41 would take production back.
    rig.stages.hold("staging")
    await rig.push("source", "build", "package", "staging", "production")
    await rig.stages.reached["staging"].wait()
    await rig.push("source", "build", "package", "production")
    await rig.quiet()

    rig.stages.held["staging"].set()
    await rig.quiet()

    assert await rig.statuses() == ["SUPERSEDED", "SUCCEEDED"]


async def test_a_hundred_pushes_at_once_end_with_the_newest_deployed(rig: Rig) -> None:
    await rig.push()
    await asyncio.gather(*(rig.push() for _ in range(99)))
    await rig.quiet()
    await rig.durable.idle()
    await rig.quiet()

    statuses = await rig.statuses()
    assert statuses[-1] == "SUCCEEDED"
    assert set(statuses) == {"SUCCEEDED", "SUPERSEDED"}
