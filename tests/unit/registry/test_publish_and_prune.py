"""Publishing by digest, and pruning what nothing needs."""

import pytest

from fairway.adapters.memory.builder import MemoryBuilder
from fairway.adapters.memory.registry import MemoryRegistry
from fairway.domain.app import Environment
from fairway.domain.ids import AppName, EnvironmentName, ReleaseNumber
from fairway.domain.image import Image, LocalImage, local_name
from fairway.domain.release import Release
from fairway.domain.retention import Policy
from fairway.registry import naming, prune, publish

APP = AppName("shop-api")


class FewReleases:
    """The store's releases, as far as pruning needs them."""

    def __init__(self, releases: list[Release]) -> None:
        self.kept = {release.number: release for release in releases}

    async def list(self, app: AppName, *, environment: str | None = None, limit: int = 50) -> list[Release]:
        return list(self.kept.values())[:limit]

    async def delete(self, app: AppName, number: int) -> None:
        del self.kept[ReleaseNumber(number)]

    async def create(self, release: Release) -> Release:
        raise NotImplementedError

    async def get(self, app: AppName, number: int) -> Release:
        raise NotImplementedError


def release(number: int, image: Image, commit: str) -> Release:
    name = EnvironmentName("production")
    return Release(
        app=APP,
        number=ReleaseNumber(number),
        environment=name,
        image=image,
        configuration=1,
        description=Environment(name=name, services=()),
        commit=commit,
        subject="",
        execution=None,
        created_at=float(number),
    )


async def test_an_image_is_published_under_its_commit_and_known_by_digest() -> None:
    registry = MemoryRegistry()

    image = await publish.publish("shop-api", "c" * 40, LocalImage(id="sha256:1", size=9), registry)

    assert image.reference.startswith("localhost:7879/shop-api@sha256:")
    assert list(await registry.digests(registry.repository("shop-api"))) == [image.digest]


async def test_pruning_takes_the_release_its_image_and_the_local_names() -> None:
    registry, builder = MemoryRegistry(), MemoryBuilder()
    commits = [f"{number}" * 40 for number in range(5)]
    locals_ = [LocalImage(id=f"sha256:{number}", size=10) for number in range(5)]
    images = [
        await publish.publish(APP, commit, local, registry) for commit, local in zip(commits, locals_, strict=True)
    ]
    builder.images = {local_name(APP, commit): local for commit, local in zip(commits, locals_, strict=True)}
    releases = FewReleases([release(number + 1, images[number], commits[number]) for number in range(5)])

    done = await prune.prune(
        APP,
        releases=releases,
        registry=registry,
        builder=builder,
        current=frozenset({ReleaseNumber(1)}),
        held=frozenset(),
        now=10.0,
        policy=Policy(keep=2),
    )

    assert (done.releases, done.images, done.freed) == (2, 2, 20)
    assert set(releases.kept) == {1, 4, 5}
    assert set(await registry.digests(registry.repository(APP))) == {images[n].digest for n in (0, 3, 4)}
    assert set(builder.images) == {local_name(APP, commits[n]) for n in (0, 3, 4)}


async def test_the_tag_of_a_commit_that_was_built_twice_stays_for_the_newer_image() -> None:
    registry, builder = MemoryRegistry(), MemoryBuilder()
    commit = "a" * 40
    images = [
        await publish.publish(APP, commit, LocalImage(id=f"sha256:{number}", size=10), registry) for number in range(4)
    ]
    builder.images = {local_name(APP, commit): LocalImage(id="sha256:3", size=10)}
    releases = FewReleases([release(number + 1, image, commit) for number, image in enumerate(images)])

    await prune.prune(
        APP,
        releases=releases,
        registry=registry,
        builder=builder,
        current=frozenset(),
        held=frozenset(),
        now=10.0,
        policy=Policy(keep=2),
    )

    assert set(await registry.digests(registry.repository(APP))) == {images[2].digest, images[3].digest}
    assert local_name(APP, commit) in builder.images


@pytest.mark.parametrize(("text", "tag"), [("9c1f2e7", "9c1f2e7"), ("feature/a+b", "feature-a-b"), (".x-", "x")])
def test_a_tag_has_only_what_a_tag_may_hold(text: str, tag: str) -> None:
    assert naming.tag(text) == tag


def test_a_text_that_gives_no_tag_is_refused() -> None:
    with pytest.raises(ValueError, match="gives no tag"):
        naming.tag("///")
