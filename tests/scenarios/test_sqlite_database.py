"""A SQLite database that Fairway keeps, through the real command line: the same rows for every task, job and release,
after `fairway down` too, and gone only for who types the app's name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.world import Project, World, create_project

pytestmark = pytest.mark.exhaustive

TOML = """
[databases.main]
engine = "sqlite"

[services.web]
health = { path = "/", start_period = "3s", interval = "1s" }
"""
OPEN = """
const { DatabaseSync } = require('node:sqlite');
const database = new DatabaseSync(new URL(process.env.DATABASE_URL).pathname);
database.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000; CREATE TABLE IF NOT EXISTS notes (id INTEGER)');
"""
WRITE = OPEN + "database.exec('INSERT INTO notes VALUES (1)');"
COUNT = OPEN + "console.log(database.prepare('SELECT count(*) AS number FROM notes').get().number);"


@pytest.fixture(scope="module")
def own_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(root=tmp_path_factory.mktemp("sqlite"))
    world.start()
    yield world
    world.close()


@pytest.fixture(scope="module")
def live(own_world: World) -> Project:
    made = create_project(own_world, "noter", toml=TOML)
    up = made.fairway("up", "--yes")
    assert up.status == 0, up.text
    return made


def run(project: Project, script: str, *flags: str) -> str:
    ran = project.fairway("exec", *flags, "--", "node", "--no-warnings", "-e", script)
    assert ran.status == 0, ran.text
    return ran.stdout.strip()


def volume(world: World) -> Path:
    return world.home / "volumes" / "noter" / "production" / "main"


def test_rows_are_there_for_jobs_and_for_the_next_release(live: Project, own_world: World) -> None:
    run(live, WRITE)
    run(live, WRITE, "--new")
    live.commit({"notes.txt": "another release"}, "Another release")
    again = live.fairway("up", "--yes")

    assert again.status == 0, again.text
    assert run(live, COUNT) == "2"
    [found] = live.fairway("db", "list", "--json").json["databases"]
    assert (found["engine"], found["state"]) == ("sqlite", "HEALTHY")
    assert found["url"] == "sqlite:////fairway/databases/main/main.db"
    assert sorted(each.name for each in volume(own_world).iterdir() if each.suffix == ".db") == ["main.db"]


def test_down_keeps_it_and_the_app_is_deleted_only_for_who_types_its_name(live: Project, own_world: World) -> None:
    before = run(live, COUNT)
    down = live.fairway("down", "--yes")
    refused = live.fairway("down", "--delete", "--yes")
    kept = (volume(own_world) / "main.db").stat().st_size
    up = live.fairway("up", "--yes")
    after = run(live, COUNT)

    deleted = live.fairway("down", "--delete", "--yes", "--delete-data", "noter")

    assert (down.status, up.status, deleted.status) == (0, 0, 0), deleted.text
    assert refused.status == 2
    assert kept > 0
    assert (before, after) == ("2", "2")
    assert not volume(own_world).exists()
