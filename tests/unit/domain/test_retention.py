"""What may go: by count and age, and never what is needed."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fairway.domain import retention
from fairway.domain.app import Environment
from fairway.domain.ids import AppName, EnvironmentName, ReleaseNumber
from fairway.domain.image import Image
from fairway.domain.release import Release
from fairway.domain.retention import DAY, Policy

NOW = 1000 * DAY


def make(number: int, digest: str = "", *, environment: str = "production", days: float = 0) -> Release:
    name = EnvironmentName(environment)
    return Release(
        app=AppName("shop-api"),
        number=ReleaseNumber(number),
        environment=name,
        image=Image(repository="localhost:7879/shop-api", digest=digest or f"sha256:{number}"),
        configuration=1,
        description=Environment(name=name, services=()),
        commit=f"{number:040x}",
        subject="",
        execution=None,
        created_at=NOW - days * DAY,
    )


def plan(
    releases: list[Release], *, current: set[int] = frozenset(), held: set[str] = frozenset(), **policy: float
) -> retention.Retention:  # type: ignore[assignment]
    return retention.plan(
        releases,
        [release.image.digest for release in releases],
        current=frozenset(ReleaseNumber(number) for number in current),
        held=frozenset(held),
        now=NOW,
        policy=replace(Policy(), **policy),  # type: ignore[arg-type]
    )


def test_releases_beyond_the_count_go_with_their_images() -> None:
    found = plan([make(number) for number in range(1, 6)], keep=3)

    assert set(found.releases) == {1, 2}
    assert set(found.digests) == {"sha256:1", "sha256:2"}
    assert found.releases[ReleaseNumber(1)] == "production has 3 newer releases"


def test_old_releases_go_but_for_the_newest_two() -> None:
    found = plan([make(number, days=200) for number in range(1, 5)], age=90 * DAY)

    assert set(found.releases) == {1, 2}


def test_what_runs_stays_however_old_it_is() -> None:
    found = plan([make(number, days=200) for number in range(1, 10)], current={1}, keep=2)

    assert ReleaseNumber(1) not in found.releases and "sha256:1" not in found.digests


def test_an_image_that_another_environments_release_needs_stays() -> None:
    staging = [make(number, environment="staging") for number in range(1, 6)]
    production = [make(10, "sha256:1")]

    found = plan([*staging, *production], keep=2)

    assert set(found.releases) == {1, 2, 3}
    assert "sha256:1" not in found.digests


def test_an_image_without_a_release_goes_unless_an_execution_holds_it() -> None:
    releases = [make(1)]
    digests = ["sha256:1", "sha256:failed", "sha256:waiting"]

    found = retention.plan(
        releases,
        digests,
        current=frozenset(),
        held=frozenset({"sha256:waiting"}),
        now=NOW,
        policy=Policy(),
    )

    assert found.digests == {"sha256:failed": "no release was made of it"}


@given(
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["staging", "production"]), st.floats(0, 400)), max_size=30),
    st.integers(2, 6),
    st.sets(st.integers(0, 30)),
)
def test_a_kept_release_never_loses_its_image(rows: list[tuple[int, str, float]], keep: int, current: set[int]) -> None:
    releases = [
        make(number, f"sha256:{digest}", environment=environment, days=days)
        for number, (digest, environment, days) in enumerate(rows)
    ]

    found = plan(releases, current=current, keep=keep)

    kept = [release for release in releases if release.number not in found.releases]
    assert not {release.image.digest for release in kept} & set(found.digests)
    assert not current & set(found.releases)
    for environment in {release.environment for release in releases}:
        assert any(release.environment == environment for release in kept)
