"""A schema that the release which serves can't run on: refused, unless the environment may be closed. Then who
asks gets a page and never an error, and the new release opens it."""

from collections.abc import Iterator

import pytest

from support.closing import RENAME, begin, visited
from support.world import Project, World

pytestmark = pytest.mark.exhaustive


@pytest.fixture(scope="module")
def live(world: World) -> Iterator[Project]:
    made = begin(world, "closing")
    yield made
    made.fairway("down", "--delete", "--delete-data", "closing", "--yes")


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


def test_a_release_that_nothing_has_shown_to_fit_the_schema_comes_back_for_who_insists(live: Project) -> None:
    refused = live.fairway("rollback", "--yes")
    before = live.get("/orders")
    accepted = live.fairway("rollback", "--yes", "--accept-schema")

    assert refused.status == 1
    assert "2_reference.sql" in refused.text and "--accept-schema" in refused.text, refused.text
    assert before == (200, "reference 9")
    assert accepted.status == 0, accepted.text
    assert live.get("/orders") == (500, 'column "code" does not exist'), "it was told so"
