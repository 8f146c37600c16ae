"""The guard with real Docker and PostgreSQL: each kind of migration ends as promised, and no data is lost.

One that is good and one that fails on production's nulls are what the demo and test_migration_guard of tests/scenarios
have with a real server and under requests. Of the others `make test` has the one that the old release does not run on,
which no fake could tell, and one with nothing to do; `make exhaustive` has all.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from fairway.domain.migrations import Smoke
from fairway.domain.passage import Outcome, PassageStatus
from fairway.migrate.parts import Serving
from support import docker_room, guard_image, guard_room, postgres_room
from support.guard_room import Room

BASE = {"1_orders.sql": "CREATE TABLE orders (id bigint PRIMARY KEY, code text, total int);"}
GOOD = {**BASE, "2_coupon.sql": "ALTER TABLE orders ADD COLUMN coupon text;"}
NULLS = {**BASE, "2_code.sql": "ALTER TABLE orders ALTER COLUMN code SET NOT NULL;"}
DROPS = {**BASE, "2_drop.sql": "ALTER TABLE orders DROP COLUMN code;"}
SLOW = {**BASE, "2_slow.sql": "ALTER TABLE orders ADD COLUMN coupon text; SELECT pg_sleep(6);"}
STATE = "SELECT count(*), sum(id), count(code) FROM orders"
COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_name = 'orders' ORDER BY 1"


@pytest.fixture(scope="module")
def server() -> Iterator[postgres_room.Server]:
    asyncio.run(postgres_room.ensure_image())
    with postgres_room.run_server() as running:
        yield running
        docker_room.sweep(guard_room.INSTANCE)
        docker_room.docker("rmi", "--force", guard_image.NAME)


@pytest.fixture
async def port(server: postgres_room.Server) -> AsyncIterator[int]:
    """The database as it is when it is published on a port of this host: reached by every address of the host."""

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            inner, outer = await asyncio.open_connection(server.host, 5432)
            await asyncio.gather(pipe(reader, outer), pipe(inner, writer), return_exceptions=True)

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    published = await asyncio.start_server(forward, "0.0.0.0", 0)
    yield published.sockets[0].getsockname()[1]
    published.close()


@pytest.fixture
async def room(server: postgres_room.Server, port: int, tmp_path: Path) -> AsyncIterator[Room]:
    server.execute("postgres", "DROP DATABASE IF EXISTS shop WITH (FORCE)")
    server.execute("postgres", "CREATE DATABASE shop OWNER shop")
    url = f"postgres://shop:secret-word@{docker_room.host_address()}:{port}/shop"
    async with guard_room.open_room(tmp_path, url) as opened:
        lines: list[str] = []
        first = await opened.migrate(guard_image.build(BASE), lines, key="first", backup=False)
        assert first.status is PassageStatus.MIGRATED, "\n".join([*lines, str(first.cause)])
        opened.direct = f"postgres://shop:secret-word@{server.host}:5432/shop"
        opened.execute(
            "INSERT INTO orders SELECT n, CASE WHEN n % 3 > 0 THEN 'c' || n END FROM generate_series(1, 300) n"
        )
        yield opened


def columns(room: Room) -> list[str]:
    return [name for (name,) in room.ask(COLUMNS)]


def left() -> str:
    """Containers of this guard, and networks of copies; the environment's own network stays."""
    own = ("--filter", f"label=fairway.instance={guard_room.INSTANCE}")
    networks = docker_room.docker("network", "ls", "-q", *own, "--filter", "label=fairway.scratch")
    return docker_room.docker("ps", "-aq", *own) + networks


@pytest.mark.exhaustive
async def test_a_good_migration_is_made_once_and_leaves_nothing_behind(room: Room) -> None:
    lines: list[str] = []
    before = room.ask(STATE)
    old = room.release(guard_image.build(BASE, query="SELECT code FROM orders LIMIT 1"), 17)
    room.serving = Serving(release=old, configuration=1)

    passage = await room.migrate(guard_image.build(GOOD), lines, smoke=(Smoke(path="/orders"),))

    assert (passage.status, passage.applied) == (PassageStatus.MIGRATED, ("2_coupon.sql",)), "\n".join(lines)
    assert passage.rehearsal is not None
    assert passage.rehearsal.watched.connected
    assert [each.object for each in passage.rehearsal.differences] == ["column public.orders.coupon"]
    assert passage.rehearsal.old is not None
    assert (passage.rehearsal.old.failed, passage.rehearsal.old.blind) == ("", "")
    assert columns(room) == ["code", "coupon", "id", "total"]
    assert room.ask(STATE) == before
    assert left() == ""


@pytest.mark.exhaustive
async def test_what_has_nulls_in_production_never_reaches_it(room: Room) -> None:
    before = room.ask(STATE)

    passage = await room.migrate(guard_image.build(NULLS))

    assert (passage.status, passage.outcome) == (PassageStatus.FAILED, Outcome.UNTOUCHED)
    assert passage.cause is not None
    assert passage.cause.sentence == 'column "code" of relation "orders" contains null values'
    assert room.ask(STATE) == before
    assert [name for (name,) in room.ask("SELECT name FROM fairway_migrations")] == ["1_orders.sql"]
    assert left() == ""


async def test_a_column_that_the_old_release_reads_is_not_dropped(room: Room) -> None:
    old = room.release(guard_image.build(BASE, query="SELECT code FROM orders LIMIT 1"), 17)
    room.serving = Serving(release=old, configuration=1)

    passage = await room.migrate(guard_image.build(DROPS), smoke=(Smoke(path="/orders"),))

    assert passage.status is PassageStatus.REFUSED
    assert passage.cause is not None
    assert "GET /orders answered 500" in passage.cause.seen
    assert 'column "code" does not exist' in passage.cause.seen
    assert columns(room) == ["code", "id", "total"]


@pytest.mark.exhaustive
async def test_a_hard_coded_url_is_blocked_and_named(room: Room) -> None:
    image = guard_image.build(GOOD, HARD_CODED=room.url)

    passage = await room.migrate(image, timeout=30.0)

    assert (passage.status, passage.outcome) == (PassageStatus.FAILED, Outcome.UNTOUCHED)
    assert passage.cause is not None
    assert "goes to the real database" in passage.cause.sentence
    assert columns(room) == ["code", "id", "total"]


@pytest.mark.exhaustive
async def test_one_that_asks_gets_no_answer_and_is_named(room: Room) -> None:
    script = "#!/bin/sh\nprintf 'This drops a table. Are you sure? (y/N) '\nread answer || exit 1\n"

    passage = await room.migrate(guard_image.build(GOOD, script=script))

    assert passage.status is PassageStatus.FAILED
    assert passage.cause is not None
    assert passage.cause.sentence.startswith("the migration asks a question")
    assert columns(room) == ["code", "id", "total"]


@pytest.mark.exhaustive
async def test_one_without_an_end_is_ended(room: Room) -> None:
    passage = await room.migrate(guard_image.build(GOOD, script="#!/bin/sh\nexec sleep 600\n"), timeout=3.0)

    assert passage.cause is not None
    assert passage.cause.sentence == "the migration took longer than 3 s and was ended"
    assert left() == ""


@pytest.mark.exhaustive
async def test_a_lock_of_somebody_else_is_waited_for_and_tried_again(room: Room) -> None:
    import psycopg

    lines: list[str] = []
    async with await psycopg.AsyncConnection.connect(room.direct) as holder:
        await holder.execute("LOCK TABLE orders IN ACCESS SHARE MODE")
        passing = asyncio.ensure_future(room.migrate(guard_image.build(GOOD), lines, lock_timeout=1.0))
        async with asyncio.timeout(120):
            while not any("attempt 2 of 6" in line for line in lines):
                await asyncio.sleep(0.1)
        await holder.rollback()
        passage = await passing

    assert passage.status is PassageStatus.MIGRATED
    assert len(passage.attempts) > 1
    assert columns(room) == ["code", "coupon", "id", "total"]


@pytest.mark.exhaustive
async def test_a_server_that_dies_while_it_migrates_is_followed_by_one_that_watches_on(
    room: Room, tmp_path: Path
) -> None:
    image = guard_image.build(SLOW)
    dying = asyncio.ensure_future(room.migrate(image, backup=False))

    async def migrating() -> bool:
        found = await room.store.passages.list("shop-api")  # type: ignore[arg-type]
        return found[0].status is PassageStatus.MIGRATING and bool(
            docker_room.docker("ps", "-q", "--filter", f"label=fairway.instance={guard_room.INSTANCE}")
        )

    await docker_room.until(migrating)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    async with guard_room.open_room(tmp_path, room.url) as second:
        passage = await second.migrate(image, backup=False)

    assert (passage.status, passage.outcome) == (PassageStatus.MIGRATED, Outcome.APPLIED)
    assert columns(room) == ["code", "coupon", "id", "total"]
    assert room.ask("SELECT count(*) FROM fairway_migrations") == [(2,)]
    assert left() == ""


async def test_with_nothing_pending_nothing_is_started(room: Room) -> None:
    passage = await room.migrate(guard_image.build(BASE))

    assert passage.status is PassageStatus.SKIPPED
    assert left() == ""
