"""Copies by RDS: what the guard asks of it, what it makes of its states, and what it leaves when a build is killed."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from fairway.adapters.memory.clock import VirtualLoop
from fairway.adapters.memory.trials import Bearing
from fairway.domain.aws import names
from fairway.domain.aws.copies import FRESH
from fairway.domain.backup import Backup, Keep, Verdict
from fairway.domain.migrations import CopyBy, Migrations, Plan, Smoke, Tool
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.errors import Conflict, UsageError
from fairway.migrate.backups.backing import silent
from fairway.migrate.copying import Chosen
from fairway.migrate.parts import Subject
from support.guard_snapshots import GROUP, SOURCE, Life, Rds
from support.guard_world import UP, add_column
from support.mortal import Killed
from support.pipeline_values import APP, PRODUCTION

KEY = "release/1/1"
NAME = names.copy(APP, PRODUCTION, KEY)


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


@pytest.fixture
def rds(loop: VirtualLoop) -> Rds:
    return make(loop)


def make(loop: VirtualLoop) -> Rds:
    made = Rds()
    loop.run_until_complete(made.prepare())
    return made


def backups(loop: VirtualLoop, rds: Rds) -> list[Backup]:
    """Newest first."""
    return [*loop.run_until_complete(rds.store.backups.list(APP))]


def test_a_migration_is_rehearsed_on_an_instance_from_the_snapshot_that_is_its_backup(
    loop: VirtualLoop, rds: Rds
) -> None:
    passage = loop.run_until_complete(rds.stage())

    (backup,) = backups(loop, rds)
    (asked,) = rds.asked
    assert (passage.status, passage.snapshot, rds.applied) == (PassageStatus.MIGRATED, NAME, ["1_coupon"])
    assert (backup.verdict, backup.snapshot, backup.file) == (Verdict.VERIFIED, NAME, "")
    assert backup.bytes == 1024**3 and backup.seconds > 0 and backup.verifying > 0
    assert (asked.name, asked.snapshot, asked.group, asked.like) == (NAME, NAME, GROUP, SOURCE)
    assert "coupon" not in str(rds.taken[NAME].objects)
    assert (list(rds.snapshots.restored), list(rds.snapshots.taken)) == ([], [NAME])
    assert any(line.startswith(f"backup        ✓  snapshot {NAME} of RDS") for line in rds.log)
    assert any(line.startswith(f"the copy {NAME}: creating, after") for line in rds.log)


def test_one_that_fails_on_the_copy_touches_nothing_and_the_copy_goes(loop: VirtualLoop, rds: Rds) -> None:
    rds.script.ups = {"1_coupon": add_column("coupon", required=True)}

    passage = loop.run_until_complete(rds.stage())

    assert (passage.status, passage.outcome, rds.applied) == (PassageStatus.FAILED, Outcome.UNTOUCHED, [])
    assert rds.snapshots.restored == {}


def test_a_release_that_fails_is_tried_on_a_second_instance_of_before(loop: VirtualLoop, rds: Rds) -> None:
    rds.trials.bears = lambda spec, variables: Bearing(answers={"/orders": 500})

    loop.run_until_complete(rds.stage(smoke=(Smoke(path="/orders"),)))

    assert [each.name for each in rds.asked] == [NAME, f"{NAME}-again"]
    assert rds.snapshots.restored == {}


def test_an_instance_that_is_at_its_own_backup_is_waited_for(loop: VirtualLoop, rds: Rds) -> None:
    rds.snapshots.sources[SOURCE.name] = replace(SOURCE, status="backing-up")

    async def story() -> Passage:
        async def end() -> None:
            await rds.clock.sleep(300)
            rds.snapshots.sources[SOURCE.name] = SOURCE

        ending = loop.create_task(end())
        passage = await rds.stage()
        await ending
        return passage

    passage = loop.run_until_complete(story())

    assert passage.status is PassageStatus.MIGRATED
    assert any(f"waiting for {SOURCE.name}, which is backing-up" in line for line in rds.log)
    assert len([line for line in rds.log if "backing-up" in line]) < 5


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ({NAME: "failed"}, f"the snapshot {NAME} came to nothing"),
        ({NAME: "incompatible-parameters"}, "came to nothing"),
    ],
)
def test_what_comes_to_nothing_ends_the_passage_with_rdss_own_word(
    loop: VirtualLoop, rds: Rds, ends: dict[str, str], said: str
) -> None:
    rds.snapshots.ends = ends

    passage = loop.run_until_complete(rds.stage())

    assert (passage.status, passage.outcome, rds.applied) == (PassageStatus.FAILED, Outcome.UNTOUCHED, [])
    assert passage.cause is not None and said in passage.cause.sentence
    assert ends[NAME] in passage.cause.seen
    assert [each.verdict for each in backups(loop, rds)] == [Verdict.FAILED]


def test_a_snapshot_that_never_comes_is_given_up(loop: VirtualLoop, rds: Rds) -> None:
    rds.snapshots.pace = 10_000

    passage = loop.run_until_complete(rds.stage())

    assert passage.cause is not None and "was not there in time" in passage.cause.sentence
    assert "RDS said creating for 2 h" in passage.cause.seen


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("take", Conflict("a quota of the AWS account is reached: manual snapshots of DB instances")),
        ("restore", Conflict("a quota of the AWS account is reached: DB instances in a region")),
        ("take", UsageError("AWS does not allow rds:CreateDBSnapshot")),
    ],
)
def test_a_quota_and_a_missing_permission_end_the_passage_by_name(
    loop: VirtualLoop, rds: Rds, method: str, error: Conflict | UsageError
) -> None:
    rds.snapshots.faults.fail(method, error)

    passage = loop.run_until_complete(rds.stage())

    assert (passage.status, rds.applied) == (PassageStatus.FAILED, [])
    assert passage.cause is not None and passage.cause.sentence == error.what


def test_an_instance_of_aurora_and_one_that_is_gone_are_refused(loop: VirtualLoop, rds: Rds) -> None:
    rds.snapshots.sources[SOURCE.name] = replace(SOURCE, cluster="orders")
    aurora = loop.run_until_complete(rds.stage())
    rds.snapshots.sources.clear()
    gone = loop.run_until_complete(rds.stage(key="release/1/2"))

    assert aurora.cause is not None and "cluster orders of Aurora" in aurora.cause.seen
    assert gone.cause is not None and gone.cause.sentence == f"there is no instance {SOURCE.name} in RDS"
    assert rds.applied == []


def test_a_database_that_somebody_changes_meanwhile_is_not_backed_up_by_that_snapshot(
    loop: VirtualLoop, rds: Rds
) -> None:
    def change(name: str) -> None:
        rds._take(name)
        rds.taken[name].objects["column public.orders.other"] = "text"

    rds.snapshots.on_take = change

    passage = loop.run_until_complete(rds.stage())

    assert passage.cause is not None and "has another schema than the database" in passage.cause.sentence
    assert (rds.applied, rds.snapshots.restored) == ([], {})


def test_snapshots_beyond_keep_go_and_their_records_with_them(loop: VirtualLoop, rds: Rds) -> None:
    for number in range(1, 4):
        rds.script.ups[f"{number}_more"] = add_column(f"more{number}")
        loop.run_until_complete(rds.stage(key=f"release/{number}/{number}", keep=Keep(count=2)))

    kept = [names.copy(APP, PRODUCTION, f"release/{number}/{number}") for number in (2, 3)]
    assert sorted(rds.snapshots.taken) == sorted(kept)
    assert [each.snapshot for each in backups(loop, rds)] == kept[::-1]


def test_what_an_abandoned_stage_has_left_goes_with_the_next(loop: VirtualLoop, rds: Rds) -> None:
    rds.snapshots.pace = 0
    with pytest.raises(Killed):
        loop.run_until_complete(rds.stage(killed_while_restoring()))
    left = [*rds.snapshots.restored]

    passage = loop.run_until_complete(rds.stage(key="release/2/2"))

    assert left == [NAME]
    assert (passage.status, rds.snapshots.restored) == (PassageStatus.MIGRATED, {})
    assert [*rds.snapshots.taken] == [names.copy(APP, PRODUCTION, "release/2/2")]


def test_a_stage_that_is_tried_again_soon_goes_on_with_its_snapshot_and_its_copy(loop: VirtualLoop, rds: Rds) -> None:
    with pytest.raises(Killed):
        loop.run_until_complete(rds.stage(killed_while_restoring()))

    passage = loop.run_until_complete(rds.stage())

    assert passage.status is PassageStatus.MIGRATED
    assert len(rds.asked) == 1
    assert [each.snapshot for each in backups(loop, rds) if each.verdict is Verdict.VERIFIED] == [NAME]


def test_a_stage_that_is_tried_again_late_takes_a_new_one(loop: VirtualLoop, rds: Rds) -> None:
    with pytest.raises(Killed):
        loop.run_until_complete(rds.stage(killed_while_restoring()))
    rds.real.insert("public.orders", [{"id": "4", "code": "A4"}])
    loop.run_until_complete(rds.clock.sleep(FRESH + 1))

    passage = loop.run_until_complete(rds.stage())

    assert passage.status is PassageStatus.MIGRATED
    assert len(rds.taken[NAME].rows["public.orders"]) == 4
    assert len(rds.asked) == 2


def test_a_copy_that_was_there_may_be_migrated_and_is_not_gone_on_with(loop: VirtualLoop, rds: Rds) -> None:
    with pytest.raises(Killed):
        loop.run_until_complete(rds.stage(killed_while_restoring()))
    for _ in range(4):
        loop.run_until_complete(rds.snapshots.instance(NAME))
    there = rds.world.at(rds.address.moved(host=f"{NAME}.rds", port=5432))
    rds.run(there, down=False)

    passage = loop.run_until_complete(rds.stage())

    assert passage.status is PassageStatus.MIGRATED
    assert len(rds.asked) == 2


@pytest.mark.parametrize("after", [False, True])
def test_a_build_that_is_killed_at_any_call_leaves_nothing_behind_once_the_stage_was_tried_again(
    loop: VirtualLoop, after: bool
) -> None:
    for at in range(1, 200):
        rds, life = make(loop), Life(at=at, after=after)
        try:
            passage = loop.run_until_complete(rds.stage(life))
        except Killed:
            passage = loop.run_until_complete(rds.stage())
        place = f"{'after' if after else 'before'} call {at}: {life.name}"
        assert (passage.status, rds.applied, rds.migrations) == (PassageStatus.MIGRATED, ["1_coupon"], 1), place
        assert [*rds.snapshots.restored] == [], place
        kept = [each.snapshot for each in backups(loop, rds) if each.verdict is Verdict.VERIFIED]
        assert kept == [*rds.snapshots.taken] == [NAME], place
        if life.calls < at:
            assert at > 20, "the story is shorter than it was"
            return
    raise AssertionError("the story has no end")


def test_two_at_once_migrate_once(loop: VirtualLoop, rds: Rds) -> None:
    async def story() -> list[object]:
        return [*await asyncio.gather(rds.stage(), rds.stage(), return_exceptions=True)]

    found = loop.run_until_complete(story())

    assert any(isinstance(each, Passage) and each.status is PassageStatus.MIGRATED for each in found)
    assert (rds.applied, rds.migrations) == (["1_coupon"], 1)
    assert rds.snapshots.restored == {}


def test_where_rds_makes_none_a_snapshot_is_refused_by_name(rds: Rds) -> None:
    order = rds.order(copy_by=CopyBy.SNAPSHOT)
    subject = Subject(
        settings=Migrations(command=UP, copy_by=CopyBy.SNAPSHOT),
        variables={},
        written=rds.address,
        address=rds.address,
        plan=Plan(tool=Tool.KNEX),
    )

    with pytest.raises(UsageError, match="can't be copied by a snapshot"):
        Chosen({CopyBy.DUMP: rds.copies}).make(order, subject, schema="", report=silent)


def killed_while_restoring() -> Life:
    """A build that is killed as soon as the copy was asked for."""
    return Life(on="restore", after=True)
