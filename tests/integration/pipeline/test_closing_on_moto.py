"""An environment on AWS that is closed for its migration, whole: `fairway aws up`, then `fairway stage deploy` as
processes, with moto's server for CloudFormation, and a real database, image, copies and migration task.

moto's load balancer forwards nothing, and its services have no tasks: what is shown is what the stack has made of them.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pytest

from fairway.domain.aws import doors, names
from support import docker_room, guard_cloud, guard_image, guard_refused, postgres_room
from support.guard_cloud import Room

pytestmark = pytest.mark.exhaustive

BASE = {"1_orders.sql": "CREATE TABLE orders (id bigint PRIMARY KEY, code text);"}
RENAME = {**BASE, "2_reference.sql": "ALTER TABLE orders RENAME COLUMN code TO reference; SELECT pg_sleep(3);"}
OLD, NEW = "SELECT count(code) FROM orders", "SELECT count(reference) FROM orders"
COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_name = 'orders' ORDER BY 1"
CLOSING = guard_cloud.TOML.replace(
    'directory = "migrations"\n',
    'directory = "migrations"\nmaintenance = true\n[[migrations.smoke]]\npath = "/orders"\n',
)


@pytest.fixture(scope="module")
def server() -> Iterator[postgres_room.Server]:
    asyncio.run(postgres_room.ensure_image())
    with postgres_room.run_server() as running:
        yield running
        docker_room.sweep(guard_cloud.INSTANCE)
        docker_room.docker("rmi", "--force", guard_image.NAME)


def url(server: postgres_room.Server) -> str:
    return f"postgres://shop:secret-word@{server.host}:5432/shop"


@pytest.fixture(scope="module")
def room(server: postgres_room.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """The first release serves."""
    server.execute("postgres", "CREATE DATABASE shop OWNER shop")
    with guard_cloud.open_room(tmp_path_factory.mktemp("account") / "shop", url(server), toml=CLOSING) as opened:
        status, said = opened.call("aws", "up", "--yes")
        assert status == 0, said
        opened.release(guard_image.build(BASE, query=OLD), "1")
        status, said = opened.deploy()
        assert status == 0, said
        opened.forget()
        yield opened


def rules(room: Room) -> Sequence[Any]:
    """The load balancer's own rules, beside the one of its listener."""
    balancers = room.client("elbv2")
    (balancer,) = balancers.describe_load_balancers()["LoadBalancers"]
    listeners = balancers.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    found = [balancers.describe_rules(ListenerArn=each["ListenerArn"])["Rules"] for each in listeners]
    return [rule for each in found for rule in each if rule["Priority"] != "default"]


def count(room: Room) -> int:
    """The tasks that the service is to have."""
    cluster = names.cluster(guard_cloud.APP, guard_cloud.ENVIRONMENT)
    (service,) = room.client("ecs").describe_services(cluster=cluster, services=["web"])["services"]
    return int(service["desiredCount"])


def columns(server: postgres_room.Server) -> list[str]:
    with psycopg.connect(url(server), autocommit=True) as connection:
        return [name for (name,) in connection.execute(COLUMNS).fetchall()]


def test_a_killed_stage_leaves_it_closed_and_the_next_one_opens_it_with_the_new_release(
    room: Room, server: postgres_room.Server
) -> None:
    room.release(guard_image.build(RENAME, query=NEW), "2")

    killed = room.kill_at("migration │ applying", "stage", "deploy", "production")
    (page,) = rules(room)
    between = room.stack()[doors.PARAMETER], count(room), page["Actions"][0]["FixedResponseConfig"]["StatusCode"]
    status, said = room.deploy()

    assert between == ("closed", 0, "503"), killed
    assert status == 0, said
    assert (room.stack()[doors.PARAMETER], count(room), rules(room)) == ("open", 1, [])
    assert columns(server) == ["id", "reference"] and len(room.ran()) == 1
    assert room.left() == "" and "secret-word" not in killed + said
    assert guard_refused.of(room, room.watched()) == []
