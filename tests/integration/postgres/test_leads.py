"""The way to a copy that somebody else runs: what is on it reaches that one database by its name, and nothing else."""

import secrets
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from fairway.adapters.postgres.hosted import UNSEEN, HostedWatches
from fairway.adapters.postgres.leads import HOSTS, PostgresLeads
from fairway.domain.address import Address
from fairway.domain.rehearsal import LockMode
from fairway.errors import Unavailable, WorkFailed
from fairway.ports.databases import Scratch
from support import docker_room
from support.postgres_room import IMAGE, INSTANCE, PostgresRoom, Server

pytestmark = pytest.mark.exhaustive


@pytest.fixture
def key() -> str:
    return f"shop-{secrets.token_hex(3)}"


@pytest.fixture
async def way(room: PostgresRoom, key: str, tmp_path: Path) -> AsyncIterator[Scratch]:
    """To the room's database."""
    standing = await room.databases.look(room.address)
    async with PostgresLeads(room.workshop, tmp_path).open(key, room.address, standing) as scratch:
        yield scratch


def ask(scratch: Scratch, host: str, port: int = 5432) -> str:
    """What a container on its network is told by that server: the database's name, or the error."""
    address = scratch.inside
    mounts = [word for inside, outside in scratch.mounts.items() for word in ("-v", f"{outside}:{inside}:ro")]
    query = ("psql", "-h", host, "-p", str(port), "-U", address.user, "-d", address.name, "-Atc", "SELECT 'reached'")
    shell = f'{" ".join(query[:-1])} "{query[-1]}" 2>&1 || true'
    password = ("-e", f"PGPASSWORD={address.password}", "-e", "PGCONNECT_TIMEOUT=3")
    return docker_room.docker(
        "run", "--rm", "--network", scratch.network, *mounts, *password, "--entrypoint", "sh", IMAGE, "-c", shell
    ).strip()


async def test_a_container_reaches_the_database_over_the_relay_and_no_other_address(
    way: Scratch, room: PostgresRoom, server: Server
) -> None:
    gateway = docker_room.docker("network", "inspect", "-f", "{{(index .IPAM.Config 0).Gateway}}", "bridge").strip()

    assert way.inside.host != server.host
    assert ask(way, way.inside.host) == "reached"
    assert "reached" not in ask(way, server.host)
    assert "reached" not in ask(way, gateway, 22)
    assert (way.hosted, way.address) == (True, room.address)


async def test_the_databases_own_name_leads_to_the_relay(
    room: PostgresRoom, server: Server, key: str, tmp_path: Path
) -> None:
    standing = await room.databases.look(room.address)

    async def find(to: Address) -> str:
        return server.host

    named = room.address.moved(host="copy.abc.eu-central-1.rds.amazonaws.com", port=5432)
    async with PostgresLeads(room.workshop, tmp_path, find).open(key, named, standing) as scratch:
        said = ask(scratch, scratch.inside.host)
        mounted = scratch.mounts[HOSTS].read_text(encoding="utf-8")

    assert (scratch.inside, said) == (named, "reached")
    assert f" {named.host}\n" in mounted
    assert not (tmp_path / key).exists()


async def test_nothing_of_it_is_left_and_what_a_killed_build_left_is_swept(
    room: PostgresRoom, key: str, tmp_path: Path
) -> None:
    standing = await room.databases.look(room.address)
    own = ("--filter", f"label=fairway.instance={INSTANCE}", "--filter", f"label=fairway.scratch={key}")

    def left() -> str:
        return docker_room.docker("ps", "-aq", *own) + docker_room.docker("network", "ls", "-q", *own)

    async with PostgresLeads(room.workshop, tmp_path).open(key, room.address, standing):
        there = left()
        await room.scratches.sweep([key])
        kept = left()
        await room.scratches.sweep()
        swept = left()

    assert there == kept != ""
    assert swept == left() == ""


async def test_a_host_that_nobody_knows_is_told(room: PostgresRoom, key: str, tmp_path: Path) -> None:
    standing = await room.databases.look(room.address)

    with pytest.raises(Unavailable, match="can't be reached") as error:
        async with PostgresLeads(room.workshop, tmp_path).open(key, room.wrong["host"], standing):
            raise AssertionError("it was opened")

    assert "no host" in error.value.why


async def test_an_image_without_perl_is_told(room: PostgresRoom, key: str, tmp_path: Path) -> None:
    standing = await room.databases.look(room.address)
    image, layer = f"t-{key}:1", tmp_path / "layer.tar"
    with tarfile.open(layer, "w") as archive:
        archive.addfile(tarfile.TarInfo("nothing"))
    docker_room.docker("import", str(layer), image)

    try:
        with pytest.raises(WorkFailed, match="the way to the copy can't be made") as error:
            async with PostgresLeads(room.workshop, tmp_path).open(key, room.address, standing, tools=image):
                raise AssertionError("it was opened")
    finally:
        docker_room.docker("rmi", image)

    assert "needs perl" in error.value.hint


async def test_a_migration_is_seen_by_its_locks_and_what_it_has_rewritten(way: Scratch, room: PostgresRoom) -> None:
    await room.create(way.address, "orders", 5000)
    await room.execute(way.address, "ANALYZE orders")

    async with HostedWatches().watch(way) as watch:
        async with await psycopg.AsyncConnection.connect(way.address.url) as connection:
            await connection.execute("ALTER TABLE orders ALTER COLUMN id TYPE bigint")
            await connection.execute("UPDATE orders SET code = 'x' WHERE id <= 50")
            await connection.execute("SELECT pg_sleep(0.4)")
        watched = await watch.end()

    held = {(lock.table, lock.mode): lock.seconds for lock in watched.locks}
    assert held["public.orders", LockMode.ACCESS_EXCLUSIVE] >= 0.3
    assert [(each.table, each.rows) for each in watched.rewritten] == [("public.orders", 5000)]
    assert watched.rows == 50
    assert watched.written > 100_000 and watched.connected
    assert (watched.statements, watched.unseen) == ((), UNSEEN)


async def test_a_copy_that_nobody_opens_is_seen_as_such(way: Scratch) -> None:
    async with HostedWatches().watch(way) as watch:
        watched = await watch.end()

    assert (watched.connected, watched.locks, watched.rows) == (False, (), 0)
