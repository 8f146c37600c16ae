"""Prisma's table, read from a real database.

The tool itself can't migrate without a network here: its engines come from a host of its own. So the table is made by
the statement that its schema engine has, and its rows as `prisma migrate deploy` and `prisma migrate resolve` write
them; the migrations are run as that engine runs them, each file as one query.
"""

import hashlib
from collections.abc import Callable

import psycopg
import pytest

from fairway.domain.migrations import Tool
from support.migration_room import Project
from support.migration_samples import BROKEN, COUPON, CREATE, INDEX, Sample

TABLE = """CREATE TABLE _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)"""
NAMES = ("20260101000000_orders", "20260102000000_coupon", "20260103000000_index")
SAMPLE = Sample(
    tool=Tool.PRISMA,
    names=NAMES,
    common={"prisma/schema.prisma": 'datasource db {\n  provider = "postgresql"\n}\n'},
    write=lambda statements: {
        "prisma/migrations/migration_lock.toml": 'provider = "postgresql"\n',
        **{f"prisma/migrations/{name}/migration.sql": f"{up};\n" for name, up in zip(NAMES, statements, strict=False)},
    },
    up=("npx", "prisma", "migrate", "deploy"),
    down=None,
    whole=False,
)


def deploy(project: Project, *names: str) -> None:
    """What the engine does for each: a row, the file, the row's end."""
    with psycopg.connect(project.url, autocommit=True) as connection:
        connection.execute(TABLE.replace("TABLE", "TABLE IF NOT EXISTS", 1).encode())
        for name in names:
            content = (project.folder / f"prisma/migrations/{name}/migration.sql").read_bytes()
            row = (hashlib.sha256(content).hexdigest(), name)
            connection.execute(
                "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES (gen_random_uuid(), %s, %s)", row
            )
            connection.execute(content)
            connection.execute("UPDATE _prisma_migrations SET finished_at = now() WHERE migration_name = %s", (name,))


def execute(project: Project, statement: str) -> None:
    with psycopg.connect(project.url, autocommit=True) as connection:
        connection.execute(statement.encode())


async def test_exactly_the_added_one_is_pending_with_its_sql(new: Callable[[Sample], Project]) -> None:
    project = new(SAMPLE)
    project.migrations(CREATE, COUPON)
    deploy(project, *NAMES[:2])
    between = await project.plan()
    project.migrations(CREATE, COUPON, INDEX)

    plan = await project.plan()

    assert (between.pending, between.known) == ((), True)
    assert [(step.name, step.sql) for step in plan.pending] == [(NAMES[2], f"{INDEX};\n")]
    assert plan.applied == NAMES[:2]


async def test_one_that_failed_is_trouble_until_it_is_resolved(new: Callable[[Sample], Project]) -> None:
    project = new(SAMPLE)
    project.migrations(CREATE, BROKEN)
    with pytest.raises(psycopg.errors.UndefinedTable):
        deploy(project, *NAMES[:2])

    failed = await project.plan()
    execute(project, "UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL")
    resolved = await project.plan()

    assert f"{NAMES[1]} failed and is half applied" in failed.trouble[0]
    assert resolved.trouble == ()
    assert [step.name for step in resolved.pending] == [NAMES[1]]


async def test_one_that_was_changed_after_it_was_applied_is_trouble(new: Callable[[Sample], Project]) -> None:
    project = new(SAMPLE)
    project.migrations(CREATE)
    deploy(project, NAMES[0])
    project.migrations(f"{CREATE} -- since yesterday")

    plan = await project.plan()

    assert f"{NAMES[0]} was changed after it was applied" in plan.trouble[0]
    assert plan.pending == ()


async def test_the_table_lies_in_the_schema_of_the_url(new: Callable[[Sample], Project]) -> None:
    project = new(SAMPLE)
    project.migrations(CREATE)
    deploy(project, NAMES[0])
    execute(project, "CREATE SCHEMA shop; ALTER TABLE _prisma_migrations SET SCHEMA shop")

    plan = await project.plan(url=f"{project.url}?schema=shop")

    assert plan.applied == NAMES[:1]
