"""The migration guard inside CodeBuild with copies by RDS, whole: as `test_guard_on_moto`, with moto for RDS, and two
real servers of PostgreSQL: the database, and what RDS would have restored from its snapshot.

moto has everything available at once and restores no data, so the second server has the database's contents from the
beginning.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from fairway.cloudformation import synthesis, wires
from fairway.cloudformation.synthesis import Given
from fairway.domain.address import Address, read
from fairway.domain.aws import names
from fairway.domain.aws.stack import Kind
from fairway.manifest import load as manifest
from support import docker_room, guard_asked, guard_cloud, guard_image, iam, postgres_room
from support.guard_cloud import COPIED, Room
from support.postgres_room import Server

pytestmark = pytest.mark.exhaustive

BASE = {"1_orders.sql": "CREATE TABLE orders (id bigint PRIMARY KEY, code text, total int);"}
GOOD = {**BASE, "2_coupon.sql": "ALTER TABLE orders ADD COLUMN coupon text;"}
ROWS = "INSERT INTO orders SELECT n, 'c' || n, n FROM generate_series(1, 300) n"
COLUMNS = """
SELECT string_agg(column_name, ' ' ORDER BY column_name) FROM information_schema.columns WHERE table_name = 'orders'
"""


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    """The database's, and the copies'."""
    asyncio.run(postgres_room.ensure_image())
    with postgres_room.run_server() as real, postgres_room.run_server() as copies:
        yield real, copies
        docker_room.sweep(guard_cloud.INSTANCE)
        docker_room.docker("rmi", "--force", guard_image.NAME)


@pytest.fixture
def room(servers: tuple[Server, Server], tmp_path: Path) -> Iterator[Room]:
    """Where `fairway aws up` has been, and the release serves that made the orders."""
    real, copies = servers
    with guard_cloud.open_room(tmp_path / "shop", "", toml=COPIED, copies=copies.host) as opened:
        status, said = opened.call("aws", "up", "--yes")
        assert status == 0, said
        secret = opened.outputs(Kind.DATA)[wires.url_secret("main")]
        opened.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=address(real).url)
        image = guard_image.build(BASE)
        for server in (real, copies):
            server.execute("postgres", "CREATE DATABASE shop OWNER shop")
            url = ("--env", f"DATABASE_URL={address(server).url}")
            docker_room.docker("run", "--rm", *url, image.digest, "/app/migrate")
            server.execute("shop", ROWS)
        opened.release(image, "1")
        status, said = opened.deploy()
        assert status == 0, said
        opened.forget()
        yield opened


def address(server: Server) -> Address:
    return read(f"postgres://shop:secret-word@{server.host}:5432/shop")


def columns(server: Server) -> str:
    with psycopg.connect(server.admin("shop").url) as connection:
        row = connection.execute(COLUMNS.encode()).fetchone()
    assert row is not None
    return str(row[0])


def test_a_migration_is_rehearsed_on_what_rds_has_restored_and_only_the_snapshot_stays(
    room: Room, servers: tuple[Server, Server]
) -> None:
    real, copies = servers
    room.release(guard_image.build(GOOD), "2")

    status, said = room.deploy()

    assert status == 0, said
    rds = room.client("rds")
    (snapshot,) = rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    name = snapshot["DBSnapshotIdentifier"]
    assert name.startswith(f"{names.copies(guard_cloud.APP, guard_cloud.ENVIRONMENT)}-")
    assert snapshot["DBInstanceIdentifier"] == room.outputs(Kind.DATA)[wires.database("main")]
    assert [each["DBInstanceIdentifier"] for each in rds.describe_db_instances()["DBInstances"]] == [
        room.outputs(Kind.DATA)[wires.database("main")]
    ]
    assert f"backup        ✓  snapshot {name} of RDS" in said
    places = [said.find(part) for part in ("rehearsal     ✓", "compatibility ✓", "migration     ✓", "changing")]
    assert -1 not in places and places == sorted(places), said
    assert columns(real) == columns(copies) == "code coupon id total"
    assert len(room.ran()) == 1
    assert "secret-word" not in said
    assert room.left() == ""
    assert refused(room) == []


def refused(room: Room) -> list[tuple[str, str]]:
    """What the role of the deployment does not allow of the calls to RDS that were made."""
    stacks = synthesis.synthesize(manifest.load(COPIED), Given(version="1.2.3"))
    pipeline = next(each.template for each in stacks if each.kind is Kind.PIPELINE)
    allowed = iam.statements(pipeline, names.logical("deploy-production", "role"))
    outputs = {**room.outputs(Kind.DATA), **room.outputs(Kind.SERVICES)}
    asked = [
        each
        for action, parameters in room.watched()
        if action.startswith("rds:")
        for each in guard_asked.asked_of(action, parameters, guard_cloud.ENVIRONMENT, outputs)
    ]
    assert {"rds:CreateDBSnapshot", "rds:RestoreDBInstanceFromDBSnapshot", "rds:DeleteDBInstance"} <= {
        action for action, _, _ in asked
    }
    return [
        (action, resource) for action, resource, context in asked if not iam.allows(allowed, action, resource, context)
    ]
