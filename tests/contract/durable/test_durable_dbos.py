"""What concerns DBOS alone."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fairway.adapters.dbos.durable import DbosDurable
from fairway.errors import Unavailable
from fairway.ports.durable import Step


async def run_once(url: str, keep_for: float) -> bool:
    """Whether the body ran."""
    ran = asyncio.Event()

    async def act() -> None:
        ran.set()

    async def body(step: Step, arguments: Mapping[str, Any]) -> None:
        await step("act", act)

    durable = DbosDurable(url, "local", "1", keep_for=keep_for)
    durable.register("body", body)
    await durable.open()
    await durable.start("a/1", "body", {})
    while await durable.alive("a/1"):
        await asyncio.sleep(0.01)
    await durable.close()
    return ran.is_set()


async def test_what_ended_long_ago_is_forgotten(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/dbos.db"

    assert await run_once(url, keep_for=3600.0)
    assert not await run_once(url, keep_for=3600.0)
    assert await run_once(url, keep_for=-1.0)


def rows(url: str) -> int:
    """Of all tables that hold something of a workflow."""
    tables = ("workflow_status", "workflow_input", "workflow_output", "operation_outputs")
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        return sum(connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables)


async def test_what_ended_is_forgotten_by_a_server_that_goes_on(tmp_path: Path) -> None:
    ran: list[int] = []

    async def act() -> None:
        ran.append(1)

    async def body(step: Step, arguments: Mapping[str, Any]) -> None:
        await step("act", act)

    durable = DbosDurable(f"sqlite:///{tmp_path}/dbos.db", "local", "1", keep_for=-1.0)
    durable.register("body", body)
    await durable.open()
    for _ in range(2):
        await durable.start("a/1", "body", {})
        while await durable.alive("a/1"):
            await asyncio.sleep(0.01)
        await durable.forget()
    await durable.close()

    assert ran == [1, 1]
    assert rows(f"sqlite:///{tmp_path}/dbos.db") == 0, "what it was called with and what its steps came to is gone too"


async def test_another_version_leaves_the_work_of_this_one_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/dbos.db"
    within = asyncio.Event()

    async def body(step: Step, arguments: Mapping[str, Any]) -> None:
        within.set()
        await asyncio.Event().wait()

    counts = []
    for version in ("1", "2", "1"):
        durable = DbosDurable(url, "local", version)
        durable.register("body", body)
        counts.append(await durable.open())
        if version == "1":
            await durable.start("a/1", "body", {})
            await within.wait()
        else:
            assert not await durable.alive("a/1")
        await durable.close()

    assert counts == [0, 0, 1]


async def test_a_database_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "dbos.db").write_text("no database at all, but long enough to be looked at" * 50)

    with pytest.raises(Unavailable, match="durable executor"):
        await DbosDurable(f"sqlite:///{tmp_path}/dbos.db", "local", "1").open()


async def test_nothing_is_kept_as_pickle(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/dbos.db"
    await run_once(url, keep_for=3600.0)

    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        formats = set(connection.execute(sa.text("SELECT serialization FROM workflow_status")).scalars())
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert formats == {"fairway_json"}
    assert b'{"args": ["body", {}], "kwargs": {}}' in written
