"""The migration guard in the stage of an environment inside CodeBuild: what it orders, and what it makes of its end."""

from dataclasses import replace

import pytest

from fairway.adapters.memory.trials import Bearing
from fairway.cloudformation import wires
from fairway.cloudformation.synthesis import Given
from fairway.domain.aws import names
from fairway.domain.judgement import Finding
from fairway.domain.migrations import Tool
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.errors import Conflict, Unavailable, UsageError
from fairway.pipeline.cloud.failing import StageFailed
from support.cloud_deploy import IMAGE, NEXT, SECOND, SERVICES
from support.cloud_guard import DATA, GUARDED, GuardedCloud, synthesize
from support.cloud_stage import APP, PRODUCTION, TOML
from support.examples import ALL, some
from support.guard_world import URL, Script, add_column

pytestmark = pytest.mark.lengthy


@pytest.fixture
async def world() -> GuardedCloud:
    found = GuardedCloud()
    await found.prepare()
    return found


@pytest.fixture
async def running(world: GuardedCloud) -> GuardedCloud:
    """The first release serves, and the second brings another migration."""
    await world.deploy()
    world.said.clear()
    world.bring("2_note")
    return world


async def test_the_first_deployment_ever_migrates_before_it_makes_the_services(world: GuardedCloud) -> None:
    await world.deploy()

    assert world.database.applied == ["1_coupon"]
    assert (await world.seen()).parameters[wires.IMAGE_DIGEST] == IMAGE.digest
    migrated = next(place for place, line in enumerate(world.said) if line.startswith("migration     ✓"))
    assert migrated < next(place for place, line in enumerate(world.said) if "making" in line or "changing" in line)
    assert world.said[-1].endswith("9c1f2e7; 2 of 2 tasks healthy; backup 1 verified; 1 migration in 0.3 s")


async def test_a_pending_migration_is_rehearsed_and_tried_with_what_serves_and_made_once_by_a_task(
    running: GuardedCloud,
) -> None:
    await running.deploy(running.second())

    passage, *_ = await running.passages()
    assert (passage.status, passage.applied, passage.release) == (PassageStatus.MIGRATED, ("2_note",), 2)
    assert passage.rehearsal is not None and passage.rehearsal.old is not None and passage.rehearsal.new is not None
    assert (passage.rehearsal.old.release, passage.rehearsal.new.release) == ("1", "2")
    assert running.migrations == 2 and running.database.applied == ["1_coupon", "2_note"]
    assert passage.key == "release/2/2"
    assert "guard   2d2d2d2 is release 2 of production" in running.said
    assert "guard   9c1f2e7, release 1, serves" in running.said


async def test_with_nothing_pending_it_says_so_and_goes_on(running: GuardedCloud) -> None:
    running.database.script = Script(ups={"1_coupon": add_column("coupon")})

    await running.deploy(running.second())

    assert any("nothing pending (knex, 1 migration applied)" in line for line in running.said)
    assert running.migrations == 1 and running.said[-1].endswith("2d2d2d2; 2 of 2 tasks healthy")


async def test_an_environment_without_migrations_opens_no_guard(world: GuardedCloud) -> None:
    await world.deploy(world.handover(text=TOML))

    assert world.opened == 0 and await world.shipments.list() == []


async def test_what_the_policy_refuses_stops_before_anything_changes(running: GuardedCloud) -> None:
    running.database.findings = [Finding(rule="drop-column", step="2_note", effect="a column goes", advice="keep it")]

    with pytest.raises(StageFailed, match="drop-column") as failure:
        await running.deploy(running.second(text=GUARDED + '[migrations.policies]\ndrop-column = "refuse"\n'))

    assert (await running.seen()).parameters[wires.IMAGE_DIGEST] == IMAGE.digest
    assert running.migrations == 1 and "the database was not touched" in failure.value.cause.seen
    assert failure.value.cause.more == ()


async def test_what_would_be_asked_is_refused_with_how_to_agree(running: GuardedCloud) -> None:
    running.database.findings = [Finding(rule="drop-column", step="2_note", effect="a column goes", advice="keep it")]

    with pytest.raises(StageFailed, match="nobody was shown it") as failure:
        await running.deploy(running.second(text=GUARDED + '[migrations.policies]\ndrop-column = "ask"\n'))

    assert 'RULE = "warn" under [migrations.policies]' in failure.value.cause.fix
    assert "fairway deploy" not in failure.value.cause.fix


async def test_one_that_fails_on_the_copy_leaves_database_and_stack_untouched(running: GuardedCloud) -> None:
    running.bring("2_note", required=True)

    with pytest.raises(StageFailed) as failure:
        await running.deploy(running.second())

    assert running.migrations == 1 and running.database.applied == ["1_coupon"]
    assert (await running.seen()).parameters[wires.IMAGE_DIGEST] == IMAGE.digest
    assert "contains null values" in failure.value.cause.sentence
    assert "fairway " not in failure.value.cause.fix


async def test_one_that_stays_half_way_names_the_backup_and_no_command_of_a_server(running: GuardedCloud) -> None:
    running.bring("3_more")
    running.database.script.dies_after = 2

    with pytest.raises(StageFailed) as failure:
        await running.deploy(running.second())

    cause = failure.value.cause
    assert "half-way" in cause.seen and "s3://shop-backups/shop-api.2.backup" in cause.fix
    assert "fairway db" not in cause.fix and cause.more == ()
    assert (await running.seen()).parameters[wires.IMAGE_DIGEST] == IMAGE.digest


@pytest.fixture
async def half(running: GuardedCloud) -> GuardedCloud:
    """The second release's migration has stopped half-way; its backup is number 2. The next commit mends it."""
    await stop_half_way(running)
    return running


async def stop_half_way(running: GuardedCloud) -> None:
    running.bring("2_note", "3_more")
    running.database.script.dies_after = 2
    with pytest.raises(StageFailed):
        await running.deploy(running.second())
    running.database.script.dies_after = None
    running.said.clear()


async def test_a_backup_that_is_asked_for_is_put_back_before_the_commit_that_mends_it(half: GuardedCloud) -> None:
    half.restored = "2"
    mended = half.second(commit="3e" * 20, built_at=3.0)

    await half.deploy(mended)

    assert half.database.restored == [2]
    put = half.said.index("restore       ✓  backup 2")
    assert any(line.startswith("restoring: ") and line.endswith(", 25 %") for line in half.said[:put])
    assert put < next(place for place, line in enumerate(half.said) if line.startswith("check         ✓  2 pending"))
    assert half.database.applied == ["1_coupon", "2_note", "3_more"]


async def test_left_there_the_variable_takes_nothing_back_again(half: GuardedCloud) -> None:
    half.restored = "2"
    mended = half.second(commit="3e" * 20, built_at=3.0)
    await half.deploy(mended)

    await half.deploy(mended)

    assert half.database.restored == [2]
    assert any("FAIRWAY_RESTORE=2 is passed over" in line for line in half.said)
    assert half.database.applied == ["1_coupon", "2_note", "3_more"]


async def test_killed_at_any_call_a_backup_is_put_back_at_most_before_the_migration() -> None:
    calls = 0
    for at in some(range(1, 400)):
        world = GuardedCloud()
        await world.prepare()
        await world.deploy()
        await stop_half_way(world)
        world.restored = "2"
        mended = world.second(commit="3e" * 20, built_at=3.0)
        if not await world.dies(world.deploy(mended), at):
            break
        calls = at
        migrated = "3_more" in world.database.applied
        restored = len(world.database.restored)

        await world.deploy(mended)

        assert world.database.applied == ["1_coupon", "2_note", "3_more"], at
        assert not migrated or len(world.database.restored) == restored, at

    assert calls > 30


@pytest.mark.parametrize("wanted", ["1", "3", "all"])
async def test_no_other_backup_is_put_back(half: GuardedCloud, wanted: str) -> None:
    half.restored = wanted

    await half.deploy(half.second(commit="3e" * 20, built_at=3.0))

    assert half.database.restored == []
    assert any(f"FAIRWAY_RESTORE={wanted} is passed over" in line for line in half.said)


async def test_a_database_that_was_not_touched_is_not_put_back(running: GuardedCloud) -> None:
    running.bring("2_note", required=True)
    with pytest.raises(StageFailed):
        await running.deploy(running.second())
    running.bring("2_note")
    running.restored = "2"

    await running.deploy(running.second(commit="3e" * 20, built_at=3.0))

    assert running.database.restored == [] and "FAIRWAY_RESTORE=2 is passed over" in running.text


async def test_a_snapshot_that_is_asked_for_is_refused_with_the_way_that_there_is(half: GuardedCloud) -> None:
    passages = half.database.store.passages
    newest, *_ = await half.passages()
    await passages.change(newest, replace(newest, snapshot="fairway-shop-copy-1"))
    half.restored = "2"

    with pytest.raises(Conflict, match="can't be put back by FAIRWAY_RESTORE") as refusal:
        await half.deploy(half.second(commit="3e" * 20, built_at=3.0))

    assert half.database.restored == []
    assert "--db-snapshot-identifier fairway-shop-copy-1" in refusal.value.hint
    assert refusal.value.hint.endswith("then take FAIRWAY_RESTORE away")


COPIED = f"""{GUARDED}copy_by = "snapshot"
[databases.main]
engine = "postgres"
[aws]
region = "eu-central-1"
repository = {{ provider = "github", name = "acme/shop-api" }}
"""
OF_RDS = {wires.url_secret("main"): "shop-url", wires.database("main"): "shop-main-1"}


async def test_where_rds_copies_the_guard_is_told_the_instance_and_the_group_of_its_copies(
    world: GuardedCloud,
) -> None:
    await world.put_out(**DATA, **OF_RDS, **{wires.COPIES: "sg-copies"})
    world.account.secrets.texts["shop-url"] = URL
    del world.account.secrets.versions[names.secret(APP, PRODUCTION)][-1].values["DATABASE_URL"]

    await world.deploy(world.handover(text=COPIED))

    assert world.wanted is not None
    assert (world.wanted.place.source, world.wanted.place.copies) == ("shop-main-1", "sg-copies")
    assert world.database.applied == ["1_coupon"]


async def test_where_rds_copies_and_the_group_is_not_there_yet_nothing_is_begun(world: GuardedCloud) -> None:
    await world.put_out(**DATA, **OF_RDS)
    del world.account.secrets.versions[names.secret(APP, PRODUCTION)][-1].values["DATABASE_URL"]

    with pytest.raises(Conflict, match="what guards them is not there yet") as refusal:
        await world.deploy(world.handover(text=COPIED))

    assert refusal.value.why == "fairway-shop-api-production-data puts out no Copies"
    assert world.opened == 0


async def test_of_a_database_of_rds_the_way_back_in_time_is_named(world: GuardedCloud) -> None:
    await world.put_out(**DATA, **{wires.url_secret("main"): "shop-url", wires.database("main"): "shop-main-1"})
    world.account.secrets.texts["shop-url"] = URL
    world.bring("2_note")
    world.database.script.dies_after = 1
    managed = GUARDED + '[databases.main]\nengine = "postgres"\n'
    del world.account.secrets.versions[names.secret(APP, PRODUCTION)][-1].values["DATABASE_URL"]

    with pytest.raises(StageFailed) as failure:
        await world.deploy(world.handover(text=managed))

    assert "--source-db-instance-identifier shop-main-1" in failure.value.cause.fix
    assert "secret-word" not in world.text


async def test_a_database_of_rds_is_reached_by_the_url_in_its_secret_and_its_password_is_masked(
    world: GuardedCloud,
) -> None:
    await world.put_out(**DATA, **{wires.url_secret("main"): "shop-url"})
    world.account.secrets.texts["shop-url"] = URL
    world.database.script.lines = ("the password is secret-word",)
    del world.account.secrets.versions[names.secret(APP, PRODUCTION)][-1].values["DATABASE_URL"]

    await world.deploy(world.handover(text=GUARDED + '[databases.main]\nengine = "postgres"\n'))

    passage, *_ = await world.passages()
    assert world.database.applied == ["1_coupon"] and "the password is •••" in world.text
    assert "secret-word" not in repr(passage)


async def test_a_deployment_that_fails_afterwards_says_that_the_database_has_moved_on(running: GuardedCloud) -> None:
    running.stacks.break_resource("RunningWeb", "the circuit breaker opened", "UPDATE")
    handover = running.second()

    with pytest.raises(StageFailed) as first:
        await running.deploy(handover)
    with pytest.raises(StageFailed) as again:
        await running.deploy(handover)

    for failure in (first, again):
        seen = failure.value.cause.seen
        assert "the database has 2_note all the same" in seen
        assert "the release that served was shown to hold on that" in seen
    assert running.migrations == 2


async def test_a_refusal_after_the_migration_is_a_failure(running: GuardedCloud) -> None:
    running.stacks.faults.fail("propose", Conflict("the stack is not to be changed"))

    with pytest.raises(StageFailed, match="not to be changed"):
        await running.deploy(running.second())


async def test_going_back_to_a_release_that_held_on_the_schema_goes_on_and_says_so(running: GuardedCloud) -> None:
    await running.deploy(running.second())
    running.database.script = Script(ups={"1_coupon": add_column("coupon")})
    running.said.clear()

    await running.deploy()

    assert "going back    ✓  it held on the copy that passage 2 migrated" in running.said
    assert (await running.seen()).parameters[wires.IMAGE_DIGEST] == IMAGE.digest
    assert running.database.applied == ["1_coupon", "2_note"] and running.migrations == 2


async def go_back_too_far(world: GuardedCloud) -> None:
    """To the first release, behind two migrations of which each was made by a release of its own."""
    await world.deploy(world.second())
    world.bring("3_more")
    await world.deploy(world.second(commit="3e" * 20, built_at=3.0))
    world.database.script = Script(ups={"1_coupon": add_column("coupon")})
    await world.deploy()


async def test_going_back_where_nothing_has_shown_it_is_refused_with_the_choices(running: GuardedCloud) -> None:
    with pytest.raises(StageFailed, match="can't go back to 9c1f2e7: its database has moved on") as failure:
        await go_back_too_far(running)

    assert (await running.seen()).parameters[wires.IMAGE_DIGEST] == NEXT.digest
    assert "2_note, 3_more beyond 9c1f2e7; nothing was changed" in failure.value.cause.seen
    assert "FAIRWAY_ACCEPT_SCHEMA=9c1f2e7" in failure.value.cause.fix
    assert running.migrations == 3


@pytest.mark.parametrize(("accepted", "goes"), [("9c1f2e7", True), ("2d2d2d2", False), ("9c", False), ("", False)])
async def test_going_back_all_the_same_names_the_commit(running: GuardedCloud, accepted: str, goes: bool) -> None:
    running.accepted = accepted
    if goes:
        await go_back_too_far(running)
    else:
        with pytest.raises(StageFailed):
            await go_back_too_far(running)

    assert ((await running.seen()).parameters[wires.IMAGE_DIGEST] == IMAGE.digest) is goes


async def test_a_way_back_that_was_rehearsed_is_offered_with_its_cost(world: GuardedCloud) -> None:
    world.database.script = Script()
    await world.deploy()
    world.bring("1_note")
    await world.deploy(world.second(text=GUARDED + "compatibility = false\n"))
    world.database.script = Script()

    with pytest.raises(StageFailed, match="can't go back") as failure:
        await world.deploy()

    assert "the way back was rehearsed by passage 2" in failure.value.cause.seen
    assert "what they added goes away, data included" in failure.value.cause.fix


async def test_a_new_commit_whose_files_are_fewer_is_no_way_back(running: GuardedCloud) -> None:
    running.database.script = Script(ups={})

    await running.deploy(running.second())

    assert any("the database has 1_coupon, which the image does not" in line for line in running.said)
    assert (await running.seen()).parameters[wires.IMAGE_DIGEST] == NEXT.digest


async def test_of_two_releases_of_a_commit_the_one_with_the_stacks_variables_serves(world: GuardedCloud) -> None:
    await world.deploy()
    newer = await world.account.secrets.put(names.secret(APP, PRODUCTION), {"DATABASE_URL": URL, "LOG": "debug"})
    await world.deploy(world.handover(configurations={PRODUCTION: newer.id}, built_at=2.0))
    await world.deploy()
    world.bring("2_note")

    await world.deploy(world.second(built_at=3.0))

    passage, *_ = await world.passages()
    assert passage.rehearsal is not None and passage.rehearsal.old is not None
    assert passage.rehearsal.old.release == "1"


async def test_a_release_that_serves_and_was_never_kept_is_told_and_not_tried(running: GuardedCloud) -> None:
    running.shipments = type(running.shipments)(APP, PRODUCTION)

    await running.deploy(running.second())

    assert "guard   9c1f2e7 serves and is not kept: it can't be tried on the copy" in running.said
    passage, *_ = await running.passages()
    assert passage.rehearsal is not None and passage.rehearsal.old is None


async def test_what_ecs_went_back_from_by_itself_is_not_tried_in_the_place_of_what_serves(
    running: GuardedCloud,
) -> None:
    before = await running.runs()
    running.ecs.back["web"] = before
    with pytest.raises(StageFailed):
        await running.deploy(running.second())
    running.bring("3_more")

    with pytest.raises(StageFailed):
        await running.deploy(running.second(commit="3e" * 20, built_at=3.0))

    assert "guard   ECS does not run 2d2d2d2, which its stack has: what serves can't be tried" in running.said
    passage, *_ = await running.passages()
    assert passage.applied == ("3_more",) and passage.rehearsal is not None and passage.rehearsal.old is None


async def test_an_image_that_is_gone_from_ecr_is_told_as_on_one_machine(running: GuardedCloud) -> None:
    running.database.trials.bears = lambda spec, variables: (
        Bearing(refused="no such image") if spec.image == IMAGE else Bearing()
    )

    await running.deploy(running.second())

    assert any("release 1 could not be tried" in line and "no such image" in line for line in running.said)


async def test_what_can_not_be_guarded_is_refused_by_name(world: GuardedCloud) -> None:
    text = GUARDED.replace('command = "migrate up"\n', "") + 'tool = "sql"\n'

    with pytest.raises(UsageError, match="the migrations of production can't be guarded on AWS") as raised:
        await world.deploy(world.handover(text=text))

    assert [each.key for each in raised.value.findings] == ["migrations.tool"]
    assert world.opened == 0


async def test_plain_files_that_only_the_image_shows_are_refused_before_a_passage(world: GuardedCloud) -> None:
    world.database.tool = Tool.SQL

    with pytest.raises(UsageError, match="they are plain SQL files"):
        await world.deploy(world.handover(text=GUARDED.replace('command = "migrate up"\n', "")))

    assert await world.passages() == []


async def test_what_up_has_not_made_is_named(world: GuardedCloud) -> None:
    await world.put_out(**{wires.PASSAGES: "shop-passages"})

    with pytest.raises(Conflict, match="what guards them is not there yet") as failure:
        await world.deploy()

    assert failure.value.why == (
        "fairway-shop-api-production-data puts out no Backups; fairway-shop-api-production-data puts out no BackupKey"
    )
    assert failure.value.hint.startswith("fairway aws up")


async def test_the_guard_is_opened_where_the_stacks_say(world: GuardedCloud) -> None:
    await world.deploy()

    assert world.wanted is not None
    place = world.wanted.place
    assert (place.table, place.bucket, place.key, place.region) == (
        "shop-passages", "shop-backups", "arn:key", "eu-central-1"
    )  # fmt: skip
    assert (place.subnets, place.groups, place.task_role) == (("subnet-1", "subnet-2"), ("sg-1",), None)


async def test_the_databases_password_is_masked_wherever_it_is_printed(world: GuardedCloud) -> None:
    world.database.script.lines = ("connecting with secret-word", URL)

    await world.deploy()

    passage, *_ = await world.passages()
    assert "secret-word" not in world.text and "connecting with •••" in world.text
    assert "secret-word" not in repr(passage)


async def test_records_that_are_away_at_its_end_leave_it_to_a_retry(
    running: GuardedCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    passages = running.database.store.passages
    change = passages.change

    async def away(before: Passage, after: Passage) -> bool:
        if after.status is PassageStatus.MIGRATED:
            raise Unavailable("DynamoDB does not answer")
        return await change(before, after)

    monkeypatch.setattr(passages, "change", away)
    with pytest.raises(Unavailable, match="DynamoDB does not answer") as failure:
        await running.deploy(running.second())
    monkeypatch.undo()
    await running.deploy(running.second())

    assert failure.value.hint == "a retry of the stage goes on where this one ended: no migration is made twice"
    assert running.migrations == 2 and running.database.applied == ["1_coupon", "2_note"]
    assert (await running.seen()).parameters[wires.IMAGE_DIGEST] == NEXT.digest


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("story", ["good", "half", "refused"])
async def test_killed_at_any_call_the_next_run_ends_as_one_that_was_not(story: str, after: bool) -> None:
    """The migration is made once, and the services follow only where it was."""
    calls = 0
    for at in some(range(1, 400)):
        world = GuardedCloud()
        await world.prepare()
        await world.deploy()
        world.bring("2_note")
        if story == "half":
            world.bring("3_more")
            world.database.script.dies_after = 2
        elif story == "refused":
            world.bring("2_note", required=True)
        if not await world.dies(run(world), at, after=after):
            break
        calls = at

        await run(world)

        place = f"{story}, killed {'after' if after else 'before'} call {at}"
        serves = (await world.seen()).parameters[wires.IMAGE_DIGEST]
        passages = await world.passages()
        if story == "good":
            assert serves == NEXT.digest and world.database.applied == ["1_coupon", "2_note"], place
            assert [each.status for each in passages].count(PassageStatus.MIGRATED) == 2, place
            assert world.migrations == 2, place
        elif story == "half":
            assert serves == IMAGE.digest and passages[0].outcome in (Outcome.HALF, Outcome.UNTOUCHED), place
        else:
            assert serves == IMAGE.digest and world.database.applied == ["1_coupon"], place
            assert world.migrations == 1, place
        assert all(each.finished for each in passages), place
        assert not world.database.real.held, place

    assert 30 < calls < 200, "a deployment makes a bounded number of calls"


async def test_killed_at_any_call_an_earlier_release_that_follows_finds_out_first_what_was_left() -> None:
    calls, left = 0, 0
    for at in some(range(1, 400)):
        world = GuardedCloud()
        await world.prepare()
        await world.deploy()
        world.bring("2_note")
        if not await world.dies(run(world), at):
            break
        calls = at
        left += any(each.status is PassageStatus.MIGRATING for each in await world.passages())
        world.database.script = Script(ups={"1_coupon": add_column("coupon")})

        await world.deploy()

        place = f"killed after call {at}"
        moved = world.database.applied == ["1_coupon", "2_note"]
        assert (await world.seen()).parameters[wires.IMAGE_DIGEST] == IMAGE.digest, place
        assert all(each.finished for each in await world.passages()), place
        assert world.migrations <= 2, place
        assert any(line.startswith("going back    ✓  it held on the copy") for line in world.said) is moved, place

    assert calls > 30 and (left or not ALL)


async def test_what_an_earlier_run_changes_in_the_stack_comes_to_rest_before_the_guard_looks(
    running: GuardedCloud,
) -> None:
    stack = next(each for each in synthesize(running.app(), Given(version="0.1.0")) if each.name == SERVICES)
    begun = {**(await running.seen()).parameters, wires.COMMIT: SECOND, wires.IMAGE_DIGEST: NEXT.digest}
    await running.stacks.execute(await running.stacks.propose(stack, begun))
    running.bring("3_more")
    running.said.clear()

    await running.deploy(running.second(commit="3e" * 20, built_at=3.0))

    waited = next(place for place, line in enumerate(running.said) if "waiting for" in line)
    assert waited < next(place for place, line in enumerate(running.said) if line.startswith("check"))


async def run(world: GuardedCloud) -> None:
    """A run of the stage; a failure is its end as well."""
    try:
        await world.deploy(world.second())
    except StageFailed:
        return
