"""A schema that the release which serves can't run on: refused, unless the environment may be closed. Then who
asks gets a page and never an error, and the new release opens it."""

import threading
from collections.abc import Iterator

import pytest

from support.closing import RENAME, begin, visited
from support.world import Project, World, until


@pytest.fixture(scope="module")
def own_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server of this module's own, since it is killed."""
    world = World(root=tmp_path_factory.mktemp("closing"))
    world.start()
    yield world
    world.close()


@pytest.fixture(scope="module")
def live(own_world: World) -> Iterator[Project]:
    made = begin(own_world, "closing")
    yield made
    made.fairway("down", "--delete", "--delete-data", "closing", "--yes")


def newest(project: Project) -> str:
    """The status of the newest passage."""
    return str(project.fairway("migrate", "--history", "--json").json["passages"][0]["status"])


def test_without_leave_to_close_it_is_refused_and_the_release_goes_on_serving(live: Project) -> None:
    live.commit(RENAME, "Call it reference")

    with visited(live) as seen:
        pushed = live.push()

    assert "production  ✗" in pushed.text
    assert "release 1, which serves, would fail on the new schema" in pushed.text
    assert 'column "code" does not exist' in pushed.text
    assert "migrations.maintenance = true" in pushed.text
    assert set(seen) == {"200 code 9"}


def test_with_leave_it_is_closed_for_as_long_as_it_takes(live: Project) -> None:
    toml = live.path / "fairway.toml"
    live.commit(
        {"fairway.toml": toml.read_text().replace('policy = "warn"', 'policy = "warn"\nmaintenance = true')}, "Close it"
    )

    with visited(live) as seen:
        pushed = live.push()

    assert pushed.status == 0, pushed.text
    assert "production  ✓" in pushed.text
    assert live.get("/orders") == (200, "reference 9")
    assert set(seen) <= {"200 code 9", "the page", "200 reference 9"}
    assert seen["the page"] > 0


def test_a_server_that_is_killed_while_it_is_closed_opens_it_in_the_end(live: Project, own_world: World) -> None:
    back = "ALTER TABLE orders RENAME COLUMN reference TO code;\nSELECT pg_sleep(8);\n"
    live.commit({"migrations/3_code.sql": back, "column.js": "module.exports = 'code'\n"}, "Call it code again")
    pushing = threading.Thread(target=live.push)

    with visited(live) as seen:
        pushing.start()
        until(lambda: newest(live) == "MIGRATING", patience=120, what="a migration under way")
        until(lambda: seen["the page"] > 0, patience=60, what="the page")
        shown = live.fairway("status", "--json").json["environments"][0]["state"]
        own_world.kill_server()
        pushing.join()
        own_world.start()
        until(lambda: newest(live) == "MIGRATED", patience=120, what="the end of the migration")
        until(lambda: live.get("/orders") == (200, "code 9"), patience=120, what="the new release")

    assert shown == "closed"
    assert set(seen) <= {"200 reference 9", "the page", "200 code 9"}


def test_a_release_that_nothing_has_shown_to_fit_the_schema_comes_back_for_who_insists(live: Project) -> None:
    def ended() -> bool:
        return bool(live.fairway("status", "--json").json["execution"]["status"] == "SUCCEEDED")

    until(ended, what="the end of the execution")
    refused = live.fairway("rollback", "--yes")
    before = live.get("/orders")
    accepted = live.fairway("rollback", "--yes", "--accept-schema")

    assert refused.status == 1
    assert "3_code.sql" in refused.text and "--accept-schema" in refused.text, refused.text
    assert before == (200, "code 9")
    assert accepted.status == 0, accepted.text
    assert live.get("/orders") == (500, 'column "reference" does not exist'), "it was told so"
