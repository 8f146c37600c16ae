"""A closed environment over real HTTP: who asks is told why, and its execution is not given up without a word."""

import json
from dataclasses import replace

import pytest

from fairway.domain.desired import DesiredEnvironment, DesiredService
from fairway.domain.execution import ExecutionStatus, StageStatus
from fairway.domain.ids import AppName, EnvironmentName, ExecutionNumber
from fairway.domain.moves import MoveExecution, MoveStage
from fairway.domain.passage import PassageStatus
from fairway.domain.rehearsal import Trial
from support.guard_values import make_passage, make_rehearsal
from support.pipeline_values import DESCRIPTION, PUSH, REVISION, define, make_release, make_spec

SHOP, PRODUCTION = AppName("shop"), EnvironmentName("production")
API = "/api/v1/apps/shop"
ENTERED = [
    MoveExecution(expected=ExecutionStatus.QUEUED, to=ExecutionStatus.IN_PROGRESS),
    MoveStage(stage="production", expected=StageStatus.PENDING, to=StageStatus.IN_PROGRESS),
]
STOPPING = [
    MoveExecution(expected=ExecutionStatus.IN_PROGRESS, to=ExecutionStatus.STOPPING),
    MoveStage(stage="production", expected=StageStatus.IN_PROGRESS, to=StageStatus.STOPPING),
]
STOPPED = [
    MoveStage(stage="production", expected=StageStatus.STOPPING, to=StageStatus.STOPPED),
    MoveExecution(expected=ExecutionStatus.STOPPING, to=ExecutionStatus.STOPPED),
]


@pytest.fixture
async def closed(served):
    """Production is closed, and execution 1 is in it, which has migrated."""
    await served.store.releases.create(make_release(app=SHOP))
    service = DesiredService(spec=make_spec(), replicas=1, rollout=DESCRIPTION.rollout)
    desired = DesiredEnvironment(app=SHOP, environment=PRODUCTION, services=(service,), closed=True, closed_at=1000.0)
    await served.store.desired.put(desired)
    made = await served.store.executions.create(SHOP, REVISION, PUSH, define(("production",)), at=1.0)
    assert await served.store.executions.change(made, ENTERED, at=2.0)
    old = Trial(release="1", seconds=1.0, failed="GET / answered 500")
    passage = make_passage(app=SHOP, key="a", status=PassageStatus.MIGRATED, execution=ExecutionNumber(1))
    await served.store.passages.create(replace(passage, rehearsal=make_rehearsal(old=old, back=True)))
    return served


async def test_the_status_says_for_which_passage_and_that_its_execution_opens_it(closed):
    (shown,) = (await closed.api.get(API)).json()["environments"]

    assert shown["state"] == "closed"
    assert {name: shown["closed"][name] for name in ("since", "passage", "execution", "settled")} == {
        "since": 1000.0,
        "passage": 1,
        "execution": 1,
        "settled": False,
    }


async def test_its_execution_is_given_up_only_for_who_leaves_it_closed(closed):
    refused = await closed.api.post(f"{API}/executions/1/stop")
    before = await closed.store.executions.get(SHOP, 1)
    given_up = await closed.api.post(f"{API}/executions/1/stop", json={"leave_closed": True})
    shown = (await closed.api.get(f"{API}/executions/1")).json()
    (environment,) = (await closed.api.get(API)).json()["environments"]

    assert refused.status_code == 409
    assert "production is closed for its migration" in refused.json()["detail"]
    assert "--wait" in refused.json()["hint"] and "--leave-closed" in refused.json()["hint"]
    assert before.status is ExecutionStatus.IN_PROGRESS
    assert given_up.json()["status"] == "STOPPED", given_up.text
    assert shown["closed"] == environment["closed"]
    assert shown["closed"]["settled"]
    assert [way["command"] for way in shown["closed"]["ways"]] == [
        "fairway retry 1",
        "fairway rollback 1 -e production --take-back",
    ]


async def test_who_watches_a_stopped_one_is_told_at_its_end(closed):
    for moves in (STOPPING, STOPPED):
        await closed.store.executions.change(await closed.store.executions.get(SHOP, 1), moves, at=3.0)

    answer = await closed.api.get(f"{API}/executions/1/stream")

    last = json.loads(answer.text.splitlines()[-1])
    assert (last["type"], last["execution"]["closed"]["passage"]) == ("end", 1)


async def test_one_that_has_closed_nothing_is_stopped_as_ever(closed):
    (passage,) = await closed.store.passages.list(SHOP)
    await closed.store.passages.change(passage, replace(passage, rehearsal=None))

    stopped = await closed.api.post(f"{API}/executions/1/stop")

    assert (stopped.json()["status"], stopped.json()["closed"]) == ("STOPPED", None)
