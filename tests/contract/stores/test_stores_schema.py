"""The schema: a new database, an old one, a newer one, and one that can't be had."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from fairway.adapters.store import database, schema
from fairway.adapters.store.store import open_store
from fairway.adapters.store.tables import METADATA
from fairway.domain.moves import Keep
from fairway.errors import Unavailable, UsageError
from support.pipeline_values import APP, PRODUCTION, PUSH, REVISION, define


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/fairway.db"
    address: str = request.getfixturevalue("postgres_database")
    return address


def connect(url: str) -> sa.Engine:
    return sa.create_engine(database.parse(url), poolclass=sa.NullPool)


def test_the_newest_migration_is_the_version_that_the_tables_have() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))

    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


def test_the_migrations_end_at_what_the_tables_describe(url: str) -> None:
    engine = connect(url)
    with engine.begin() as connection:
        schema.migrate(connection)
    with engine.begin() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
        assert schema.read_version(connection) == schema.HEAD

    assert differences == []


async def test_servers_that_begin_at_once_make_the_tables_once(url: str) -> None:
    async def begin() -> list[str]:
        async with open_store(url) as store:
            return [app.name for app in await store.apps.list()]

    assert await asyncio.gather(*(begin() for _ in range(4))) == [[], [], [], []]


async def test_what_was_written_is_there_after_opening_again(url: str) -> None:
    async with open_store(url) as store:
        await store.apps.create(APP, at=1.0)
        await store.executions.create(APP, REVISION, PUSH, define(["source"]), at=1.0)
        await store.configurations.add(APP, PRODUCTION, {"A": b"1"}, expected=0, at=1.0)

    async with open_store(url) as store:
        assert (await store.executions.get(APP, 1)).revision == REVISION
        assert (await store.configurations.get(APP, PRODUCTION, 1)).values == {"A": b"1"}


async def test_a_database_that_the_migrations_made_can_be_used(url: str) -> None:
    with connect(url).begin() as connection:
        schema.migrate(connection)

    async with open_store(url) as store:
        await store.apps.create(APP, at=1.0)
        execution = await store.executions.create(APP, REVISION, PUSH, define(["source"]), at=1.0, key="k")

    assert execution.number == 1


async def test_a_database_of_a_newer_fairway_is_left_alone(url: str) -> None:
    engine = connect(url)
    with engine.begin() as connection:
        schema.VERSION.create(connection)
        connection.execute(sa.insert(schema.VERSION).values(version_num="9999"))

    with pytest.raises(UsageError, match="newer Fairway"):
        async with open_store(url):
            pass

    with engine.begin() as connection:
        assert not sa.inspect(connection).has_table("apps")


def test_opening_an_up_to_date_store_does_not_import_alembic(tmp_path: Path) -> None:
    script = f"""
import asyncio, sys
from fairway.adapters.store.store import open_store
async def main():
    for _ in range(2):
        async with open_store("sqlite:///{tmp_path}/fairway.db") as store:
            await store.apps.list()
asyncio.run(main())
assert "alembic" not in sys.modules
assert "sqlalchemy.orm" not in sys.modules
"""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environ)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("url", ["", "mysql://localhost/fairway", "no url at all"])
async def test_a_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        async with open_store(url):
            pass


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "fairway.db").write_text("not a database, but long enough to be read as one" * 50)

    with pytest.raises(Unavailable, match="the store did not answer") as raised:
        async with open_store(f"sqlite:///{tmp_path}/fairway.db"):
            pass

    assert "not a database" in raised.value.why


async def test_a_server_that_does_not_answer_is_told() -> None:
    with pytest.raises(Unavailable) as raised:
        async with open_store("postgresql://fairway@127.0.0.1:21799/fairway"):
            pass

    assert "21799" in raised.value.why


async def test_a_write_that_fails_keeps_nothing(url: str) -> None:
    async with open_store(url) as store:
        await store.apps.create(APP, at=1.0)

        execution = await store.executions.create(APP, REVISION, PUSH, define([]), at=1.0)
        with pytest.raises(TypeError):
            await store.executions.change(execution, [Keep(outputs={"a": object()})], at=2.0)

        assert await store.executions.outputs(APP, 1) == {}


async def test_two_servers_on_one_file_wait_for_each_other(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/fairway.db"
    async with open_store(url) as first, open_store(url) as second:
        await first.apps.create(APP, at=1.0)

        numbers = [
            (await store.executions.create(APP, REVISION, PUSH, define([]), at=1.0)).number
            for store in (first, second) * 5
        ]

        assert numbers == list(range(1, 11))
