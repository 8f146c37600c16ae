"""Pruning with the real registry and the real engine: the kept images are whole, the space is given back, and a push
that comes in between loses nothing."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from fairway.adapters import engine_api
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.adapters.oci import storage
from fairway.adapters.oci.registry import DistributionRegistry
from fairway.domain.ids import AppName
from fairway.domain.image import Image, LocalImage, local_name
from fairway.domain.retention import Policy
from fairway.pipeline.stages import package
from fairway.ports.registry import Login
from fairway.registry import publish
from fairway.registry.needs import Records
from fairway.registry.prune import Pruner
from support import docker_room, registry_room
from support.builder_room import DOCKER_HOST, OWNER
from support.pipeline_values import make_release
from support.registry_yard import Meanwhile

pytestmark = pytest.mark.exhaustive

APP = AppName("t-prune")
LAYER = 200_000
AGAIN = "99" * 20


@dataclass
class Harbour:
    """A registry, a builder, a store in memory, and the images that were made."""

    directory: Path
    registry: DistributionRegistry
    login: Login
    builder: DockerBuilder
    store: MemoryStore = field(default_factory=make_store)
    made: list[LocalImage] = field(default_factory=list)

    @property
    def repository(self) -> str:
        return self.registry.repository(APP)

    async def make(self, commit: str) -> LocalImage:
        """An image of one layer that can't be compressed."""
        archive = docker_room.tar({"noise": os.urandom(LAYER)})
        command = ["docker", "import", "-", local_name(APP, commit)]
        done = await asyncio.to_thread(subprocess.run, command, input=archive, check=True, capture_output=True)
        self.made.append(LocalImage(id=done.stdout.decode().strip(), size=LAYER))
        return self.made[-1]

    async def release(self, commit: str) -> Image:
        image = await publish.publish(APP, commit, await self.make(commit), self.registry)
        await self.store.releases.create(make_release(app=APP, image=image, commit=commit, created_at=1.0))
        return image

    async def prune(self, keep: int, registry: DistributionRegistry | Meanwhile | None = None) -> list[str]:
        told: list[str] = []
        records = Records(
            releases=self.store.releases,
            deployments=self.store.deployments,
            desired=self.store.desired,
            executions=self.store.executions,
            find_pushed=package.find,
        )
        pruner = Pruner(
            records=records,
            registry=registry or self.registry,  # type: ignore[arg-type]
            builder=self.builder,
            tell=lambda kind, text: told.append(kind),
        )
        await pruner.prune(APP, now=2.0, policy=Policy(keep=keep))
        return told

    async def pull(self, image: Image) -> None:
        """Fetch it anew, its layers included. Raises Refused when it is not whole."""
        engine = engine_api.EngineApi(DOCKER_HOST)
        headers = engine_api.registry_auth(await self.login(self.repository.partition("/")[0]), "")
        params = {"fromImage": image.reference}
        async for _ in engine.stream("POST", "/images/create", params=params, headers=headers):
            pass

    def wipe(self) -> None:
        """Remove every copy on this host."""
        subprocess.run(["docker", "rmi", "-f", *(image.id for image in self.made)], check=False, capture_output=True)

    def usage(self) -> int:
        return storage.usage(self.directory / "images")


@pytest.fixture
async def harbour(tmp_path: Path) -> AsyncIterator[Harbour]:
    directory = tmp_path / "registry"
    async with (
        registry_room.running(directory) as (host, login),
        DistributionRegistry(host, login, DOCKER_HOST, directory=directory) as registry,
        DockerBuilder(DOCKER_HOST, owner=OWNER) as builder,
    ):
        made = Harbour(directory=directory, registry=registry, login=login, builder=builder)
        await made.store.apps.create(APP, at=0.0)
        yield made
        made.wipe()


def commits(count: int) -> Iterator[str]:
    return (f"{number:02x}" * 20 for number in range(1, count + 1))


async def test_of_25_releases_5_go_and_the_other_20_can_still_be_pulled(harbour: Harbour) -> None:
    images = [await harbour.release(commit) for commit in commits(25)]
    before = harbour.usage()

    told = await harbour.prune(keep=20)
    freed = await harbour.registry.collect(now=2.0)

    assert [told.count(kind) for kind in ("release.deleted", "image.deleted", "image.removed")] == [5, 5, 15]
    assert set((await harbour.registry.tags(harbour.repository)).values()) == {image.digest for image in images[5:]}
    assert before - harbour.usage() >= freed > 5 * LAYER
    copies = await harbour.builder.names(harbour.repository)
    assert sorted(copies) == sorted(
        [*(image.reference for image in images[5:]), *(f"{harbour.repository}:{c}" for c in [*commits(25)][5:])]
    )
    harbour.wipe()
    for image in images[5:]:
        await harbour.pull(image)
    with pytest.raises(engine_api.Refused):
        await harbour.pull(images[0])


async def test_a_push_of_an_image_that_is_just_being_pruned_is_not_lost(harbour: Harbour) -> None:
    images = [await harbour.release(commit) for commit in commits(3)]
    pushes: list[asyncio.Task[Image]] = []

    async def push_again() -> None:
        again = publish.publish(APP, AGAIN, harbour.made[0], harbour.registry)
        pushes.append(asyncio.ensure_future(again))
        await asyncio.sleep(0)

    # The image has two other names, so that this host keeps it while its names of the registry go.
    subprocess.run(["docker", "tag", harbour.made[0].id, local_name(APP, AGAIN)], check=True)
    await harbour.prune(keep=2, registry=Meanwhile(harbour.registry, after={"tags": push_again}))
    image = await pushes[0]
    await harbour.registry.collect(now=2.0)

    assert image == replace(images[0], size=image.size)
    assert (await harbour.registry.tags(harbour.repository))[AGAIN] == image.digest
    harbour.wipe()
    await harbour.pull(image)
