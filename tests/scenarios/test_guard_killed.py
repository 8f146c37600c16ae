"""The server is killed while an environment is closed: on the way to a new schema, and on the way back from it. In the
end it is open, with the release that fits, and nobody has seen an error meanwhile.

All of it is for `make exhaustive`, since each half is shown elsewhere: what is closed and what is taken back by
test_maintenance and test_taking_back, a real server's death in the middle of a migration by test_migration_guard, and a
death at each call of both ways, in memory, by tests/unit/pipeline/test_undoing and the kills of tests/unit/migrate.
"""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from support.closing import RENAME, TOML, begin, visited
from support.world import Project, World, until

pytestmark = pytest.mark.exhaustive

CLOSES = TOML.replace('policy = "warn"', 'policy = "warn"\nmaintenance = true')
THERE = "ALTER TABLE orders RENAME COLUMN code TO reference;\nSELECT pg_sleep(8);\n"
BACK = "ALTER TABLE orders RENAME COLUMN reference TO code;\nSELECT pg_sleep(6);\n"
ENDS = "if (process.env.FAIRWAY_TASK) process.exit(1)\n"
"""Well on the copy, where it is no task, and never in the environment."""


@pytest.fixture(scope="module")
def own_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server of this module's own, since it is killed."""
    world = World(root=tmp_path_factory.mktemp("guard-killed"))
    world.start()
    yield world
    world.close()


@pytest.fixture
def live(own_world: World, request: pytest.FixtureRequest) -> Iterator[Project]:
    """The app, live; the parameter is its name."""
    made = begin(own_world, request.param, CLOSES)
    yield made
    made.fairway("down", "--delete", "--delete-data", request.param, "--yes")


def newest(project: Project) -> dict[str, Any]:
    """The newest passage."""
    found: dict[str, Any] = project.fairway("migrate", "--history", "--json").json["passages"][0]
    return found


def goes_back(project: Project, status: str) -> bool:
    """Whether the newest passage is a way back in that status."""
    passage = newest(project)
    return passage["back_of"] is not None and passage["status"] == status


@pytest.mark.parametrize("live", ["closing"], indirect=True)
def test_a_server_that_is_killed_while_it_is_closed_opens_it_in_the_end(live: Project, own_world: World) -> None:
    live.commit({**RENAME, "migrations/2_reference.sql": THERE}, "Call it reference")
    pushing = threading.Thread(target=live.push)

    with visited(live) as seen:
        pushing.start()
        until(lambda: newest(live)["status"] == "MIGRATING", patience=120, what="a migration under way")
        until(lambda: seen["the page"] > 0, patience=60, what="the page")
        shown = live.fairway("status", "--json").json["environments"][0]["state"]
        own_world.kill_server()
        pushing.join()
        own_world.start()
        until(lambda: newest(live)["status"] == "MIGRATED", patience=120, what="the end of the migration")
        until(lambda: live.get("/orders") == (200, "reference 9"), patience=120, what="the new release")

    assert shown == "closed"
    assert set(seen) <= {"200 code 9", "the page", "200 reference 9"}


@pytest.mark.parametrize("live", ["undoing"], indirect=True)
def test_a_release_that_fails_in_a_closed_environment_is_undone_though_the_server_is_killed(
    live: Project, own_world: World
) -> None:
    server = ENDS + (live.path / "server.js").read_text()
    live.commit({**RENAME, "migrations/2_reference.down.sql": BACK, "server.js": server}, "Call it reference")
    pushing = threading.Thread(target=live.push)

    with visited(live) as seen:
        pushing.start()
        until(lambda: goes_back(live, "MIGRATING"), patience=150, what="a way back under way")
        own_world.kill_server()
        pushing.join()
        own_world.start()
        until(lambda: goes_back(live, "MIGRATED"), patience=120, what="the end of the way back")
        until(lambda: live.get("/orders") == (200, "code 9"), patience=60, what="what served before")

    until(lambda: live.fairway("status", "--json").json["execution"]["status"] == "FAILED", what="the end")
    shown = live.fairway("show").text
    passages = live.fairway("migrate", "--history", "--json").json["passages"]
    assert "1 migration of passage" in shown and "taken back in" in shown, shown
    assert "the environment is open again, with the release that served" in shown
    assert [each["status"] for each in passages[:2]] == ["MIGRATED", "MIGRATED"]
    assert set(seen) <= {"200 code 9", "the page"}
