"""A migration that is taken back for a rollback that asks for it: what was there before is there again. After a
deployment that failed, with a server that is killed meanwhile, it is in test_guard_killed.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from support.closing import RENAME, TOML, begin, visited
from support.world import Project, World

pytestmark = pytest.mark.exhaustive

BACK = "ALTER TABLE orders RENAME COLUMN reference TO code;\n"


@pytest.fixture(scope="module")
def live(world: World) -> Iterator[Project]:
    made = begin(world, "undoing", TOML.replace('policy = "warn"', 'policy = "warn"\nmaintenance = true'))
    yield made
    made.fairway("down", "--delete", "--delete-data", "undoing", "--yes")


def passages(project: Project) -> list[dict[str, Any]]:
    """The newest first."""
    return list(project.fairway("migrate", "--history", "--json").json["passages"])


def goes_back(project: Project, status: str) -> bool:
    """Whether the newest passage is a way back in that status."""
    newest = passages(project)[0]
    return newest["back_of"] is not None and newest["status"] == status


def test_a_rollback_takes_back_what_the_earlier_release_does_not_run_on(live: Project) -> None:
    live.commit({**RENAME, "migrations/2_reference.down.sql": BACK}, "Call it reference")
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
