"""Pull requests beside the pipeline: whom they wait for, and who never waits for them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fairway.domain.execution import INSIDE
from fairway.domain.pipeline import DisabledTransition
from fairway.domain.progression import RetryMode
from fairway.errors import Conflict, WorkFailed
from support.pipeline_stages import Rig
from support.pipeline_values import APP

FAILED = RetryMode.FAILED_ACTIONS
BROKEN = WorkFailed("the tests failed")


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path)
    await made.open()
    yield made
    await made.executor.close()


async def test_a_pull_request_is_built_and_that_is_all(rig: Rig) -> None:
    await rig.propose(7)
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED"]
    assert rig.stages.ran == ["1/source", "1/build"]


async def test_a_push_waits_for_no_pull_request_and_no_pull_request_for_a_push(rig: Rig) -> None:
    rig.stages.hold("build")
    await rig.push()
    await rig.quiet()
    await rig.propose(7)
    await rig.quiet()

    await rig.push()
    await rig.quiet()

    inside = [
        place.name for each in await rig.store.executions.list(APP) if (place := each.place) and place.status in INSIDE
    ]
    assert inside == ["build", "build"]
    rig.stages.held["build"].set()
    await rig.quiet()
    assert await rig.statuses() == ["SUCCEEDED"] * 3


async def test_pull_requests_are_built_one_after_the_other_and_a_newer_head_supersedes_what_waits(rig: Rig) -> None:
    rig.stages.hold("build")
    for pull_request in (7, 8, 8, 9):
        await rig.propose(pull_request)
        await rig.quiet()

    before = await rig.statuses()
    rig.stages.held["build"].set()
    await rig.quiet()

    assert before == ["IN_PROGRESS", "SUPERSEDED", "IN_PROGRESS", "IN_PROGRESS"]
    assert [each for each in rig.stages.ran if each.endswith("build")] == ["1/build", "3/build", "4/build"]
    assert await rig.statuses() == ["SUCCEEDED", "SUPERSEDED", "SUCCEEDED", "SUCCEEDED"]


async def test_a_transition_that_is_disabled_holds_no_pull_request(rig: Rig) -> None:
    await rig.push()
    await rig.quiet()
    await rig.executor.disable_transition(APP, DisabledTransition(stage="build", reason="full", by="ada", at=1.0))

    await rig.propose(7)
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED", "SUCCEEDED"]


async def test_a_head_is_tried_again_until_a_newer_one_of_the_same_pull_request_was_there(rig: Rig) -> None:
    rig.stages.turns["build"] = [BROKEN]
    await rig.propose(7)
    await rig.quiet()
    for _ in range(2):
        await rig.push()
        await rig.quiet()

    await rig.executor.retry(APP, 1, FAILED)
    await rig.quiet()

    assert (await rig.statuses())[0] == "SUCCEEDED"


async def test_a_head_is_not_tried_again_after_a_newer_one(rig: Rig) -> None:
    rig.stages.turns["build"] = [BROKEN]
    await rig.propose(7)
    await rig.quiet()
    await rig.propose(7)
    await rig.quiet()

    with pytest.raises(Conflict) as raised:
        await rig.executor.retry(APP, 1, FAILED)

    assert "execution 2 has been in build since" in raised.value.why


async def test_a_push_is_tried_again_after_a_pull_request_was_built(rig: Rig) -> None:
    rig.stages.turns["build"] = [BROKEN]
    await rig.push()
    await rig.quiet()
    await rig.propose(7)
    await rig.quiet()

    await rig.executor.retry(APP, 1, FAILED)
    await rig.quiet()

    assert await rig.statuses() == ["SUCCEEDED", "SUCCEEDED"]


async def test_one_that_waits_is_stopped_with_patience_at_once(rig: Rig) -> None:
    rig.stages.hold("build")
    for pull_request in (7, 8):
        await rig.propose(pull_request)
        await rig.quiet()

    await rig.executor.stop(APP, 2, wait=True, reason="the pull request was closed")

    assert await rig.statuses() == ["IN_PROGRESS", "STOPPED"]
