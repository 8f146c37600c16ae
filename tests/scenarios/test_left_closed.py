"""An execution is given up while its environment is closed for its migration: only for who says so, and then the status
says by name how it is opened, and that opens it.
"""

import threading
from collections.abc import Iterator

import pytest

from support.closing import RENAME, TOML, begin, visited
from support.world import Project, World, until

pytestmark = pytest.mark.exhaustive

SLOW = "ALTER TABLE orders RENAME COLUMN code TO reference;\nSELECT pg_sleep(8);\n"


@pytest.fixture
def live(world: World) -> Iterator[Project]:
    made = begin(world, "leftclosed", TOML.replace('policy = "warn"', 'policy = "warn"\nmaintenance = true'))
    yield made
    made.fairway("down", "--delete", "--delete-data", "leftclosed", "--yes")


def test_it_is_refused_then_told_and_a_retry_opens_it(live: Project) -> None:
    live.commit({**RENAME, "migrations/2_reference.sql": SLOW}, "Call it reference")
    pushing = threading.Thread(target=live.push)

    with visited(live) as seen:
        pushing.start()
        until(lambda: seen["the page"] > 0, patience=120, what="the page")
        number = str(live.fairway("status", "--json").json["execution"]["number"])
        refused = live.fairway("stop", number)
        held = live.fairway("exec", "--new", "--", "true")
        stopped = live.fairway("stop", number, "--leave-closed")
        pushing.join()
        until(
            lambda: live.fairway("migrate", "--history", "--json").json["passages"][0]["status"] == "MIGRATED",
            patience=120,
            what="the end of the migration",
        )
        told = live.fairway("status")
        retried = live.fairway("retry", number)
        until(lambda: live.get("/orders") == (200, "reference 9"), patience=120, what="the new release")

    assert refused.status == 1 and "--leave-closed" in refused.text, refused.text
    assert held.status == 1 and "it is closed for a migration" in held.text, held.text
    assert stopped.status == 0 and "production is closed" in stopped.text, stopped.text
    assert f"of execution {number}; nothing that goes on opens it" in told.text, told.text
    assert f"fairway retry {number}" in told.text
    assert "what was deployed before still serves" not in stopped.text
    assert retried.status == 0, retried.text
    assert set(seen) <= {"200 code 9", "the page", "200 reference 9"}, "nobody saw an error"
