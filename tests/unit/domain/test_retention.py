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


def go(releases: list[Release], *, current: set[int] = frozenset(), **policy: float) -> dict[int, str]:  # type: ignore[assignment]
    return dict(
        retention.releases_to_go(
            releases,
            current=frozenset(ReleaseNumber(number) for number in current),
            now=NOW,
            policy=replace(Policy(), **policy),  # type: ignore[arg-type]
        )
    )


def test_releases_beyond_the_count_go_the_oldest_first() -> None:
    found = go([make(number) for number in range(5, 0, -1)], keep=3)

    assert list(found.items()) == [
        (1, "production has 3 newer releases"),
        (2, "production has 3 newer releases"),
    ]


def test_old_releases_go_but_for_the_newest_two() -> None:
    found = go([make(number, days=200) for number in range(1, 5)], age=90 * DAY)

    assert found == {1: "it is older than 90 days", 2: "it is older than 90 days"}


def test_what_is_current_stays_however_old_it_is() -> None:
    found = go([make(number, days=200) for number in range(1, 10)], current={1}, keep=2)

    assert set(found) == {2, 3, 4, 5, 6, 7}


def test_an_image_that_another_release_needs_stays() -> None:
    gone = [make(1, "sha256:shared"), make(2)]
    kept = [make(10, "sha256:shared", environment="staging")]

    found = retention.digests_to_go(["sha256:shared", "sha256:2"], kept=kept, gone=gone, held=frozenset())

    assert found == {"sha256:2": "release 2 is gone"}


def test_an_image_without_a_release_goes_unless_an_execution_holds_it() -> None:
    digests = ["sha256:1", "sha256:failed", "sha256:waiting"]

    found = retention.digests_to_go(digests, kept=[make(1)], gone=[], held=frozenset({"sha256:waiting"}))

    assert found == {"sha256:failed": "no release needs it"}


def test_space_is_given_back_when_something_was_deleted_and_a_day_has_passed() -> None:
    def collects(collected_at: float | None, *, deleted: bool = True) -> bool:
        return retention.collects(deleted=deleted, collected_at=collected_at, now=NOW)

    assert [collects(at) for at in (None, NOW - DAY, NOW - DAY + 1)] == [True, True, False]
    assert collects(NOW + DAY), "the clock was put back"
    assert not collects(None, deleted=False)


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

    going = go(releases, current=current, keep=keep)
    kept = [release for release in releases if release.number not in going]
    gone = [release for release in releases if release.number in going]
    digests = retention.digests_to_go(
        [release.image.digest for release in releases], kept=kept, gone=gone, held=frozenset()
    )

    assert not {release.image.digest for release in kept} & set(digests)
    assert {release.image.digest for release in kept} | set(digests) == {release.image.digest for release in releases}
    assert not current & set(going)
    for environment in {release.environment for release in releases}:
        assert any(release.environment == environment for release in kept)
