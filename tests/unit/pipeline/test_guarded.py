"""The guard in an environment's stage: before an approval, before a deployment, and before a way back."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fairway.domain.app import Environment
from fairway.domain.deployment import Cause
from fairway.domain.execution import ActionStatus, Execution, Stage
from fairway.domain.guarding import Return, Way
from fairway.domain.judgement import Finding, Judged
from fairway.domain.migrations import Policy
from fairway.domain.moves import carry_out
from fairway.domain.passage import PassageStatus
from fairway.domain.pipeline import REHEARSE, Approval, define_environment
from fairway.domain.release import Release
from fairway.errors import Conflict, Unavailable, UsageError
from fairway.manifest import load as manifest
from fairway.pipeline import decisions, outcome
from fairway.pipeline.stages.deploy import DeployStage
from fairway.pipeline.work import Done, Failed
from support.guard_values import make_passage
from support.pipeline_deploys import Yard
from support.pipeline_guard import Fake, ended, environment, execution, work
from support.pipeline_stages import Rig
from support.pipeline_values import APP, DESCRIPTION, PRODUCTION

ROLL_BACK = (
    "fairway rollback 1 -e production --take-back, which takes away what the migrations added, data included, and "
    "closes the environment meanwhile (the way down took 4.0 s when it was rehearsed); or fairway rollback 1"
)
FINDING = Finding(rule="adding-not-nullable-field", step="1", effect="locks orders")
SHOWN = Judged(asked=(FINDING,))


def names(found: Environment) -> list[str]:
    return [f"{each.order} {each.name}" for each in define_environment(found).actions]


def test_only_what_may_have_to_be_agreed_to_is_rehearsed_before_the_deployment() -> None:
    assert names(environment()) == ["1 deploy"]
    assert names(environment(approval=60.0)) == ["1 rehearse", "2 approval", "3 deploy"]
    assert names(environment(policy=Policy.ASK)) == ["1 rehearse", "2 approval", "3 deploy"]
    assert names(environment(policies={"r": Policy.ASK})) == ["1 rehearse", "2 approval", "3 deploy"]
    assert names(replace(DESCRIPTION, approval=60.0)) == ["1 approval", "2 deploy"]


def test_only_an_approval_that_nothing_else_asks_for_may_be_passed_by_itself() -> None:
    asked = define_environment(environment(policy=Policy.ASK)).actions[1]
    written = define_environment(environment(policy=Policy.ASK, approval=60.0)).actions[1]

    assert (asked, written) == (Approval(order=2, if_asked=True), Approval(order=2, timeout=60.0))


def after(before: Execution, answer: Done | Failed) -> Stage:
    moves = decisions.follow(before, outcome.record("production", REHEARSE, answer), "production")
    moved = carry_out(before, moves, at=5.0)
    assert moved is not None
    return moved.stages[0]


def test_with_nothing_to_agree_to_the_deployment_begins_at_once() -> None:
    found = after(execution(environment(policy=Policy.ASK)), Done(summary="rehearsed", passes=("approval",)))

    assert [each.status for each in found.actions] == [
        ActionStatus.SUCCEEDED,
        ActionStatus.SUCCEEDED,
        ActionStatus.IN_PROGRESS,
    ]
    assert found.actions[1].summary == "nothing to agree to"


def test_a_rehearsal_is_no_deployment() -> None:
    found = after(execution(environment(policy=Policy.ASK)), Done(summary="rehearsed"))

    assert found.waiting is not None
    assert not found.deployed


@pytest.fixture
async def yard() -> Yard:
    made = Yard()
    await made.store.apps.create(APP, at=1.0)
    return made


async def run(yard: Yard, guard: Fake, *, action: str = "deploy", **given: Any) -> Done | Failed:
    stage = DeployStage(yard.deployer, manifest.load, guard=guard)
    return await stage.run(work(execution(environment(policy=Policy.ASK)), action, **given))


async def test_a_rehearsal_makes_no_release_and_hands_its_passage_on(yard: Yard) -> None:
    guard = Fake(ended(PassageStatus.REHEARSED))

    done = await run(yard, guard, action=REHEARSE)

    assert isinstance(done, Done)
    assert (done.outputs, done.passes, done.summary) == ({"passage/production": 1}, ("approval",), "rehearsed")
    assert (guard.orders[0].goes, guard.orders[0].key) == (False, "execution/42/production/rehearse/1")
    assert await yard.store.releases.list(APP) == []


async def test_what_is_asked_is_waited_for(yard: Yard) -> None:
    done = await run(yard, Fake(ended(PassageStatus.REHEARSED, judged=SHOWN)), action=REHEARSE)

    assert isinstance(done, Done)
    assert done.passes == ()


async def test_a_deployment_takes_along_what_was_agreed_to(yard: Yard) -> None:
    guard = Fake(ended(PassageStatus.FAILED, cause=Cause(sentence="no"), judged=SHOWN))
    guard.passages[7] = make_passage(judged=SHOWN)

    await run(yard, guard, outputs={"passage/production": 7})

    assert guard.orders[0].agreed == frozenset({("adding-not-nullable-field", "1", "", "")})
    assert (guard.orders[0].goes, guard.orders[0].key) == (True, "execution/42/production/1")


@pytest.mark.parametrize("status", [PassageStatus.FAILED, PassageStatus.REFUSED, PassageStatus.STOPPED])
async def test_what_does_not_end_well_is_never_deployed(yard: Yard, status: PassageStatus) -> None:
    guard = Fake(ended(status, cause=Cause(sentence="it has nulls", fix="fill them", more=("a",))))

    failed = await run(yard, guard)

    assert isinstance(failed, Failed)
    assert failed.cause == Cause(sentence="it has nulls", fix="fill them", more=("a", "fairway show 42"))
    assert await yard.store.deployments.list(APP) == []
    assert [each.number for each in await yard.store.releases.list(APP)] == [1]


async def test_a_retry_has_a_passage_of_its_own_for_the_same_release(yard: Yard) -> None:
    guard = Fake(ended(PassageStatus.FAILED, cause=Cause(sentence="no")))

    await run(yard, guard)
    await run(yard, guard, attempt=2)

    assert [order.key for order in guard.orders] == ["execution/42/production/1", "execution/42/production/2"]
    assert [order.release.number for order in guard.orders] == [1, 1]


async def test_a_stopped_execution_gives_its_passages_up(yard: Yard) -> None:
    guard = Fake(ended(PassageStatus.SKIPPED))

    await DeployStage(yard.deployer, manifest.load, guard=guard).abandon(execution(environment()), PRODUCTION)

    assert guard.abandoned == ["execution/42/production/"]


async def test_without_a_guard_an_environment_with_migrations_is_not_deployed(yard: Yard) -> None:
    stage = DeployStage(yard.deployer, manifest.load)

    with pytest.raises(Unavailable, match="no guard"):
        await stage.run(work(execution(environment()), "deploy"))


async def roll_back(root: Path, found: Return | Exception | None, **options: Any) -> Rig:
    """One live execution, and an attempt to go back to it."""

    async def find(release: Release) -> Return | None:
        if isinstance(found, Exception):
            raise found
        return found

    rig = Rig(root, find_return=find)
    await rig.open()
    try:
        number = await rig.push("source", "production")
        await rig.quiet()
        rig.deployed(number)
        await rig.executor.rollback(APP, PRODUCTION, **options)
        await rig.quiet()
    finally:
        await rig.executor.close()
    return rig


@pytest.mark.parametrize("found", [None, Return(way=Way.FITS)])
async def test_a_release_that_fits_is_gone_back_to(tmp_path: Path, found: Return | None) -> None:
    rig = await roll_back(tmp_path, found)

    assert rig.stages.ran[-1] == "2/production"


@pytest.mark.parametrize(
    ("found", "hint"),
    [
        (Return(way=Way.NONE, missing=("2_code",), sentence="nothing has shown it"), "deploy a commit that fits"),
        (Return(way=Way.DOWN, missing=("2_code",), sentence="it was rehearsed", seconds=4.0), ROLL_BACK),
        (Unavailable("the database can't be reached"), "--accept-schema"),
    ],
)
async def test_one_that_nothing_speaks_for_is_refused_with_the_choices(
    tmp_path: Path, found: Return | Exception, hint: str
) -> None:
    with pytest.raises(Conflict) as caught:
        await roll_back(tmp_path, found)

    assert hint in caught.value.hint
    assert "fairway rollback 1 -e production --accept-schema" in caught.value.hint


@pytest.mark.parametrize(
    ("found", "passage"), [(Return(way=Way.DOWN, passage=7), 7), (Return(way=Way.FITS, passage=7), None), (None, None)]
)
async def test_who_takes_back_does_so_only_where_it_has_to_be(
    tmp_path: Path, found: Return | None, passage: int | None
) -> None:
    rig = await roll_back(tmp_path, found, take_back=True)

    assert rig.stages.ran[-1] == "2/production"
    made = (await rig.get(2)).rollback
    assert made is not None
    assert (made.takes_back, made.accepted) == (passage, False)


async def test_what_was_not_rehearsed_is_not_taken_back_either(tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="its database has moved on"):
        await roll_back(tmp_path, Return(way=Way.NONE), take_back=True)


async def test_the_schema_can_t_be_accepted_and_taken_back(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two answers"):
        await roll_back(tmp_path, Return(way=Way.DOWN, passage=7), take_back=True, accepted=True)


async def test_who_accepts_that_goes_back_all_the_same(tmp_path: Path) -> None:
    rig = await roll_back(tmp_path, Return(way=Way.NONE), accepted=True)

    assert rig.stages.ran[-1] == "2/production"
