"""What every registry does: the memory fake is held to what CNCF Distribution does."""

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
from fairway.ports.registry import Registry
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
        for digest in await registry.digests(repository):
            await builder.remove(f"{repository}@{digest}")


async def test_a_pushed_image_is_known_by_digest(registry: Registry, make_image: MakeImage) -> None:
    repository = registry.repository("shop-api")

    image = await registry.push(await make_image(uuid.uuid4().hex), repository, "v1")

    assert DIGEST.fullmatch(image.digest)
    assert image.repository == repository and image.size > 0
    assert list(await registry.digests(repository)) == [image.digest]


async def test_pushing_the_same_image_again_changes_nothing(registry: Registry, make_image: MakeImage) -> None:
    repository, local = registry.repository("shop-api"), await make_image(uuid.uuid4().hex)

    first = await registry.push(local, repository, "v1")
    second = await registry.push(local, repository, "v2")

    assert first.digest == second.digest
    assert list(await registry.digests(repository)) == [first.digest]


async def test_an_image_whose_tag_is_given_to_another_is_kept(registry: Registry, make_image: MakeImage) -> None:
    repository = registry.repository("shop-api")

    old = await registry.push(await make_image(uuid.uuid4().hex), repository, "v1")
    new = await registry.push(await make_image(uuid.uuid4().hex), repository, "v1")

    assert set(await registry.digests(repository)) == {old.digest, new.digest}


async def test_a_repository_that_nobody_pushed_to_has_no_digests(registry: Registry) -> None:
    assert list(await registry.digests(registry.repository("nothing"))) == []


async def test_deleting_takes_the_image_and_its_tags_and_twice_is_no_error(
    registry: Registry, make_image: MakeImage
) -> None:
    repository = registry.repository("shop-api")
    image = await registry.push(await make_image(uuid.uuid4().hex), repository, "v1")

    await registry.delete(repository, image.digest)
    await registry.delete(repository, image.digest)

    assert list(await registry.digests(repository)) == []


async def test_collecting_gives_back_space_and_what_is_pushed_again_is_whole(
    registry: Registry, make_image: MakeImage
) -> None:
    repository, local = registry.repository("shop-api"), await make_image(uuid.uuid4().hex)
    kept = await registry.push(await make_image(uuid.uuid4().hex), repository, "v2")
    image = await registry.push(local, repository, "v1")
    await registry.delete(repository, image.digest)

    freed = await registry.collect()
    again = await registry.push(local, repository, "v1")

    assert freed > 0
    assert set(await registry.digests(repository)) == {again.digest, kept.digest}


async def test_collecting_an_empty_registry_frees_nothing(registry: Registry) -> None:
    assert await registry.collect() == 0
