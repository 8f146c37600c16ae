"""The key by which a stage that is run again finds its passage, and the words that a passage ends with on AWS."""

from dataclasses import replace

from fairway.domain.aws.guardplace import GuardPlace
from fairway.domain.aws.wanted import Architecture
from fairway.domain.ids import ReleaseNumber
from fairway.domain.passage import Passage, PassageStatus
from fairway.manifest import load
from fairway.migrate.advice import ON_SERVER
from fairway.pipeline.cloud.advising import OnAws
from fairway.pipeline.cloud.migrating import find_key
from support.cloud_guard import GUARDED
from support.pipeline_values import APP, PRODUCTION, make_release

S = PassageStatus
RELEASE = replace(make_release(), number=ReleaseNumber(7))
PLACE = GuardPlace(
    app=APP,
    environment=PRODUCTION,
    region="eu-central-1",
    table="shop-passages",
    bucket="shop-backups",
    key="arn:key",
    cluster="fairway-shop-api-production",
    subnets=("subnet-1",),
    groups=("sg-1",),
    role="arn:role",
    task_role=None,
    logs="/fairway/shop-api/production/migration",
    architecture=Architecture.X86_64,
)


def make_passage(number: int, *, release: int = 7, status: PassageStatus = S.MIGRATED, key: str = "") -> Passage:
    return Passage(
        app=APP,
        number=number,
        environment=PRODUCTION,
        key=key or f"release/{release}/{number}",
        by="fairway stage deploy",
        status=status,
        created_at=1_796_047_862.0,
        release=ReleaseNumber(release),
        variable="DATABASE_URL",
        backup=3,
    )


def test_the_first_key_of_an_environment_is_the_releases_first() -> None:
    assert find_key(RELEASE, []) == "release/7/1"


def test_a_passage_that_has_not_ended_is_come_back_to() -> None:
    left = make_passage(12, status=S.BACKING_UP, key="release/7/12")

    assert find_key(RELEASE, [make_passage(13, release=8), left]) == "release/7/12"


def test_after_its_end_there_is_a_key_that_was_never_used() -> None:
    made = [make_passage(number, release=release) for number, release in ((9, 8), (8, 7), (4, 7))]

    assert find_key(RELEASE, made) not in {each.key for each in made}
    assert find_key(RELEASE, made) == "release/7/10"


def test_another_releases_passage_is_none_of_its_own() -> None:
    assert find_key(RELEASE, [make_passage(5, release=8, status=S.MIGRATING)]) == "release/7/6"


def test_a_way_back_that_was_left_is_not_gone_on_with_as_a_migration() -> None:
    left = replace(make_passage(12, status=S.BACKING_UP, key="back/7/12"), back_of=7)

    assert find_key(RELEASE, [left]) == "release/7/13"


def on_aws(**instances: str) -> OnAws:
    return OnAws(app=load.load(GUARDED, file="fairway.toml"), place=PLACE, instances=instances)


def test_no_word_on_aws_is_a_command_of_a_server() -> None:
    advice, passage = on_aws(), make_passage(7)
    said = [
        *advice.report(passage), advice.ask(), advice.close(), advice.again(), advice.backup(passage),
        advice.restore(passage), advice.reopen(passage), advice.name(PRODUCTION, "DATABASE_URL"),
    ]  # fmt: skip

    assert [each for each in said if "fairway " in each.replace("put FAIRWAY_RESTORE", "")] == [
        "or close the environment while it migrates: migrations.maintenance = true, then fairway aws up",
        "put DATABASE_URL into production.env, then fairway aws up",
    ]


def test_a_database_of_rds_goes_back_to_the_moment_before_the_passage() -> None:
    restore = on_aws(DATABASE_URL="shop-main-1").restore(make_passage(7))

    assert "--source-db-instance-identifier shop-main-1" in restore
    assert "--restore-time 2026-11-30T14:11:02Z" in restore
    assert restore.startswith(
        "put FAIRWAY_RESTORE=3 into the environment of the CodeBuild project fairway-shop-api-deploy-production and"
    )
    assert "backup 3, s3://shop-backups/shop-api.3.backup back first" in restore


def test_a_snapshot_is_put_in_the_place_of_the_instance_by_hand_and_never_by_a_variable() -> None:
    passage = replace(make_passage(7), snapshot="fairway-shop-copy-1")
    advice = on_aws(DATABASE_URL="shop-main-1")

    restore = advice.restore(passage)

    assert advice.backup(passage) == "backup 3, the snapshot fairway-shop-copy-1 of RDS"
    assert "FAIRWAY_RESTORE" not in restore and "s3://" not in restore
    assert "--new-db-instance-identifier shop-main-1-before" in restore
    assert "--db-instance-identifier shop-main-1 --db-snapshot-identifier fairway-shop-copy-1" in restore
    assert "restore-db-instance-to-point-in-time" in restore


def test_without_a_backup_there_is_no_word_of_one() -> None:
    passage = replace(make_passage(7), backup=None)

    assert on_aws().restore(passage) == on_aws().backup(passage) == ON_SERVER.restore(passage) == ""
