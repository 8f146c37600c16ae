"""The judge gathers what is known of a database and of the release that serves."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from fairway.adapters.files.workspaces import FileWorkspaces
from fairway.adapters.memory.counting import MemoryCounts
from fairway.adapters.memory.databases import MemoryDatabases, MemoryWorld
from fairway.adapters.memory.linting import MemoryLinter
from fairway.adapters.memory.repositories import MemoryRepositories
from fairway.domain.address import read
from fairway.domain.judgement import Judged
from fairway.domain.migrations import Migrations, Plan, Policy, Step, Tool
from fairway.domain.release import Release
from fairway.migrate.judgement.judge import Judge
from fairway.migrate.judgement.running import read_source, read_texts
from fairway.migrate.parts import Subject
from support.pipeline_values import APP, make_release

ADDRESS = read("postgres://shop:secret-word@db:5432/shop")
COPY = ADDRESS.moved(host="copy", port=5432)
NOT_NULL = "ALTER TABLE orders ALTER COLUMN code SET NOT NULL;"
DROP = "ALTER TABLE orders DROP COLUMN code;"


class Room:
    """A database with three orders of which one has no code, its copy, and a repository."""

    def __init__(self, root: Path) -> None:
        self.world = MemoryWorld()
        for address in (ADDRESS, COPY):
            there = self.world.put(address)
            there.create("public.orders", ("id", "code"), rows=3)
            there.rows["public.orders"][0]["code"] = None
        self.repositories = MemoryRepositories()
        self.workspaces = FileWorkspaces(root)
        self.judge = Judge(
            MemoryDatabases(self.world),
            MemoryCounts(self.world),
            MemoryLinter({}),
            partial(read_source, self.repositories, self.workspaces),
        )

    async def serve(self, files: dict[str, bytes]) -> Release:
        await self.repositories.create(APP)
        return make_release(commit=self.repositories.commit(APP, files))

    def subject(self, sql: str) -> Subject:
        settings = Migrations(command=("npm", "run", "migrate"), policy=Policy.ASK)
        plan = Plan(tool=Tool.SQL, pending=(Step(name="1.sql", sql=sql),))
        return Subject(settings=settings, variables={}, written=ADDRESS, address=ADDRESS, plan=plan)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "work")


def effects(judged: Judged) -> list[str]:
    return [finding.effect for finding in judged.all]


async def test_the_nulls_are_counted_in_the_copy_before_it_is_migrated(room: Room) -> None:
    before = await room.judge.judge(room.subject(NOT_NULL), serving=None)
    counted = await room.judge.judge(room.subject(NOT_NULL), serving=None, copy=COPY)

    assert not effects(before)[0].startswith("fails")
    assert effects(counted) == ["fails: 1 row has no code in public.orders (300 B, 3 rows)"]


async def test_a_migration_that_fills_the_column_first_is_not_said_to_fail(room: Room) -> None:
    filling = f"UPDATE orders SET code = 'x' WHERE code IS NULL; {NOT_NULL}"

    (effect,) = effects(await room.judge.judge(room.subject(filling), serving=None, copy=COPY))

    assert not effect.startswith("fails")


async def test_a_copy_that_does_not_answer_costs_the_count_alone(room: Room) -> None:
    gone = COPY.moved(host="nowhere", port=5432)

    judged = await room.judge.judge(room.subject(NOT_NULL), serving=None, copy=gone)

    assert len(judged.all) == 1


async def test_the_source_of_the_release_that_serves_is_searched(room: Room, tmp_path: Path) -> None:
    serving = await room.serve({"src/orders.js": b"\nselect code from orders\n", "README.md": b"orders code"})

    (effect,) = effects(await room.judge.judge(room.subject(DROP), serving=serving))

    assert effect.endswith(f"release {serving.number}, which serves, still names it: seen in src/orders.js:2")
    assert list((tmp_path / "work").iterdir()) == []


async def test_a_commit_that_is_gone_leaves_the_use_unknown(room: Room) -> None:
    serving = await room.serve({})

    (effect,) = effects(await room.judge.judge(room.subject(DROP), serving=replace(serving, commit="0" * 40)))

    assert effect.endswith("whether the release that serves still uses it is not known")


async def test_where_no_release_serves_nobody_uses_anything(room: Room) -> None:
    (effect,) = effects(await room.judge.judge(room.subject(DROP), serving=None))

    assert effect.endswith("no release serves that could use it")


def test_only_code_is_read_and_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.js").write_text("secret")
    tree = tmp_path / "tree"
    (tree / "node_modules" / "x").mkdir(parents=True)
    (tree / "node_modules" / "x" / "a.js").write_text("x")
    (tree / "a.js").write_bytes(b"caf\xe9")
    (tree / "b.png").write_bytes(b"x")
    (tree / "c.js").symlink_to(tmp_path / "secret.js")
    (tree / "huge.js").write_text("x" * 600_000)

    assert read_texts(tree) == {"a.js": "caf\ufffd"}
