"""What Fairway says is pending, against what the real tools did to a real database."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from fairway.adapters.memory.images import MemoryImage
from fairway.domain.migrations import Plan
from support import migration_samples as samples
from support.migration_room import Ended, Project
from support.migration_samples import BROKEN, COUPON, CREATE, INDEX, Sample

pytestmark = pytest.mark.exhaustive


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What one tool did, and what was seen after each of its runs."""

    sample: Sample
    runs: tuple[Ended, ...]
    empty: Plan
    two: Plan
    added: Plan
    three: Plan
    older: Plan
    back: Plan | None


@pytest.fixture(scope="module", params=samples.ALL, ids=lambda sample: sample.tool.value)
def story(request: pytest.FixtureRequest, new: Callable[[Sample], Project]) -> Story:
    sample = request.param
    project = new(sample)
    project.migrations(CREATE, COUPON)
    empty = see(project)
    runs = [project.up()]
    two = see(project)
    older = project.image()
    project.migrations(CREATE, COUPON, INDEX)
    added = see(project)
    runs += [project.up(), project.up()]
    three = see(project)
    seen_by_older = see(project, older)
    back = None
    if sample.down is not None:
        runs.append(project.run(sample.down))
        back = see(project)
    return Story(
        sample=sample, runs=tuple(runs), empty=empty, two=two, added=added, three=three, older=seen_by_older, back=back
    )


def see(project: Project, image: MemoryImage | None = None) -> Plan:
    return asyncio.run(project.plan(image))


def pending(plan: Plan) -> tuple[str, ...]:
    assert plan.known, plan.unsure
    return tuple(step.name for step in plan.pending)


def test_every_run_ends_well_also_one_with_nothing_to_do(story: Story) -> None:
    assert [run.code for run in story.runs] == [0] * len(story.runs), story.runs


def test_on_an_empty_database_all_are_pending(story: Story) -> None:
    assert pending(story.empty)[-2:] == story.sample.names[:2]
    assert story.empty.applied == ()


def test_after_a_run_nothing_is_pending(story: Story) -> None:
    assert pending(story.two) == ()
    assert (story.two.missing, story.two.trouble) == ((), ())


def test_exactly_the_added_one_is_pending(story: Story) -> None:
    assert pending(story.added) == story.sample.names[2:]
    assert story.added.applied[-2:] == story.sample.names[:2]


def test_the_last_one_is_known(story: Story) -> None:
    assert pending(story.three) == ()
    assert story.three.last == story.sample.names[2]


def test_an_older_image_lacks_what_a_newer_one_applied(story: Story) -> None:
    assert story.older.pending == ()
    assert len(story.older.missing) == 1
    # Drizzle keeps no names: what no file has is called by its digest.
    assert story.older.missing == story.sample.names[2:] or story.sample is samples.DRIZZLE


def test_what_was_taken_back_is_pending_again(story: Story) -> None:
    if story.back is None:
        assert story.sample.down is None
        return
    assert pending(story.back) == story.sample.names[2:]
    assert story.back.applied[-1] == story.sample.names[1]


@pytest.mark.parametrize("sample", samples.ALL, ids=lambda sample: sample.tool.value)
async def test_one_that_fails_in_the_middle_is_pending_with_those_behind_it(
    sample: Sample, new: Callable[[Sample], Project]
) -> None:
    project = new(sample)
    project.migrations(CREATE, BROKEN, INDEX)

    ended = project.up()
    plan = await project.plan()

    assert ended.code != 0, ended.output
    assert pending(plan)[-2:] == sample.names[1:]
    assert (sample.names[0] in pending(plan)) is sample.whole


@pytest.mark.parametrize("sample", [samples.DJANGO, samples.ALEMBIC], ids=lambda sample: sample.tool.value)
async def test_sqlite_is_read_as_well(sample: Sample, tmp_path: Path) -> None:
    project = Project(tmp_path / "app", sample, f"sqlite:///{tmp_path}/app.db")
    project.migrations(CREATE, COUPON)

    ended = project.up()
    between = await project.plan()
    project.migrations(CREATE, COUPON, INDEX)
    added = await project.plan()

    assert ended.code == 0, ended.output
    assert pending(between) == ()
    assert pending(added) == sample.names[2:]


async def test_the_lock_that_a_killed_knex_leaves_is_trouble(new: Callable[[Sample], Project]) -> None:
    project = new(samples.KNEX)
    project.migrations(CREATE)
    project.up()
    with psycopg.connect(project.url, autocommit=True) as connection:
        connection.execute("UPDATE changes_lock SET is_locked = 1")
    project.migrations(CREATE, COUPON)

    plan = await project.plan()
    ended = project.up()

    assert "changes_lock is locked" in plan.trouble[0]
    assert ended.code != 0
    assert "lock" in ended.output


async def test_two_heads_are_refused_by_alembic_and_are_trouble(new: Callable[[Sample], Project]) -> None:
    project = new(samples.ALEMBIC)
    project.migrations(CREATE, COUPON)
    other = (project.folder / "migrations/versions/0b2e_x.py").read_text().replace('"0b2e"', '"0c3f"')
    project.put({"migrations/versions/0c3f_x.py": other})

    plan = await project.plan()
    ended = project.up()

    assert plan.trouble == ("Alembic will refuse: there are several heads, 0b2e, 0c3f: alembic merge joins them",)
    assert ended.code != 0


async def test_one_that_drizzle_passes_over_in_silence_is_trouble(new: Callable[[Sample], Project]) -> None:
    project = new(samples.DRIZZLE)
    project.migrations(CREATE, COUPON, INDEX)
    journal = (project.folder / "drizzle/meta/_journal.json").read_text()
    project.migrations(CREATE, COUPON)
    project.up()
    project.put({"drizzle/meta/_journal.json": journal.replace("1767225600002", "1767225600000")})
    project.put({"drizzle/0002_index.sql": INDEX})

    plan = await project.plan()
    ended = project.up()

    assert ended.code == 0
    assert plan.pending == ()
    assert plan.trouble == ("0002_index is older than the newest that was applied: Drizzle will never run it",)


async def test_one_before_those_that_were_applied_is_refused_by_node_pg_migrate(
    new: Callable[[Sample], Project],
) -> None:
    project = new(samples.NODE_PG_MIGRATE)
    project.migrations(CREATE)
    project.up()
    project.put({"migrations/1767225500000_early.sql": COUPON})

    plan = await project.plan()
    ended = project.up()

    assert "will refuse: 1767225500000_early comes before 1767225600000_orders" in plan.trouble[0]
    assert ended.code != 0
