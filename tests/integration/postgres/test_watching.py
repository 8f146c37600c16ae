"""What is seen of a real migration, and who is kept from waiting too long."""

import asyncio

import psycopg
import pytest

from fairway.domain.rehearsal import LockMode
from support import postgres_room
from support.postgres_room import PostgresRoom


async def test_a_migration_is_seen_with_its_statements_locks_and_rewriting(room: PostgresRoom) -> None:
    standing = await room.databases.look(room.address)
    async with room.scratches.open("seen", room.address, standing) as scratch:
        tool = postgres_room.from_here(scratch)
        await room.execute(tool, "CREATE TABLE orders (id int, code text); CREATE TABLE other (id int)")
        await room.insert(tool, "orders", 1, 20000)
        before = await room.databases.schema(scratch.address)

        async with room.watches.watch(scratch) as watch:
            assert await room.databases.schema(scratch.address) == before
            async with await psycopg.AsyncConnection.connect(tool.url) as connection:
                await connection.execute("SELECT count(*) FROM orders")
                await connection.execute("ALTER TABLE orders ALTER COLUMN id TYPE bigint")
                await connection.execute(
                    "DO $$ BEGIN ALTER TABLE orders ADD CONSTRAINT small\n CHECK (id < 1000000); END $$"
                )
                await connection.execute("UPDATE orders SET code = %s WHERE id <= 50", ("secret-value",))
                await connection.execute("SELECT pg_sleep(0.3)")
            await room.execute(tool, "CREATE INDEX orders_code ON orders (code)")
            watched = await watch.end()
        after = await room.databases.schema(scratch.address)

    first, second, third, fourth = watched.statements
    assert first.startswith("ALTER TABLE orders ALTER COLUMN id") and second.startswith("DO $$")
    assert "CHECK (id < 1000000)" in second
    assert third == "UPDATE orders SET code = $1 WHERE id <= 50" and fourth.startswith("CREATE INDEX")
    held = {(lock.table, lock.mode): lock.seconds for lock in watched.locks}
    assert held["public.orders", LockMode.ACCESS_EXCLUSIVE] >= 0.3
    assert ("public.orders", LockMode.SHARE) in held
    assert not any(table == "public.other" for table, _ in held)
    ((table, rows),) = [(each.table, each.rows) for each in watched.rewritten]
    assert (table, rows) == ("public.orders", 20000)
    assert watched.rewritten[0].bytes > 500_000
    assert watched.rows == 50
    assert watched.written > 500_000 and watched.disk > 0 and watched.connected
    assert "index public.orders_code" in after.objects and not any("fairway" in name for name in after.objects)


@pytest.mark.exhaustive
async def test_a_short_lock_is_seen_that_no_sampling_would_meet(room: PostgresRoom) -> None:
    standing = await room.databases.look(room.address)
    async with room.scratches.open("short", room.address, standing) as scratch:
        tool = postgres_room.from_here(scratch)
        await room.create(tool, "orders", 3)

        async with room.watches.watch(scratch) as watch:
            await room.execute(tool, "ALTER TABLE orders ADD COLUMN coupon text")
            watched = await watch.end()

    (lock,) = watched.locks
    assert (lock.table, lock.mode) == ("public.orders", LockMode.ACCESS_EXCLUSIVE)
    assert watched.rewritten == ()


async def test_a_migration_that_waits_too_long_for_a_lock_is_cancelled_and_nobody_else(room: PostgresRoom) -> None:
    await room.create(room.address, "orders", 3)
    said: list[str] = []
    async with await psycopg.AsyncConnection.connect(room.address.url) as application:
        await application.execute("UPDATE orders SET code = 'mine' WHERE id = 1")

        async with room.gates.hold(room.address, lock_timeout=0.3, report=said.append):
            waits = asyncio.create_task(room.execute(room.address, "UPDATE orders SET code = 'theirs' WHERE id = 1"))
            with pytest.raises(psycopg.errors.QueryCanceled):
                await room.execute(room.address, "ALTER TABLE orders ADD COLUMN coupon text")
            assert not waits.done()
            await application.rollback()
            await waits

    (sentence,) = said
    assert "waiting for a lock on orders: ALTER TABLE orders ADD COLUMN coupon text" in sentence


async def test_a_gate_is_open_again_when_its_holder_is_gone(room: PostgresRoom) -> None:
    said: list[str] = []
    async with room.gates.hold(room.address, lock_timeout=5.0, report=said.append):
        room.server.execute(
            "postgres", f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{room.address.name}'"
        )

        async with room.gates.hold(room.address, lock_timeout=5.0, report=print):
            pass
