"""Copying a real PostgreSQL database: all that one can have, and all that can be wrong."""

import asyncio
import dataclasses
import json
from pathlib import Path

import psycopg
import pytest

from fairway.adapters.postgres.dumps import PostgresDumps
from fairway.adapters.postgres.scratches import PostgresScratches
from fairway.domain import catalog, fingerprint
from fairway.domain.address import read
from fairway.errors import FairwayError, Unavailable, WorkFailed
from support import docker_room, postgres_room
from support.databases_room import quiet
from support.postgres_rich import RICH
from support.postgres_room import PostgresRoom


def told(error: FairwayError) -> str:
    return f"{error.what}: {error.why} ({error.hint})"


async def test_a_copy_has_everything_that_the_original_has(room: PostgresRoom, tmp_path: Path) -> None:
    room.server.execute(room.address.name, RICH)
    original = room.server.admin(room.address.name)

    dumped = await room.dumps.dump(original, tmp_path, report=quiet)
    async with room.scratches.open("rich", original, dumped.standing) as scratch:
        await room.dumps.restore(tmp_path, scratch.address, report=quiet)
        copy = await room.dumps.fingerprint(scratch.address, report=quiet)
        schema = await room.databases.schema(scratch.address)

    assert fingerprint.compare(dumped.fingerprint, copy) == ()
    assert catalog.compare(await room.databases.schema(original), schema) == ()
    assert dumped.fingerprint.others["sequence billing.numbers"] == "110"
    assert {"large objects", 'sequence public."Odd ""Name_a b_seq"'} <= dumped.fingerprint.others.keys()
    assert {"public.cats", "public.cache", "public.events_2026"} <= dumped.fingerprint.tables.keys()


@pytest.mark.exhaustive
async def test_what_is_written_while_a_dump_runs_is_not_in_it_and_not_counted(
    room: PostgresRoom, tmp_path: Path
) -> None:
    await room.execute(room.address, "CREATE TABLE orders (id bigserial PRIMARY KEY, code text)")
    await room.execute(room.address, "INSERT INTO orders (code) SELECT md5(n::text) FROM generate_series(1, 50000) n")
    over = asyncio.Event()

    async def write() -> None:
        async with await psycopg.AsyncConnection.connect(room.address.url, autocommit=True) as connection:
            while not over.is_set():
                await connection.execute("INSERT INTO orders (code) VALUES ('meanwhile')")

    writing = asyncio.create_task(write())
    dumped = await room.dumps.dump(room.address, tmp_path, report=quiet)
    over.set()
    await writing
    async with room.scratches.open("busy", room.address, dumped.standing) as scratch:
        await room.dumps.restore(tmp_path, scratch.address, report=quiet)
        copy = await room.dumps.fingerprint(scratch.address, report=quiet)

    assert fingerprint.compare(dumped.fingerprint, copy) == ()
    assert await room.count(room.address, "orders") > copy.rows


async def test_a_restore_elsewhere_makes_missing_roles_and_takes_no_right_from_those_that_are_there(
    room: PostgresRoom, tmp_path: Path
) -> None:
    await room.create(room.address, "orders", 3)
    await room.dumps.dump(room.address, tmp_path, report=quiet)
    file = tmp_path / "surroundings.json"
    document = json.loads(file.read_text())
    rights = [True, True, True, True, True, True]
    document["roles"] += [
        {"name": postgres_room.ADMIN, "attributes": [False] * 6, "groups": [], "settings": []},
        {"name": "newcomer", "attributes": rights, "groups": ["reader"], "settings": []},
    ]
    file.write_text(json.dumps(document))
    room.server.execute("postgres", "CREATE DATABASE elsewhere")

    await room.dumps.restore(tmp_path, room.server.admin("elsewhere"), report=quiet)

    assert await room.count(room.server.admin("elsewhere"), "orders") == 3
    roles = await room.execute(
        room.server.admin(),
        f"SELECT rolname, rolsuper, rolcanlogin FROM pg_roles WHERE rolname IN ('newcomer', '{postgres_room.ADMIN}')",
    )
    assert set(roles) == {("newcomer", False, False), (postgres_room.ADMIN, True, True)}
    room.server.execute("postgres", "DROP DATABASE elsewhere")
    room.server.execute("postgres", "DROP ROLE newcomer")


async def test_the_password_is_in_no_file_and_no_label(room: PostgresRoom, tmp_path: Path) -> None:
    await room.create(room.address, "orders", 3)

    await room.dumps.dump(room.address, tmp_path, report=quiet)

    texts = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    assert texts
    assert not any(b"secret-word" in text for text in texts)


async def test_too_little_disk_is_told_before_anything_is_written(room: PostgresRoom, tmp_path: Path) -> None:
    dumps = PostgresDumps(room.workshop, free=lambda path: 3 * 1024**2)
    scratches = PostgresScratches(room.workshop, free=lambda path: 3 * 1024**2)
    standing = await room.databases.look(room.address)

    with pytest.raises(WorkFailed) as dumping:
        await dumps.dump(room.address, tmp_path, report=quiet)
    with pytest.raises(WorkFailed) as opening:
        async with scratches.open("small", room.address, standing):
            pass

    assert list(tmp_path.iterdir()) == []
    assert "3 MiB are free" in dumping.value.why and f"{standing.bytes / 1024**2:.0f} MiB" in dumping.value.why
    assert "3 MiB are free" in opening.value.why and "it needs" in opening.value.why


async def test_a_table_that_the_role_may_not_read_is_named(room: PostgresRoom, tmp_path: Path) -> None:
    room.server.execute(room.address.name, "CREATE TABLE salaries (id int); REVOKE ALL ON salaries FROM PUBLIC")

    with pytest.raises(WorkFailed, match="can't be backed up") as caught:
        await room.dumps.dump(room.address, tmp_path, report=quiet)

    assert '"shop" may not read public.salaries' in caught.value.why
    assert "GRANT" in caught.value.hint


async def test_rows_that_row_security_hides_are_an_error_not_a_smaller_backup(
    room: PostgresRoom, tmp_path: Path
) -> None:
    room.server.execute(
        room.address.name,
        "CREATE TABLE notes (who text); GRANT SELECT ON notes TO shop; ALTER TABLE notes ENABLE ROW LEVEL SECURITY",
    )

    with pytest.raises(WorkFailed) as caught:
        await room.dumps.dump(room.address, tmp_path, report=quiet)

    assert "row security hides rows of public.notes" in caught.value.why


async def test_a_server_that_is_newer_than_the_tools_is_named_with_both_versions(
    room: PostgresRoom, tmp_path: Path
) -> None:
    async with postgres_room.pretending(room.server.host, b"15.", b"19.") as port:
        address = room.address.moved(host="127.0.0.1", port=port)

        with pytest.raises(WorkFailed) as caught:
            await room.dumps.dump(address, tmp_path, tools="postgres:15", report=quiet)

    assert "PostgreSQL 19." in caught.value.why and "are of 15." in caught.value.why
    assert "postgres:19" in caught.value.hint


async def test_a_version_without_an_image_is_named(room: PostgresRoom) -> None:
    standing = dataclasses.replace(await room.databases.look(room.address), version="98.1")

    with pytest.raises(WorkFailed, match="no image with PostgreSQL 98") as caught:
        async with room.scratches.open("none", room.address, standing):
            pass

    assert "tools" in caught.value.hint


async def test_an_extension_that_the_image_has_not_got_is_named_with_one_that_has(room: PostgresRoom) -> None:
    standing = dataclasses.replace(await room.databases.look(room.address), extensions={"postgis": "3.4"})

    with pytest.raises(WorkFailed) as caught:
        async with room.scratches.open("gis", room.address, standing):
            pass

    assert "postgis" in caught.value.why
    assert "postgis/postgis:15" in caught.value.hint


@pytest.mark.exhaustive
async def test_rows_that_break_a_constraint_are_the_error_of_the_restore(room: PostgresRoom, tmp_path: Path) -> None:
    await room.create(room.address, "orders", 3)
    dumped = await room.dumps.dump(room.address, tmp_path, report=quiet)
    for file in (tmp_path / "dump").glob("*.dat.gz"):
        file.unlink()

    async with room.scratches.open("broken", room.address, dumped.standing) as scratch:
        with pytest.raises(WorkFailed, match="can't be restored") as caught:
            await room.dumps.restore(tmp_path, scratch.address, report=quiet)

    assert ".dat" in caught.value.why


async def test_a_role_that_may_not_make_databases_is_refused_and_keeps_what_it_has(
    room: PostgresRoom, tmp_path: Path
) -> None:
    await room.create(room.address, "orders", 3)
    await room.dumps.dump(room.address, tmp_path, report=quiet)
    await room.insert(room.address, "orders", 4, 4)
    room.server.execute("postgres", "ALTER ROLE shop NOCREATEDB")

    try:
        with pytest.raises(WorkFailed) as caught:
            await room.dumps.replace(tmp_path, room.address, report=quiet)
    finally:
        room.server.execute("postgres", "ALTER ROLE shop CREATEDB")

    assert "CREATEDB" in caught.value.why
    assert await room.count(room.address, "orders") == 4


async def test_replacing_ends_the_sessions_and_leaves_nothing_beside(room: PostgresRoom, tmp_path: Path) -> None:
    await room.create(room.address, "orders", 3)
    await room.dumps.dump(room.address, tmp_path, report=quiet)
    await room.insert(room.address, "orders", 4, 9)
    held = await psycopg.AsyncConnection.connect(room.address.url)
    await held.execute("SELECT count(*) FROM orders")

    await room.dumps.replace(tmp_path, room.address, report=quiet)

    with pytest.raises(psycopg.OperationalError):
        await held.execute("SELECT 1")
    await held.close()
    assert await room.count(room.address, "orders") == 3
    names = await room.execute(room.address, "SELECT datname FROM pg_database WHERE datname ~ '^fairway_(new|old)'")
    assert names == []


async def test_a_scratch_is_the_originals_user_without_a_way_out(room: PostgresRoom) -> None:
    like = read(f"{room.address.url}?sslmode=verify-full&schema=public")
    standing = await room.databases.look(room.address)

    async with room.scratches.open("alone", like, standing) as scratch:
        plain = dataclasses.replace(postgres_room.from_here(scratch), options={"sslmode": "require"})
        rights = await room.execute(
            plain,
            "SELECT rolsuper, ssl FROM pg_roles, pg_stat_ssl WHERE rolname = current_user AND pid = pg_backend_pid()",
        )
        network = json.loads(docker_room.docker("network", "inspect", scratch.network))[0]
        container = docker_room.inspect(scratch.network)

    assert rights == [(False, True)]
    assert network["Internal"]
    assert dict(scratch.inside.options) == {"sslmode": "require", "schema": "public"}
    assert scratch.inside.password not in json.dumps(container)
    assert scratch.address.password not in json.dumps(container["Config"]["Labels"])


@pytest.mark.exhaustive
async def test_a_scratch_takes_tls_from_whoever_wants_it_and_plain_text_from_the_others(room: PostgresRoom) -> None:
    """The URL of a database of RDS says nothing of TLS, and its driver is told by PGSSLMODE."""
    standing = await room.databases.look(room.address)

    async with room.scratches.open("either", room.address, standing) as scratch:
        found = [
            await room.execute(
                dataclasses.replace(postgres_room.from_here(scratch), options={"sslmode": mode}),
                "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
            )
            for mode in ("require", "disable")
        ]

    assert found == [[(True,)], [(False,)]]
    assert dict(scratch.inside.options) == {}


async def test_a_database_that_goes_away_while_it_is_copied_is_told(room: PostgresRoom, tmp_path: Path) -> None:
    await room.create(room.address, "orders", 3)
    nowhere = room.address.moved(host=room.server.host, port=5433)

    with pytest.raises(Unavailable) as caught:
        await room.dumps.dump(nowhere, tmp_path, report=quiet)

    assert "port 5433" in told(caught.value)
