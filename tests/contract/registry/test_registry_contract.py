"""What every registry does: the memory fake is held to what CNCF Distribution does."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from fairway.adapters.buildkit.bases import DockerBases
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.adapters.memory.registry import MemoryRegistry
from fairway.adapters.oci.registry import DistributionRegistry
from fairway.domain.image import DIGEST, LocalImage
from fairway.ports.builder import BuildRequest
from fairway.ports.registry import Garbage, Registry
from support import registry_room
from support.builder_room import BASE, DOCKER_HOST, OWNER

MakeImage = Callable[[str], Awaitable[LocalImage]]


@pytest.fixture(params=["memory", "distribution"])
async def registry(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Registry]:
    if request.param == "memory":
        yield MemoryRegistry()
        return
    directory = tmp_path / "registry"
    async with (
        registry_room.running(directory) as (host, login),
        DistributionRegistry(host, login, DOCKER_HOST, directory=directory) as real,
    ):
        yield real


@pytest.fixture
async def make_image(tmp_path: Path, registry: Registry) -> AsyncIterator[MakeImage]:
    async with DockerBuilder(DOCKER_HOST, owner=OWNER) as builder:
        made: list[str] = []

        async def make(content: str) -> LocalImage:
            if isinstance(registry, MemoryRegistry):
                return LocalImage(id=f"sha256:{content}", size=1000)
            await DockerBases(builder).ensure(BASE, print)
            context = tmp_path / content
            context.mkdir()
            (context / "Dockerfile").write_text(f'FROM scratch\nCOPY Dockerfile /{content}\nCMD ["/x"]\n')
            tag = f"t-builder-registry:{content}"
            made.append(tag)
            return await builder.build(
                BuildRequest(context=context, dockerfile=context / "Dockerfile", tag=tag, args={}), print
            )

        yield make
        repository = registry.repository("shop-api")
        for name in (*made, f"{repository}:v1", f"{repository}:v2"):
            await builder.remove(name)
        for digest in await digests(registry):
            await builder.remove(f"{repository}@{digest}")


async def digests(registry: Registry) -> set[str]:
    return set((await registry.tags(registry.repository("shop-api"))).values())


async def test_a_pushed_image_is_known_by_digest(registry: Registry, make_image: MakeImage) -> None:
    repository = registry.repository("shop-api")

    image = await registry.push(await make_image(uuid.uuid4().hex), repository, "v1")

    assert DIGEST.fullmatch(image.digest)
    assert image.repository == repository and image.size > 0
    assert await registry.tags(repository) == {"v1": image.digest}


async def test_pushing_the_same_image_again_changes_nothing(registry: Registry, make_image: MakeImage) -> None:
    repository, local = registry.repository("shop-api"), await make_image(uuid.uuid4().hex)

    first = await registry.push(local, repository, "v1")
    second = await registry.push(local, repository, "v2")

    assert first.digest == second.digest
    assert await registry.tags(repository) == {"v1": first.digest, "v2": first.digest}


async def test_an_image_whose_tag_is_given_to_another_is_kept(registry: Registry, make_image: MakeImage) -> None:
    repository = registry.repository("shop-api")

    old = await registry.push(await make_image(uuid.uuid4().hex), repository, "v1")
    new = await registry.push(await make_image(uuid.uuid4().hex), repository, "v1")

    assert await registry.tags(repository) == {"v1": new.digest, f"v1-{old.digest[7:19]}": old.digest}


async def test_a_tag_is_found_with_its_digest(registry: Registry, make_image: MakeImage) -> None:
    repository = registry.repository("shop-api")

    image = await registry.push(await make_image(uuid.uuid4().hex), repository, "v1")

    assert await registry.find(repository, "v1") == image.digest
    assert await registry.find(repository, "v2") is None
    assert await registry.find(registry.repository("nothing"), "v1") is None


async def test_a_repository_that_nobody_pushed_to_has_no_tags(registry: Registry) -> None:
    assert await registry.tags(registry.repository("nothing")) == {}


async def test_repositories_are_listed_once_something_was_pushed_to_them(
    registry: Registry, make_image: MakeImage
) -> None:
    before = list(await registry.repositories())

    await registry.push(await make_image(uuid.uuid4().hex), registry.repository("shop-api"), "v1")

    assert (before, list(await registry.repositories())) == ([], [registry.repository("shop-api")])


async def test_a_push_waits_while_images_are_judged_and_is_whole_afterwards(
    registry: Registry, make_image: MakeImage
) -> None:
    repository, local = registry.repository("shop-api"), await make_image(uuid.uuid4().hex)
    image = await registry.push(local, repository, "v1")

    async with asyncio.TaskGroup() as group, registry.exclusive():
        again = group.create_task(registry.push(local, repository, "v2"))
        before = await registry.tags(repository)
        await registry.delete(repository, image.digest)
        assert not again.done()

    assert before == {"v1": image.digest}
    assert (await again).digest == image.digest
    assert await registry.tags(repository) == {"v2": image.digest}


async def test_there_is_garbage_from_a_deletion_until_the_next_collection(
    registry: Registry, make_image: MakeImage
) -> None:
    image = await registry.push(await make_image(uuid.uuid4().hex), registry.repository("shop-api"), "v1")
    before = await registry.garbage()
    await registry.delete(image.repository, image.digest)
    deleted = await registry.garbage()

    await registry.collect(now=1000.5)

    assert before == Garbage(deleted=False, collected_at=None)
    assert deleted == Garbage(deleted=True, collected_at=None)
    assert await registry.garbage() == Garbage(deleted=False, collected_at=1000.5)


async def test_deleting_takes_the_image_and_its_tags_and_twice_is_no_error(
    registry: Registry, make_image: MakeImage
) -> None:
    repository = registry.repository("shop-api")
    image = await registry.push(await make_image(uuid.uuid4().hex), repository, "v1")

    await registry.delete(repository, image.digest)
    await registry.delete(repository, image.digest)

    assert await registry.tags(repository) == {}


async def test_collecting_gives_back_space_and_what_is_pushed_again_is_whole(
    registry: Registry, make_image: MakeImage
) -> None:
    repository, local = registry.repository("shop-api"), await make_image(uuid.uuid4().hex)
    kept = await registry.push(await make_image(uuid.uuid4().hex), repository, "v2")
    image = await registry.push(local, repository, "v1")
    await registry.delete(repository, image.digest)

    freed = await registry.collect(now=1.0)
    again = await registry.push(local, repository, "v1")

    assert freed > 0
    assert await registry.tags(repository) == {"v1": again.digest, "v2": kept.digest}


async def test_collecting_an_empty_registry_frees_nothing(registry: Registry) -> None:
    assert await registry.collect(now=1.0) == 0
