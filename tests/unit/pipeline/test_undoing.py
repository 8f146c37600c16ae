"""What becomes of a migration whose release could not be deployed: taken back or kept, and told with the next step."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from fairway.deploy.doors import Doors
from fairway.domain.deployment import Cause, RolloutState
from fairway.domain.ids import ExecutionNumber, ReleaseNumber
from fairway.domain.migrations import Migrations, Undoing
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.domain.rehearsal import Attempt, Trial
from fairway.domain.rollback import Rollback
from fairway.domain.taking_back import Course, choose
from fairway.errors import Conflict
from fairway.manifest import load as manifest
from fairway.migrate.attending import Attendant
from fairway.migrate.door import Door
from fairway.migrate.guard import Guard
from fairway.migrate.parts import Parts
from fairway.migrate.requests import Requests
from fairway.pipeline.stages import undoing
from fairway.pipeline.stages.deploy import DeployStage
from fairway.pipeline.work import Done, Failed, Work
from support.examples import some
from support.guard_mortal import Fate, Killed, mortal
from support.guard_values import make_passage, make_rehearsal
from support.guard_world import World, only_the_old_fails
from support.pipeline_deploys import Yard, other_image, running
from support.pipeline_guard import Fake, environment, execution, work
from support.pipeline_values import APP, DESCRIPTION, make_release

pytestmark = pytest.mark.lengthy

HEAD = 'app = "shop-api"\n[environments.production]\n[migrations]\ncommand = ["migrate", "up"]\n'
DOWN = 'down = ["migrate", "down"]\n'
BACK = 'on_failure = "back"\n'
CLOSING = 'maintenance = true\n[[migrations.smoke]]\npath = "/orders"\n'
WAY = {"down": Attempt(command=("down",), code=0, seconds=0.4), "back": True}
ONCE_MORE = "fairway rollback 17 -e production --take-back goes back once more, or push a commit that mends it"
HOLDS, FAILS = Trial(release="17", seconds=1.0), Trial(release="17", seconds=1.0, failed="GET /orders answered 500")


def migrated(**rehearsal: Any) -> Passage:
    return make_passage(
        number=1,
        status=PassageStatus.MIGRATED,
        outcome=Outcome.APPLIED,
        backup=3,
        summary="1 migration in 0.3 s",
        rehearsal=make_rehearsal(**{"old": HOLDS, **rehearsal}),
    )


@pytest.mark.parametrize(
    ("rehearsal", "settings", "course"),
    [
        ({}, {}, Course.KEPT),
        (WAY, {}, Course.KEPT),
        (WAY, {"on_failure": Undoing.BACK}, Course.BACK),
        ({}, {"on_failure": Undoing.BACK}, Course.KEPT),
        ({"old": FAILS}, {"maintenance": True}, Course.STUCK),
        ({"old": FAILS, **WAY}, {"maintenance": True}, Course.REOPEN),
        ({"old": FAILS, **WAY, "back": False}, {"maintenance": True}, Course.STUCK),
        ({"old": HOLDS, **WAY}, {"maintenance": True}, Course.KEPT),
    ],
)
def test_what_becomes_of_it_is_a_matter_of_what_was_shown(
    rehearsal: dict[str, Any], settings: dict[str, Any], course: Course
) -> None:
    assert choose(migrated(**rehearsal), Migrations(command=("m",), **settings)) is course


def ended(status: PassageStatus, outcome: Outcome, **changes: Any) -> Passage:
    sentence = "the way back failed: deadlock"
    cause = None if status is PassageStatus.MIGRATED else Cause(sentence=sentence, fix="fairway db restore 4")
    summary = "1 migration of passage 1 taken back in 0.4 s" if cause is None else sentence
    return make_passage(number=2, status=status, outcome=outcome, cause=cause, summary=summary, back_of=1, **changes)


async def fail(passage: Passage, back: Passage | Exception, toml: str, *, fails: bool = True) -> tuple[Any, Fake, Yard]:
    """The answer of a deployment that fails, after the release before it succeeded."""
    yard, guard = Yard(), Fake(lambda order: passage)
    guard.back = back
    await yard.store.apps.create(APP, at=1.0)
    async with running(yard, fails=frozenset({2} if fails else set())):
        await yard.deploy(41)
        stage = DeployStage(yard.deployer, manifest.load, guard=guard)
        answer = await stage.run(work(execution(environment()), toml=HEAD + toml))
    return answer, guard, yard


async def test_it_stays_where_the_release_before_serves_on_it() -> None:
    answer, guard, _ = await fail(migrated(**WAY), Conflict("never asked"), DOWN)

    assert isinstance(answer, Failed)
    assert guard.ways_back == ()
    assert answer.cause.sentence == "diagnosed GET /healthz answered 500"
    assert answer.cause.seen == "its database has the migrations, on which release 17 was seen to hold"
    assert answer.cause.fix == "push a commit that mends it; it finds the migrations made"
    assert answer.summary.endswith(f"; {answer.cause.seen}")


async def test_a_deployment_that_succeeds_takes_nothing_back() -> None:
    answer, guard, _ = await fail(migrated(**WAY), Conflict("never asked"), DOWN + BACK, fails=False)

    assert isinstance(answer, Done)
    assert answer.summary.endswith("; 1 migration in 0.3 s")
    assert guard.ways_back == ()


async def test_by_policy_it_is_taken_back_beside_the_release_that_serves() -> None:
    answer, guard, _ = await fail(migrated(**WAY), ended(PassageStatus.MIGRATED, Outcome.APPLIED), DOWN + BACK)

    (wanted,) = guard.ways_back
    assert (wanted.passage, wanted.opens_at, wanted.key) == (1, None, "execution/42/production/back/1")
    assert answer.cause.seen == "1 migration of passage 1 taken back in 0.4 s"
    assert answer.cause.fix == "push a commit that mends it; its migrations come again"
    assert answer.cause.more == ("fairway show 42", "fairway migrate --report 2")


@pytest.mark.parametrize(
    ("back", "seen", "fix"),
    [
        (
            ended(PassageStatus.FAILED, Outcome.UNTOUCHED),
            "the way back failed: deadlock; its database has the migrations still",
            "push a commit that mends it; it finds the migrations made",
        ),
        (
            ended(PassageStatus.FAILED, Outcome.HALF),
            "the way back failed: deadlock; its database is half-way back",
            "fairway db restore 4",
        ),
        (
            Conflict("passage 1 can't be taken back", why="release 2 is not kept"),
            "passage 1 can't be taken back: release 2 is not kept; its database has the migrations still",
            "push a commit that mends it; it finds the migrations made",
        ),
    ],
)
async def test_one_that_is_not_taken_back_beside_it_says_how_the_database_stands(
    back: Passage | Exception, seen: str, fix: str
) -> None:
    answer, _, _ = await fail(migrated(**WAY), back, DOWN + BACK)

    assert (answer.cause.seen, answer.cause.fix) == (seen, fix)


async def retry(made: list[Passage]) -> Fake:
    """The second attempt, which finds nothing pending, and fails."""
    yard, guard = Yard(), Fake(lambda order: make_passage(status=PassageStatus.SKIPPED))
    guard.made, guard.back = made, ended(PassageStatus.MIGRATED, Outcome.APPLIED)
    await yard.store.apps.create(APP, at=1.0)
    async with running(yard, fails=frozenset({2})):
        await yard.deploy(41)
        stage = DeployStage(yard.deployer, manifest.load, guard=guard)
        answer = await stage.run(work(execution(environment()), toml=HEAD + DOWN + BACK, attempt=2))
    assert isinstance(answer, Failed)
    return guard


async def test_a_retry_takes_back_what_the_first_attempt_has_migrated() -> None:
    mine = replace(migrated(**WAY), execution=ExecutionNumber(42))
    others = replace(mine, number=7, execution=ExecutionNumber(41))

    guard = await retry([mine, others])

    (wanted,) = guard.ways_back
    assert (wanted.passage, wanted.key) == (1, "execution/42/production/back/2")


async def test_a_retry_takes_back_nothing_that_is_gone_or_another_s() -> None:
    mine = replace(migrated(**WAY), execution=ExecutionNumber(42))
    gone = make_passage(number=2, status=PassageStatus.MIGRATED, back_of=1)
    others = replace(mine, number=7, execution=ExecutionNumber(41))

    assert (await retry([gone, mine, others])).ways_back == ()


async def test_a_policy_that_nothing_was_rehearsed_for_says_why_it_is_not_followed() -> None:
    answer, guard, _ = await fail(migrated(), Conflict("never asked"), 'tool = "sql"\n' + BACK)

    assert guard.ways_back == ()
    assert "not taken back: passage 1 has rehearsed no way back" in answer.cause.seen


async def test_nothing_is_taken_back_while_tasks_of_the_failed_release_run() -> None:
    guard = Fake(lambda order: migrated())

    async def never() -> bool:
        return False

    release = make_release(description=environment(down=("m",), on_failure=Undoing.BACK))
    failed = Failed(summary="no", cause=Cause(sentence="no"))
    answer = await undoing.see_to(work(execution(environment())), release, migrated(**WAY), failed, guard, never)

    assert guard.ways_back == ()
    assert "not taken back: tasks of the failed release still run, and they need them" in answer.cause.seen


async def test_a_closed_environment_is_opened_with_what_served() -> None:
    passage = migrated(old=FAILS, **WAY)

    answer, guard, _ = await fail(passage, ended(PassageStatus.MIGRATED, Outcome.APPLIED), DOWN + CLOSING)

    assert [wanted.opens_at for wanted in guard.ways_back] == [Outcome.APPLIED]
    assert answer.cause.seen.endswith("; the environment is open again, with the release that served")


@pytest.mark.parametrize(
    ("rehearsal", "back", "seen", "first"),
    [
        (
            {},
            None,
            "which are not taken back: passage 1 has rehearsed no way back",
            "fairway retry 42 deploys it again",
        ),
        (WAY, ended(PassageStatus.FAILED, Outcome.HALF), "its database is half-way back", "mend it by hand"),
        (WAY, ended(PassageStatus.REFUSED, Outcome.UNTOUCHED), "the migrations still", ONCE_MORE),
        (WAY, ended(PassageStatus.FAILED, Outcome.UNKNOWN), "could not be found out", "mend it by hand"),
    ],
)
async def test_one_that_stays_closed_says_how_it_is_opened(
    rehearsal: dict[str, Any], back: Passage | None, seen: str, first: str
) -> None:
    answer, _, _ = await fail(migrated(old=FAILS, **rehearsal), back or Conflict("never asked"), DOWN + CLOSING)

    assert seen in answer.cause.seen
    assert answer.cause.seen.endswith("; the environment stays closed")
    assert answer.cause.fix.startswith(first)
    assert answer.cause.fix.endswith(
        "or fairway db restore 3, which says first which writes since would be lost: "
        "then fairway restart -e production opens it with the release that served"
    )


def open_door(world: World, parts: Parts) -> Door:
    """The guard of one server's life."""
    guard = Guard(parts)
    return Door(guard, Attendant(guard, world.store.executions), Requests(guard))


async def story(fate: Fate) -> tuple[World, Yard, Failed]:
    """A closed environment and a release that fails: seen through by a server that dies, and by the next one."""
    yard = Yard()
    world = World(store=yard.store)
    await world.prepare()
    world.trials.bears = only_the_old_fails(world)
    given = work(execution(environment()), toml=HEAD + DOWN + CLOSING)

    def stage(parts: Parts) -> DeployStage:
        return DeployStage(yard.deployer, manifest.load, guard=open_door(world, parts))

    orchestrator = asyncio.ensure_future(yard.run_orchestrator(fails=frozenset({1})))
    try:
        answer = await stage(mortal(world.parts(), fate)).run(given)
    except Killed:
        answer = await stage(world.parts()).run(given)
    finally:
        orchestrator.cancel()
    assert isinstance(answer, Failed)
    return world, yard, answer


@pytest.mark.parametrize("when", ["before", "after", "within"])
async def test_whenever_the_server_dies_it_is_migrated_once_and_taken_back_once(when: str) -> None:
    for at in some(range(1, 300)):
        fate = Fate(at, when)
        world, yard, answer = await story(fate)
        place = f"{when} call {at}: {fate.name}"

        passages = await world.store.passages.list(APP)
        deployments = await yard.store.deployments.list(APP)
        assert [each.status for each in passages] == [PassageStatus.MIGRATED] * 2, place
        assert passages[0].back_of == passages[1].number, place
        assert (world.migrations, world.applied) == (2, []), place
        assert world.closed_while == [True, True], place
        assert not world.doors.closed, place
        assert [each.state for each in deployments] == [RolloutState.FAILED], place
        assert answer.cause.seen.endswith("the environment is open again, with the release that served"), place
        if fate.calls < at:
            assert at > 40, "the story is shorter than it was"
            return
    raise AssertionError("the story has no end")


def rolling_back(attempt: int = 1) -> Work:
    """Execution 43, which goes back to release 1 and takes passage 1 back before."""
    back = Rollback(release=ReleaseNumber(1), target=ExecutionNumber(41), takes_back=1)
    made = replace(execution(environment()), number=ExecutionNumber(43), rollback=back)
    return work(made, toml=HEAD, attempt=attempt)


async def roll_back(back: Passage | Exception, *, fails: bool = False) -> tuple[Done | Failed, Fake, Yard]:
    """From release 2 to release 1."""
    yard, guard = Yard(), Fake(lambda order: migrated())
    guard.back = back
    await yard.store.apps.create(APP, at=1.0)
    async with running(yard, fails=frozenset({3} if fails else set())):
        await yard.deploy(41)
        await yard.deploy(42, image=other_image(2))
        answer = await DeployStage(yard.deployer, manifest.load, guard=guard).run(rolling_back())
    return answer, guard, yard


@pytest.mark.parametrize("status", [PassageStatus.MIGRATED, PassageStatus.SKIPPED])
async def test_a_rollback_takes_back_first_what_the_release_does_not_run_on(status: PassageStatus) -> None:
    summary = "1 migration of passage 1 taken back in 0.4 s"
    answer, guard, _ = await roll_back(make_passage(number=5, status=status, summary=summary))

    assert isinstance(answer, Done)
    assert answer.summary.startswith("release 1 again, as release 3; ")
    assert answer.summary.endswith(f"; {summary}")
    (wanted,) = guard.ways_back
    assert (wanted.passage, wanted.opens_at, wanted.key) == (1, Outcome.UNTOUCHED, "execution/43/production/back/1")


async def test_a_rollback_whose_way_back_fails_deploys_nothing() -> None:
    answer, _, yard = await roll_back(ended(PassageStatus.FAILED, Outcome.HALF))

    assert isinstance(answer, Failed)
    assert answer.cause.sentence == "the way back failed: deadlock"
    assert answer.cause.more == ("fairway show 43",)
    assert len(await yard.store.deployments.list(APP)) == 2


async def test_a_rollback_that_fails_after_it_says_that_nothing_fits_the_schema() -> None:
    answer, _, _ = await roll_back(ended(PassageStatus.MIGRATED, Outcome.APPLIED), fails=True)

    assert isinstance(answer, Failed)
    assert answer.cause.seen == (
        "1 migration of passage 1 taken back in 0.4 s; release 2, which was there before, needs it, and so the "
        "environment stays closed"
    )
    assert answer.cause.fix.startswith("fairway retry 43 tries release 1 again; or fairway deploy brings")
    assert answer.cause.more == ("fairway show 43", "fairway migrate --report 2")


async def return_story(fate: Fate) -> tuple[World, Yard, Done | Failed]:
    """A rollback that takes back, with doors that are an environment's: a server that dies, and the next one."""
    yard = Yard()
    world = World(store=yard.store)
    await world.prepare()
    doors = Doors(yard.store.desired, yard.board, yard.clock, yard.store.runs)
    described = replace(DESCRIPTION, migrations=Migrations(command=("migrate", "up"), down=("migrate", "down")))

    def stage(parts: Parts) -> DeployStage:
        return DeployStage(yard.deployer, manifest.load, guard=open_door(world, parts))

    async with running(yard, conductor=False):
        await yard.deploy(41)
        second = await yard.deploy(42, described)
        await world.pass_(replace(world.order(), release=await yard.store.releases.get(APP, second.release)))
        parts = world.parts(doors=doors)
        try:
            answer = await stage(mortal(parts, fate)).run(rolling_back())
        except Killed:
            answer = await stage(parts).run(rolling_back())
    return world, yard, answer


@pytest.mark.parametrize("when", ["before", "after", "within"])
async def test_whenever_the_server_dies_a_rollback_takes_back_once_and_opens_with_the_old_release(when: str) -> None:
    for at in some(range(1, 300)):
        fate = Fate(at, when)
        world, yard, answer = await return_story(fate)
        place = f"{when} call {at}: {fate.name}"

        desired = await yard.desired()
        assert isinstance(answer, Done), place
        assert (world.migrations, world.applied) == (2, []), place
        assert not desired.closed, place
        assert {each.spec.release for each in desired.services} == {3}, place
        if fate.calls < at:
            assert at > 20, "the story is shorter than it was"
            return
    raise AssertionError("the story has no end")
