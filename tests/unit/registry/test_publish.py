"""Publishing: tagged by the commit, known by digest."""

import pytest

from fairway.adapters.memory.registry import MemoryRegistry
from fairway.domain.image import LocalImage
from fairway.registry import naming, publish


async def test_an_image_is_published_under_its_commit_and_known_by_digest() -> None:
    registry = MemoryRegistry()

    image = await publish.publish("shop-api", "c" * 40, LocalImage(id="sha256:1", size=9), registry)

    assert image.reference.startswith("localhost:7879/shop-api@sha256:")
    assert await registry.tags(registry.repository("shop-api")) == {"c" * 40: image.digest}


async def test_an_image_that_was_published_is_found_by_its_commit() -> None:
    registry = MemoryRegistry(immutable=True)

    before = await publish.find("shop-api", "c" * 40, registry)
    image = await publish.publish_once("shop-api", "c" * 40, LocalImage(id="sha256:1", size=9), registry)

    found = await publish.find("shop-api", "c" * 40, registry)
    assert before is None and found is not None and found.reference == image.reference


async def test_where_tags_stay_the_image_that_came_first_is_the_commits() -> None:
    registry = MemoryRegistry(immutable=True)

    first = await publish.publish_once("shop-api", "c" * 40, LocalImage(id="sha256:1", size=9), registry)
    second = await publish.publish_once("shop-api", "c" * 40, LocalImage(id="sha256:2", size=9), registry)

    assert second.digest == first.digest


@pytest.mark.parametrize(("text", "tag"), [("9c1f2e7", "9c1f2e7"), ("feature/a+b", "feature-a-b"), (".x-", "x")])
def test_a_tag_has_only_what_a_tag_may_hold(text: str, tag: str) -> None:
    assert naming.tag(text) == tag


def test_a_text_that_gives_no_tag_is_refused() -> None:
    with pytest.raises(ValueError, match="gives no tag"):
        naming.tag("///")
