"""The migration guard inside CodeBuild, whole: `fairway aws up`, then `fairway stage deploy` as processes, with moto's
server for AWS, and real: the image, PostgreSQL, the copies in Docker, and the migration's task (`support.ecs_docker`).
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fairway.adapters.aws.backupkey import BackupKey
from fairway.adapters.aws.session import Session
from fairway.adapters.aws.vault import S3Vault
from fairway.cloudformation import wires
from fairway.domain.address import Address, read
from fairway.domain.aws.stack import Kind
from fairway.domain.image import Image
from support import docker_room, guard_cloud, guard_image, guard_refused, postgres_room
from support.guard_cloud import Room

pytestmark = pytest.mark.exhaustive

BASE = {"1_orders.sql": "CREATE TABLE orders (id bigint PRIMARY KEY, code text, total int);"}
GOOD = {**BASE, "2_coupon.sql": "ALTER TABLE orders ADD COLUMN coupon text;"}
NULLS = {**BASE, "2_code.sql": "ALTER TABLE orders ALTER COLUMN code SET NOT NULL;"}
SLOW = {**BASE, "2_slow.sql": "ALTER TABLE orders ADD COLUMN coupon text; SELECT pg_sleep(5);"}
ROWS = "INSERT INTO orders SELECT n, CASE WHEN n % 3 > 0 THEN 'c' || n END FROM generate_series(1, 300) n"
STATE = "SELECT count(*), sum(id), count(code) FROM orders"
COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_name = 'orders' ORDER BY 1"


@pytest.fixture(scope="module")
def server() -> Iterator[postgres_room.Server]:
    asyncio.run(postgres_room.ensure_image())
    with postgres_room.run_server() as running:
        yield running
        docker_room.sweep(guard_cloud.INSTANCE)
        docker_room.docker("rmi", "--force", guard_image.NAME)


@pytest.fixture(scope="module")
def account(server: postgres_room.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Where `fairway aws up` has been."""
    with guard_cloud.open_room(tmp_path_factory.mktemp("account") / "shop", address(server).url) as opened:
        status, said = opened.call("aws", "up", "--yes")
        assert status == 0, said
        yield opened


@pytest.fixture
def room(account: Room, server: postgres_room.Server) -> Room:
    """With orders, a third of them without a code, as the release made them that serves."""
    server.execute("postgres", "DROP DATABASE IF EXISTS shop WITH (FORCE)")
    server.execute("postgres", "CREATE DATABASE shop OWNER shop")
    image, url = guard_image.build(BASE), address(server).url
    docker_room.docker("run", "--rm", "--env", f"DATABASE_URL={url}", image.digest, "/app/migrate")
    ask(address(server), ROWS)
    deploy(account, image, "1")
    account.forget()
    return account


@pytest.fixture
def database(room: Room, server: postgres_room.Server) -> Address:
    return address(server)


def address(server: postgres_room.Server) -> Address:
    return read(f"postgres://shop:secret-word@{server.host}:5432/shop")


def deploy(room: Room, image: Image, commit: str) -> str:
    """A release, and what the stage said of it."""
    room.release(image, commit)
    status, said = room.deploy()
    assert status == 0, said
    return said


def ask(address: Address, query: str) -> list[Any]:
    with psycopg.connect(address.url, autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        return cursor.fetchall() if cursor.description else []


def columns(address: Address) -> list[str]:
    return [name for (name,) in ask(address, COLUMNS)]


def serves(room: Room) -> str:
    """The commit's first letter."""
    return room.stack()[wires.COMMIT][:1]


def in_order(text: str, *parts: str) -> bool:
    """Whether the parts stand in the text one after the other."""
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


async def open_backup(room: Room, into: Path) -> list[str]:
    """The files of the newest backup, opened with the environment's key."""
    outputs = room.outputs(Kind.DATA)
    session = Session(guard_cloud.REGION, endpoint=room.address)
    backup = await room.backup(session)
    key = BackupKey(session, outputs[wires.BACKUP_KEY])
    vault = S3Vault(session, outputs[wires.BACKUPS], into / "sealed", key.get)
    opened = into / "opened"
    opened.mkdir()
    await vault.open(backup, opened, report=lambda progress: None)
    return sorted(path.name for path in opened.rglob("*") if path.is_file())


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A release with something pending was deployed, and then once more: what the stage said, how the orders were
    before, and which calls of AWS it made the first time."""

    before: list[Any]
    first: str
    second: tuple[int, str]
    calls: Sequence[tuple[str, Mapping[str, Any]]]


@pytest.fixture
def deployed(room: Room, database: Address) -> Deployed:
    before = ask(database, STATE)
    first = deploy(room, guard_image.build(GOOD), "2")
    calls = room.watched()
    return Deployed(before=before, first=first, second=room.deploy(), calls=calls)


def test_what_is_pending_is_rehearsed_made_once_by_a_task_and_then_deployed(
    room: Room, database: Address, deployed: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, again = deployed.second

    first = deployed.first
    assert in_order(first, "backup        ✓", "rehearsal     ✓", "migration     ✓", "changing"), first
    assert (columns(database), ask(database, STATE)) == (["code", "coupon", "id", "total"], deployed.before)
    assert (status, len(room.ran()), serves(room)) == (0, 1, "2"), again
    assert "nothing pending" in again and "runs already" in again
    assert "secret-word" not in first + again
    assert room.left() == ""
    for name, value in room.credentials.items():
        monkeypatch.setenv(name, value)
    assert asyncio.run(open_backup(room, tmp_path)) != []
    assert {"dynamodb:PutItem", "s3:PutObject", "ecs:RunTask"} <= {action for action, _ in deployed.calls}
    assert guard_refused.of(room, deployed.calls) == []


def test_one_that_fails_on_the_copy_leaves_database_and_stack_as_they_were(room: Room, database: Address) -> None:
    before = ask(database, STATE)
    room.release(guard_image.build(NULLS), "2")

    status, said = room.deploy()

    assert status != 0
    assert "null values" in said, said
    assert (columns(database), ask(database, STATE)) == (["code", "id", "total"], before)
    assert (room.ran(), serves(room)) == ([], "1")
    assert room.left() == ""


def test_a_stage_that_is_killed_in_the_rehearsal_and_then_while_the_task_migrates_goes_on_each_time(
    room: Room, database: Address
) -> None:
    room.release(guard_image.build(SLOW), "2")

    room.kill_at("rehearsal │ applying", "stage", "deploy", "production")
    left, began = room.left(), room.ran()
    killed = room.kill_at("migration │ applying", "stage", "deploy", "production")
    (task,) = room.ran()
    running = docker_room.inspect(task)["State"]["Status"]
    between = columns(database)
    status, said = room.deploy()

    assert (left != "", began) == (True, [])
    assert (running, between) == ("running", ["code", "id", "total"]), killed
    assert status == 0, said
    assert "looking for what became of it" in said
    assert (room.ran(), serves(room)) == ([task], "2")
    assert columns(database) == ["code", "coupon", "id", "total"]
    assert room.left() == ""
