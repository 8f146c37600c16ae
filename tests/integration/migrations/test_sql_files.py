"""Plain SQL files, run by the real psql as Fairway's script says."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from fairway.domain import address as addresses
from fairway.domain.migrations import Migrations, Plan, Tool
from fairway.migrate.tools import sql, sql_script
from fairway.migrate.tools.shipped import Configs, Shipped
from fairway.ports.images import Folder
from support.migration_room import Ended, databases
from support.pipeline_postgres import find_programs

SETTINGS = Migrations(command=(), tool=Tool.SQL, lock_timeout=2.0)
FILES = {
    "001_orders.sql": "CREATE TABLE orders (id integer);",
    "001_orders.down.sql": "DROP TABLE orders;",
    "002_coupon.sql": "ALTER TABLE orders ADD COLUMN coupon text",
    "002_coupon.down.sql": "ALTER TABLE orders DROP COLUMN coupon;",
    "003_index.sql": "-- fairway: no-transaction\nCREATE INDEX CONCURRENTLY orders_coupon ON orders (coupon);",
    "003_index.down.sql": "-- fairway: no-transaction\nDROP INDEX CONCURRENTLY orders_coupon;",
}


class Room:
    """A database, and a folder of SQL files in an image."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder

    def shipped(self, files: dict[str, str]) -> Shipped:
        folder = Folder(files={name: text.encode() for name, text in files.items()})
        return sql.read(sql.place(Configs(), SETTINGS), {"migrations": folder})

    async def plan(self, files: dict[str, str]) -> Plan:
        shipped, address = self.shipped(files), addresses.read(self.url)
        asks = sql.asks(shipped.place, address)
        return sql.plan(shipped, [await databases(self.folder).read(address, ask.table, ask.columns) for ask in asks])

    async def up(self, files: dict[str, str]) -> Ended:
        names = {step.name for step in (await self.plan(files)).pending}
        chosen = [each for each in self.shipped(files).migrations if each.step.name in names]
        return self.run(sql_script.up(chosen, "fairway_migrations", SETTINGS))

    def run(self, script: sql_script.Script) -> Ended:
        for name, text in script.files.items():
            here = text.replace(sql_script.FOLDER, str(self.folder)) if name == sql_script.MAIN else text
            (self.folder / name).write_text(here)
        command = [str(find_programs() / "psql"), *script.command[1:-1], str(self.folder / sql_script.MAIN)]
        variables = {"PATH": "/usr/bin:/bin", **sql_script.variables(addresses.read(self.url))}
        done = subprocess.run(
            command, env=variables, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=30
        )
        return Ended(done.returncode, done.stdout + done.stderr)

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()


@pytest.fixture
def room(empty: Callable[[], str], tmp_path: Path) -> Room:
    return Room(empty(), tmp_path)


async def test_all_are_run_in_the_order_of_their_names(room: Room) -> None:
    ended = await room.up(FILES)
    plan = await room.plan(FILES)

    assert ended.code == 0, ended.output
    assert ended.output.split() == ["001_orders.sql", "002_coupon.sql", "003_index.sql"]
    assert (plan.pending, plan.trouble, plan.last) == ((), (), "003_index.sql")


async def test_exactly_the_added_one_is_run(room: Room) -> None:
    await room.up(FILES)
    more = {**FILES, "004_note.sql": "ALTER TABLE orders ADD COLUMN note text;"}

    plan = await room.plan(more)
    ended = await room.up(more)

    assert [step.name for step in plan.pending] == ["004_note.sql"]
    assert ended.output.split() == ["004_note.sql"]


async def test_one_that_fails_leaves_nothing_of_itself_and_those_before_it(room: Room) -> None:
    files = {**FILES, "002_coupon.sql": "ALTER TABLE orders ADD COLUMN coupon text; SELECT 1/0;"}

    ended = await room.up(files)
    plan = await room.plan(files)

    assert ended.code == 3
    assert "division by zero" in ended.output
    assert plan.applied == ("001_orders.sql",)
    assert room.ask("SELECT 1 FROM information_schema.columns WHERE column_name = 'coupon'") == []


async def test_one_that_fails_outside_of_a_transaction_is_half_applied_and_not_run_again(room: Room) -> None:
    files = {**FILES, "003_index.sql": "-- fairway: no-transaction\nCREATE TABLE half (id integer); SELECT 1/0;"}

    ended = await room.up(files)
    plan = await room.plan(files)

    assert ended.code == 3
    assert plan.pending == ()
    assert "003_index.sql was begun outside of a transaction" in plan.trouble[0]


async def test_one_that_ends_its_own_transaction_is_refused(room: Room) -> None:
    ended = await room.up({"001_own.sql": "CREATE TABLE own (id integer); COMMIT;"})

    assert ended.code == 3
    assert "the file ended the transaction that it ran in" in ended.output


async def test_a_quotation_mark_that_nobody_closes_does_not_reach_beyond_its_file(room: Room) -> None:
    ended = await room.up({"001_open.sql": "SELECT 'never closed", "002_next.sql": "CREATE TABLE next (id integer);"})
    plan = await room.plan({"001_open.sql": "", "002_next.sql": ""})

    assert ended.code != 0
    assert plan.applied == ()


async def test_one_that_was_changed_after_it_was_applied_is_trouble(room: Room) -> None:
    await room.up(FILES)

    plan = await room.plan({**FILES, "001_orders.sql": "CREATE TABLE orders (id bigint);"})

    assert plan.trouble == ("001_orders.sql was changed after it was applied; it is not run again",)


async def test_what_a_file_sets_is_forgotten_before_the_next(room: Room) -> None:
    files = {
        "001_path.sql": "CREATE SCHEMA other; SET search_path = other; SET lock_timeout = 0;",
        "002_table.sql": "CREATE TABLE here AS SELECT current_setting('lock_timeout') AS waits;",
    }

    ended = await room.up(files)

    assert ended.code == 0, ended.output
    assert room.ask("SELECT waits FROM public.here") == [("2s",)]


async def test_all_are_taken_back_from_the_last_one_on(room: Room) -> None:
    await room.up(FILES)

    ended = room.run(sql_script.down(room.shipped(FILES).migrations, "fairway_migrations", SETTINGS))
    plan = await room.plan(FILES)

    assert ended.code == 0, ended.output
    assert plan.applied == ()
    assert room.ask("SELECT 1 FROM pg_tables WHERE tablename = 'orders'") == []


async def test_the_same_one_is_not_applied_twice_by_two_at_once(room: Room) -> None:
    script = sql_script.up(room.shipped(FILES).migrations, "fairway_migrations", SETTINGS)
    room.run(script)

    ended = room.run(script)

    assert ended.code == 3
    assert "duplicate key" in ended.output
    assert room.ask("SELECT count(*) FROM fairway_migrations") == [(3,)]
