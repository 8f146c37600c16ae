"""A migration that is taken back: after a deployment that failed in a closed environment, though the server is killed
meanwhile, and for a rollback that asks for it. What was there before is there again.
"""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from support.closing import RENAME, TOML, begin, visited
from support.world import Project, World, until

BACK = "ALTER TABLE orders RENAME COLUMN reference TO code;\n"
SLOW = f"{BACK}SELECT pg_sleep(6);\n"
ENDS = "if (process.env.FAIRWAY_TASK) process.exit(1)\n"
"""Well on the copy, where it is no task, and never in the environment."""


@pytest.fixture(scope="module")
def own_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server of this module's own, since it is killed."""
    world = World(root=tmp_path_factory.mktemp("taking-back"))
    world.start()
    yield world
    world.close()


@pytest.fixture(scope="module")
def live(own_world: World) -> Iterator[Project]:
    made = begin(own_world, "undoing", TOML.replace('policy = "warn"', 'policy = "warn"\nmaintenance = true'))
    yield made
    made.fairway("down", "--delete", "--delete-data", "undoing", "--yes")


def passages(project: Project) -> list[dict[str, Any]]:
    """The newest first."""
    return list(project.fairway("migrate", "--history", "--json").json["passages"])


def goes_back(project: Project, status: str) -> bool:
    """Whether the newest passage is a way back in that status."""
    newest = passages(project)[0]
    return newest["back_of"] is not None and newest["status"] == status


def test_a_release_that_fails_in_a_closed_environment_is_undone_though_the_server_is_killed(
    live: Project, own_world: World
) -> None:
    server = ENDS + (live.path / "server.js").read_text()
    live.commit({**RENAME, "migrations/2_reference.down.sql": SLOW, "server.js": server}, "Call it reference")
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
    assert "1 migration of passage" in shown and "taken back in" in shown, shown
    assert "the environment is open again, with the release that served" in shown
    assert [each["status"] for each in passages(live)][:2] == ["MIGRATED", "MIGRATED"]
    assert set(seen) <= {"200 code 9", "the page"}


def test_a_rollback_takes_back_what_the_earlier_release_does_not_run_on(live: Project) -> None:
    server = (live.path / "server.js").read_text().removeprefix(ENDS)
    live.commit({"migrations/2_reference.down.sql": BACK, "server.js": server}, "Come up")
    pushed = live.push()
    assert pushed.status == 0, pushed.text
    assert live.get("/orders") == (200, "reference 9")

    refused = live.fairway("rollback", "--yes")
    with visited(live) as seen:
        back = live.fairway("rollback", "--yes", "--take-back")

    assert refused.status == 1
    assert "fairway rollback 1 -e production --take-back, which takes away" in " ".join(refused.text.split())
    assert back.status == 0, back.text
    assert live.get("/orders") == (200, "code 9")
    assert set(seen) <= {"200 reference 9", "the page", "200 code 9"}
    assert goes_back(live, "MIGRATED")
