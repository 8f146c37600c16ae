"""The contract of `ports.snapshots`, kept by the fake, and by the adapter against moto and botocore's Stubber.

With moto everything is available at once, and nothing is ever in a state that forbids a call: what RDS says then is
stubbed. It does not take `DeletionProtection=False` either: its copies are as protected as their source is.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from botocore.stub import Stubber

from fairway.adapters.aws.session import Session
from fairway.adapters.aws.snapshots import AwsSnapshots
from fairway.adapters.memory.snapshots import MemorySnapshots
from fairway.domain.aws import copies, names
from fairway.domain.aws.copies import Instance, Standing, Wanted
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import Conflict, NotFound, UsageError
from fairway.ports.snapshots import Snapshots

APP, PRODUCTION = AppName("shop"), EnvironmentName("production")
SOURCE = "fairway-shop-production-data-main"
NAME = names.copy(APP, PRODUCTION, "release/1/1")
TAGS = [{"Key": "fairway:app", "Value": "shop"}, {"Key": "fairway:environment", "Value": "production"}]


@dataclass
class Rds:
    """`group` is that of the copies."""

    snapshots: Snapshots
    group: str = "sg-1"


async def make_source(session: Session) -> str:
    """An instance in a network, protected by nothing; the group of its copies."""
    vpc = (await session.call("ec2", "CreateVpc", CidrBlock="10.0.0.0/16"))["Vpc"]["VpcId"]
    subnets = [
        await session.call(
            "ec2",
            "CreateSubnet",
            VpcId=vpc,
            CidrBlock=f"10.0.{number}.0/24",
            AvailabilityZone=f"{session.region}{zone}",
        )
        for number, zone in enumerate("ab")
    ]
    group = await session.call("ec2", "CreateSecurityGroup", GroupName="copies", Description="copies", VpcId=vpc)
    await session.call(
        "rds",
        "CreateDBSubnetGroup",
        DBSubnetGroupName="subnets",
        DBSubnetGroupDescription="private",
        SubnetIds=[each["Subnet"]["SubnetId"] for each in subnets],
    )
    await session.call(
        "rds",
        "CreateDBParameterGroup",
        DBParameterGroupName="parameters",
        DBParameterGroupFamily="postgres17",
        Description="TLS",
    )
    await session.call(
        "rds",
        "CreateDBInstance",
        DBInstanceIdentifier=SOURCE,
        Engine="postgres",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="fairway",
        MasterUserPassword="secret-word",
        DBSubnetGroupName="subnets",
        DBParameterGroupName="parameters",
        StorageEncrypted=True,
        Tags=TAGS,
    )
    return str(group["GroupId"])


@pytest.fixture(params=["memory", "moto"])
async def rds(request: pytest.FixtureRequest, moto: None, session: Session) -> Rds:
    if request.param == "moto":
        group = await make_source(session)
        return Rds(snapshots=of_rds(session), group=group)
    source = Instance(
        name=SOURCE,
        status="available",
        host="db",
        port=5432,
        size="db.t4g.micro",
        subnets="subnets",
        parameters="parameters",
    )
    return Rds(snapshots=MemorySnapshots(sources={SOURCE: source}, pace=0))


async def wanted(rds: Rds, name: str = NAME) -> Wanted:
    like = await rds.snapshots.instance(SOURCE)
    assert like is not None
    return Wanted(name=name, snapshot=NAME, like=like, group=rds.group)


async def restored(rds: Rds) -> Instance:
    """A copy that is there."""
    assert await rds.snapshots.take(NAME, SOURCE)
    assert copies.of_snapshot(await rds.snapshots.snapshot(NAME)) is Standing.READY
    assert await rds.snapshots.restore(await wanted(rds))
    found = await rds.snapshots.instance(NAME)
    assert found is not None
    return found


async def test_what_is_not_there_is_none(rds: Rds) -> None:
    assert await rds.snapshots.snapshot(NAME) is None
    assert await rds.snapshots.instance(NAME) is None
    assert await rds.snapshots.remove_instance(NAME)
    assert await rds.snapshots.remove_snapshot(NAME)


async def test_a_source_is_seen_with_its_size_and_its_groups(rds: Rds) -> None:
    found = await rds.snapshots.instance(SOURCE)

    assert found is not None
    assert copies.of_instance(found) is Standing.READY
    assert (found.size, found.subnets, found.parameters, found.cluster) == (
        "db.t4g.micro",
        "subnets",
        "parameters",
        "",
    )


async def test_a_copy_comes_from_the_snapshot_with_an_address_of_its_own(rds: Rds) -> None:
    copy = await restored(rds)

    source = await rds.snapshots.instance(SOURCE)
    assert source is not None
    assert copies.of_instance(copy) is Standing.READY
    assert copy.host and copy.host != source.host
    assert (copy.port, copy.size, copy.subnets, copy.parameters) == (5432, source.size, "subnets", "parameters")


async def test_asking_a_second_time_leaves_what_is_there(rds: Rds) -> None:
    first = await restored(rds)
    taken = await rds.snapshots.snapshot(NAME)

    assert await rds.snapshots.take(NAME, SOURCE)
    assert await rds.snapshots.restore(await wanted(rds))

    assert await rds.snapshots.snapshot(NAME) == taken
    assert await rds.snapshots.instance(NAME) == first


async def test_only_what_the_guard_has_made_is_listed_and_never_the_real_one(rds: Rds) -> None:
    await restored(rds)

    assert [each.name for each in await rds.snapshots.instances()] == [NAME]
    assert [each.name for each in await rds.snapshots.snapshots()] == [NAME]


async def test_what_is_removed_is_gone_and_may_be_removed_again(rds: Rds) -> None:
    await restored(rds)

    for _ in range(2):
        assert await rds.snapshots.remove_instance(NAME)
        assert await rds.snapshots.remove_snapshot(NAME)

    assert await rds.snapshots.instance(NAME) is None
    assert await rds.snapshots.snapshot(NAME) is None
    assert (await rds.snapshots.instances(), await rds.snapshots.snapshots()) == ([], [])


async def test_a_source_that_is_gone_is_not_found(rds: Rds) -> None:
    with pytest.raises(NotFound):
        await rds.snapshots.take(NAME, "nobody")


async def test_a_snapshot_that_is_gone_is_not_found(rds: Rds) -> None:
    with pytest.raises(NotFound):
        await rds.snapshots.restore(await wanted(rds))


async def test_a_copy_is_open_to_nobody_unprotected_and_not_backed_up(session: Session) -> None:
    like = Instance(name=SOURCE, status="available", size="db.r8g.large", subnets="subnets", parameters="parameters")
    asked: dict[str, Any] = {
        "DBInstanceIdentifier": NAME,
        "DBSnapshotIdentifier": NAME,
        "DBInstanceClass": "db.r8g.large",
        "DBSubnetGroupName": "subnets",
        "DBParameterGroupName": "parameters",
        "VpcSecurityGroupIds": ["sg-1"],
        "MultiAZ": False,
        "PubliclyAccessible": False,
        "DeletionProtection": False,
        "AutoMinorVersionUpgrade": False,
        "BackupRetentionPeriod": 0,
        "CopyTagsToSnapshot": False,
        "Tags": TAGS,
    }
    with Stubber(session.client("rds")) as stub:
        stub.add_response("restore_db_instance_from_db_snapshot", {}, asked)

        assert await of_rds(session).restore(Wanted(name=NAME, snapshot=NAME, like=like, group="sg-1"))


@pytest.mark.parametrize("copying", [True, False])
async def test_a_state_that_forbids_it_now_is_said_so_and_is_no_error(session: Session, copying: bool) -> None:
    operation, code = (
        ("delete_db_instance", "InvalidDBInstanceState")
        if copying
        else ("create_db_snapshot", "InvalidDBInstanceState")
    )
    with Stubber(session.client("rds")) as stub:
        if copying:
            found = {"DBInstanceIdentifier": NAME, "DBInstanceStatus": "creating", "DBInstanceClass": "db.t4g.micro"}
            stub.add_response("describe_db_instances", {"DBInstances": [found]}, {"DBInstanceIdentifier": NAME})
        stub.add_client_error(operation, code)

        asked = of_rds(session).remove_instance(NAME) if copying else of_rds(session).take(NAME, SOURCE)

        assert await asked is False


async def test_one_that_is_being_created_has_no_address_yet(session: Session) -> None:
    found = {"DBInstanceIdentifier": NAME, "DBInstanceStatus": "creating", "DBInstanceClass": "db.t4g.micro"}
    with Stubber(session.client("rds")) as stub:
        stub.add_response("describe_db_instances", {"DBInstances": [found]}, {"DBInstanceIdentifier": NAME})

        copy = await of_rds(session).instance(NAME)

    assert copy == Instance(name=NAME, status="creating", size="db.t4g.micro")


@pytest.mark.parametrize(
    ("operation", "code", "said"),
    [
        ("create_db_snapshot", "SnapshotQuotaExceeded", "manual snapshots"),
        ("restore_db_instance_from_db_snapshot", "InstanceQuotaExceeded", "DB instances in a region"),
        ("restore_db_instance_from_db_snapshot", "StorageQuotaExceeded", "GB of storage"),
    ],
)
async def test_a_quota_that_is_reached_is_named_with_how_to_ask_for_more(
    session: Session, operation: str, code: str, said: str
) -> None:
    like = Instance(name=SOURCE, status="available", size="db.t4g.micro", subnets="subnets", parameters="parameters")
    with Stubber(session.client("rds")) as stub, pytest.raises(Conflict) as refusal:
        stub.add_client_error(operation, code, "no more")
        if operation == "create_db_snapshot":
            await of_rds(session).take(NAME, SOURCE)
        else:
            await of_rds(session).restore(Wanted(name=NAME, snapshot=NAME, like=like, group="sg-1"))

    assert said in refusal.value.what
    assert "service-quotas request-service-quota-increase --service-code rds" in refusal.value.hint


async def test_a_missing_permission_names_the_action_and_the_resource(session: Session) -> None:
    arn = f"arn:aws:rds:eu-central-1:123456789012:snapshot:{NAME}"
    message = (
        "User: arn:aws:sts::123456789012:assumed-role/deploy/build is not authorized to perform: rds:CreateDBSnapshot "
        f"on resource: {arn} because no identity-based policy allows the rds:CreateDBSnapshot action"
    )
    with Stubber(session.client("rds")) as stub, pytest.raises(UsageError) as refusal:
        stub.add_client_error("create_db_snapshot", "AccessDenied", message, http_status_code=403)
        await of_rds(session).take(NAME, SOURCE)

    assert "rds:CreateDBSnapshot" in refusal.value.what
    assert arn in f"{refusal.value.why} {refusal.value.hint}"


def of_rds(session: Session) -> AwsSnapshots:
    return AwsSnapshots(session, app=APP, environment=PRODUCTION)
