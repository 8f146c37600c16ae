"""What the stacks of an environment with migrations have besides: what the guard keeps, from where it works, and where
the migration runs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from fairway.cloudformation import wires
from fairway.cloudformation.data import guard
from fairway.cloudformation.services import migrating
from fairway.cloudformation.synthesis import synthesize
from fairway.domain.app import App
from fairway.domain.aws.stack import Kind, OutputOf, Stack
from fairway.domain.aws.wanted import Architecture, Capacity, Hosting, Nat, Network, OwnNetwork
from fairway.domain.managed import Managed
from fairway.domain.migrations import CopyBy, Migrations, Restoring, Tool
from fairway.errors import UsageError
from support import aws_apps

MIGRATIONS = Migrations(command=("npm", "run", "migrate"))
MAIN = (Managed(name="main"),)
PRODUCTION = "production"


def shop(
    migrations: Migrations | None = MIGRATIONS,
    *,
    databases: tuple[Managed, ...] = MAIN,
    network: Network = aws_apps.OWN,
    **hosting: Any,
) -> App:
    environment = aws_apps.make_environment(databases=databases, migrations=migrations)
    return aws_apps.make_app(environment, hosting={PRODUCTION: Hosting(**hosting)}, network=network)


def stack(of: App, kind: Kind) -> Stack:
    return next(each for each in synthesize(of, aws_apps.given_of(of)) if each.kind is kind)


def resources(of: App, kind: Kind = Kind.DATA) -> Mapping[str, Any]:
    found: Mapping[str, Any] = stack(of, kind).template["Resources"]
    return found


def outputs(of: App, kind: Kind) -> Mapping[str, Any]:
    return {name: each["Value"] for name, each in stack(of, kind).template["Outputs"].items()}


def ways_out(of: App) -> list[tuple[str, int, int, bool]]:
    """Each rule of the builds' group: protocol, ports, and whether it leads everywhere."""
    rules = resources(of)[guard.BUILDS]["Properties"]["SecurityGroupEgress"]
    return [(each["IpProtocol"], each["FromPort"], each["ToPort"], "CidrIp" in each) for each in rules]


def test_an_environment_without_migrations_has_nothing_of_it() -> None:
    without = shop(None)

    assert not {guard.TABLE, guard.BUCKET, guard.KEY, guard.BUILDS} & set(resources(without))
    assert not {migrating.ROLE, migrating.LOGS} & set(resources(without, Kind.SERVICES))
    assert "VpcConfig" not in resources(without, Kind.PIPELINE)["DeployProductionProject"]["Properties"]


@pytest.mark.parametrize(("protected", "fate"), [(True, "RetainExceptOnCreate"), (False, "Delete")])
def test_the_records_are_kept_as_the_environment_is_protected(protected: bool, fate: str) -> None:
    table = resources(shop(protected=protected))[guard.TABLE]

    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == (fate, "Retain")
    assert table["Properties"]["DeletionProtectionEnabled"] is protected
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["Properties"]["BillingMode"] == "PAY_PER_REQUEST"
    keys = [(each["AttributeName"], each["KeyType"]) for each in table["Properties"]["KeySchema"]]
    assert keys == [("kind", "HASH"), ("id", "RANGE")]


def test_nothing_can_fail_after_the_table_that_is_protected_from_deletion() -> None:
    found = resources(shop(protected=True))

    assert set(found[guard.TABLE]["DependsOn"]) == set(found) - {guard.TABLE}


def test_backups_never_expire_by_themselves_and_stay_with_their_key() -> None:
    found = resources(shop())

    assert {found[name]["DeletionPolicy"] for name in (guard.BUCKET, guard.KEY)} == {"RetainExceptOnCreate"}
    (rule,) = found[guard.BUCKET]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert "ExpirationInDays" not in rule
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert "VersioningConfiguration" not in found[guard.BUCKET]["Properties"]
    policy = found[f"{guard.BUCKET}Policy"]["Properties"]["PolicyDocument"]["Statement"][0]
    assert (policy["Effect"], policy["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_the_key_is_made_by_secrets_manager_and_stands_nowhere() -> None:
    secret = resources(shop())[guard.KEY]["Properties"]

    assert secret["GenerateSecretString"] == {"PasswordLength": 64, "ExcludePunctuation": True}
    assert not {"SecretString", "Name"} & set(secret)


def test_what_stayed_of_a_stack_is_in_nobodys_way() -> None:
    found = resources(shop())

    named = {"TableName", "BucketName", "Name"}
    assert [name for name in (guard.TABLE, guard.BUCKET, guard.KEY) if named & set(found[name]["Properties"])] == []


def test_the_builds_reach_the_managed_database_and_the_web_alone() -> None:
    found = resources(shop())

    assert ways_out(shop()) == [("tcp", 443, 443, True), ("tcp", 5432, 5432, False)]
    entered = {
        each["Properties"]["SourceSecurityGroupId"]["Ref"]
        for each in found.values()
        if each["Type"] == "AWS::EC2::SecurityGroupIngress"
    }
    assert entered == {wires.DATABASE_CLIENTS, guard.BUILDS}
    assert "SecurityGroupIngress" not in found[guard.BUILDS]["Properties"]


def test_what_rds_copies_is_reached_by_the_builds_alone_and_reaches_nobody() -> None:
    copied = shop(replace(MIGRATIONS, copy_by=CopyBy.SNAPSHOT))

    found = resources(copied)

    assert ways_out(copied) == [("tcp", 443, 443, True), ("tcp", 5432, 5432, False), ("tcp", 5432, 5432, False)]
    (entering,) = [
        each["Properties"]
        for each in found.values()
        if each["Type"] == "AWS::EC2::SecurityGroupIngress" and each["Properties"]["GroupId"] == {"Ref": guard.COPIES}
    ]
    assert entering["SourceSecurityGroupId"] == {"Ref": guard.BUILDS}
    assert "SecurityGroupIngress" not in found[guard.COPIES]["Properties"]
    (rule,) = found[guard.COPIES]["Properties"]["SecurityGroupEgress"]
    assert rule["CidrIp"] == "255.255.255.255/32"
    data = outputs(copied, Kind.DATA)
    assert (data[wires.COPIES], data[wires.copied(PRODUCTION)]) == ({"Ref": guard.COPIES}, {"Ref": "PostgresMain"})
    assert not {wires.COPIES, wires.copied(PRODUCTION)} & set(outputs(shop(), Kind.DATA))


def test_the_stage_outlasts_what_rds_needs_for_a_copy() -> None:
    dumped, copied = (
        resources(shop(replace(MIGRATIONS, copy_by=by)), Kind.PIPELINE)["DeployProductionProject"]["Properties"]
        for by in CopyBy
    )

    assert copied["TimeoutInMinutes"] == dumped["TimeoutInMinutes"] + 360


def test_a_database_that_aws_does_not_run_is_reached_wherever_it_is() -> None:
    external = shop(replace(MIGRATIONS, database="LEDGER_URL"))
    alone = shop(replace(MIGRATIONS, database="LEDGER_URL"), databases=())

    assert ways_out(external) == ways_out(alone) == [("tcp", 0, 65535, True)]
    assert "BuildsEnter" not in resources(external)
    assert set(stack(alone, Kind.DATA).parameters) == {wires.VPC}


def test_the_name_servers_of_somebody_elses_network_are_reached() -> None:
    managed = shop(network=aws_apps.EXISTING)
    external = shop(replace(MIGRATIONS, database="LEDGER_URL"), network=aws_apps.EXISTING)

    assert [each for each in ways_out(managed) if each[1] == 53] == [("udp", 53, 53, True), ("tcp", 53, 53, True)]
    assert ways_out(external) == [("tcp", 0, 65535, True), ("udp", 53, 53, True)]


@pytest.mark.parametrize(
    ("migrations", "network", "key"),
    [
        (Migrations(command=(), tool=Tool.SQL), aws_apps.OWN, "migrations.tool"),
        (MIGRATIONS, OwnNetwork(nat=Nat.NONE), "aws.network.nat"),
        (
            replace(MIGRATIONS, database="LEDGER_URL", copy_by=CopyBy.SNAPSHOT),
            aws_apps.OWN,
            "migrations.copy_by",
        ),
        (
            replace(MIGRATIONS, restore=Restoring.AUTOMATIC, copy_by=CopyBy.SNAPSHOT),
            aws_apps.OWN,
            "migrations.copy_by",
        ),
    ],
)
def test_no_stack_is_made_of_what_can_not_be_guarded(migrations: Migrations, network: Network, key: str) -> None:
    with pytest.raises(UsageError, match="can't be guarded on AWS") as raised:
        synthesize(shop(migrations, network=network), aws_apps.given_of(shop()))

    assert [each.key for each in raised.value.findings] == [key]


def test_sql_files_that_a_command_of_the_image_runs_are_a_migration_as_any_other() -> None:
    assert guard.TABLE in resources(shop(replace(MIGRATIONS, tool=Tool.SQL)))


@pytest.mark.parametrize(
    "hosting",
    [{}, {"public_tasks": True}, {"capacity": Capacity.EC2}, {"capacity": Capacity.FARGATE_SPOT}],
    ids=lambda found: next(iter(found), "plain"),
)
def test_the_migration_runs_in_private_subnets_with_the_groups_of_a_task(hosting: Mapping[str, Any]) -> None:
    of = shop(**hosting)

    found = outputs(of, Kind.SERVICES)

    assert found[wires.MIGRATION_SUBNETS] == {"Fn::Join": [",", {"Ref": wires.PRIVATE_SUBNETS}]}
    groups = [{"Ref": "TaskGroup"}, {"Ref": wires.DATABASE_CLIENTS}]
    assert found[wires.MIGRATION_GROUPS] == {"Fn::Join": [",", groups]}
    assert found[wires.MIGRATION_LOGS] == {"Ref": migrating.LOGS}


def test_ecs_reads_for_a_migration_its_own_secret_and_no_other() -> None:
    role = resources(shop(), Kind.SERVICES)[migrating.ROLE]["Properties"]

    read = [
        each["Resource"]["Fn::Sub"].rpartition(":secret:")[2]
        for each in role["Policies"][0]["PolicyDocument"]["Statement"]
        if each["Action"] == "secretsmanager:GetSecretValue"
    ]
    assert read == ["fairway/shop-api/production/job-????????????-??????"]


def test_the_migration_may_what_the_app_may() -> None:
    found = outputs(shop(), Kind.SERVICES)

    assert found[wires.MIGRATION_TASK_ROLE] == {"Fn::GetAtt": ["TaskRole", "Arn"]}
    assert found[wires.MIGRATION_ROLE] == {"Fn::GetAtt": [migrating.ROLE, "Arn"]}


def test_a_migrations_log_is_no_services() -> None:
    log = resources(shop(log_days=7), Kind.SERVICES)[migrating.LOGS]["Properties"]

    assert (log["LogGroupName"], log["RetentionInDays"]) == ("/fairway/shop-api/production/fairway/migrations", 7)


def test_a_deployment_with_migrations_has_docker_room_and_a_place_beside_the_database() -> None:
    project = resources(shop(architecture=Architecture.ARM64), Kind.PIPELINE)["DeployProductionProject"]["Properties"]

    machine = project["Environment"]
    assert (machine["PrivilegedMode"], machine["ComputeType"]) == (True, "BUILD_GENERAL1_MEDIUM")
    assert (machine["Type"], "aarch64" in machine["Image"]) == ("ARM_CONTAINER", True)
    assert project["Cache"] == {"Type": "NO_CACHE"}
    assert project["VpcConfig"] == {
        "VpcId": {"Ref": wires.VPC},
        "Subnets": {"Ref": wires.PRIVATE_SUBNETS},
        "SecurityGroupIds": [{"Ref": wires.builds(PRODUCTION)}],
    }


@pytest.mark.parametrize(("seconds", "minutes"), [(900.0, 240 + 120 + 4 * 15), (86400.0, 2160)])
def test_a_deployment_outlasts_its_migration_as_far_as_codebuild_lets_it(seconds: float, minutes: int) -> None:
    of = shop(replace(MIGRATIONS, timeout=seconds))

    assert resources(of, Kind.PIPELINE)["DeployProductionProject"]["Properties"]["TimeoutInMinutes"] == minutes


def test_each_deployment_takes_what_its_own_environment_keeps() -> None:
    each = [aws_apps.make_environment(name, databases=MAIN, migrations=MIGRATIONS) for name in ("staging", PRODUCTION)]

    parameters = stack(aws_apps.make_app(*each), Kind.PIPELINE).parameters

    for name in ("staging", PRODUCTION):
        for output in (wires.passages(name), wires.backups(name), wires.backup_key(name), wires.builds(name)):
            assert parameters[output] == OutputOf(stack=f"fairway-shop-api-{name}-data", output=output)
        for output in (wires.migration_role(name), wires.migration_task_role(name)):
            assert parameters[output] == OutputOf(stack=f"fairway-shop-api-{name}-services", output=output)
