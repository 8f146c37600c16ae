"""Waiting for the tasks of a failed deployment to be gone."""

import asyncio
from dataclasses import replace

import pytest

from fairway.adapters.memory.board import Board
from fairway.deploy import leaving
from fairway.domain.deployment import Deployment, RolloutState
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import DeploymentId
from fairway.domain.observed import ObservedEnvironment, TaskStatus
from fairway.domain.rollout import Progress
from support.pipeline_deploys import Yard, make_task, running
from support.pipeline_values import APP, PRODUCTION


def post(board: Board, desired: DesiredEnvironment, at: float, *, trouble: str = "", **tasks: TaskStatus) -> None:
    """A look that shows a task of each deployment, `d2=RUNNING`, and perhaps that not everything was seen."""
    seen = []
    for name, status in tasks.items():
        observed = make_task(desired, "web", int(name.removeprefix("d")))
        seen.append(replace(observed, task=replace(observed.task, status=status)))
    progress = Progress(app=APP, environment=PRODUCTION, at=at, services={}, trouble=trouble)
    board.post(progress, ObservedEnvironment(tasks=tuple(seen)))


async def prepare() -> tuple[Board, DesiredEnvironment, Deployment]:
    """Deployment 2, which has failed."""
    yard = Yard()
    await yard.store.apps.create(APP, at=1.0)
    async with running(yard, fails=frozenset({2})):
        await yard.deploy(41)
        failed = await yard.deploy(42)
    assert (failed.id, failed.state) == (DeploymentId(2), RolloutState.FAILED)
    return Board(), await yard.desired(), failed


async def test_it_waits_until_a_look_shows_none_of_its_own() -> None:
    board, desired, failed = await prepare()
    post(board, desired, 1.0, d1=TaskStatus.RUNNING, d2=TaskStatus.RUNNING)
    said: list[str] = []
    waiting = asyncio.ensure_future(leaving.see_out(board, failed, said.append, timeout=60.0))
    await asyncio.sleep(1.0)
    post(board, desired, 2.0, trouble="Docker does not answer")
    await asyncio.sleep(1.0)
    early = waiting.done()

    post(board, desired, 3.0, d1=TaskStatus.RUNNING, d2=TaskStatus.STOPPED)

    assert not early, "a look that did not see everything shows nothing"
    assert await waiting
    assert said == ["release 2: 1 task has still to end"]


@pytest.mark.parametrize("looked", [True, False])
async def test_what_does_not_end_in_its_time_is_said(looked: bool) -> None:
    board, desired, failed = await prepare()
    if looked:
        post(board, desired, 1.0, d2=TaskStatus.RUNNING)
    said: list[str] = []

    assert not await leaving.see_out(board, failed, said.append, timeout=60.0)
    assert said[-1] == "release 2: its tasks did not end within 60 s of their stop signal"
