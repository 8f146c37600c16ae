"""What only the real registry shows: refusals, whole images after a collection, and what stays on this host."""

import asyncio
import os
import stat
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fairway.adapters import engine_api
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.adapters.oci import config, storage
from fairway.adapters.oci.gate import Gate
from fairway.adapters.oci.login import joined
from fairway.adapters.oci.registry import DistributionRegistry
from fairway.adapters.process import proc
from fairway.domain.image import LocalImage
from fairway.errors import Conflict, Unavailable, WorkFailed
from fairway.ports.builder import BuildRequest
from fairway.ports.registry import Credentials
from support import registry_room
from support.builder_room import DOCKER_HOST, OWNER
from support.ports import free_port
from support.registry_room import nobody


@pytest.fixture
async def local(tmp_path: Path) -> AsyncIterator[LocalImage]:
    context = tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text(f'FROM scratch\nCOPY Dockerfile /{uuid.uuid4().hex}\nCMD ["/x"]\n')
    request = BuildRequest(context=context, dockerfile=context / "Dockerfile", tag="t-builder-push:1", args={})
    async with DockerBuilder(DOCKER_HOST, owner=OWNER) as builder:
        image = await builder.build(request, print)
        yield image
        engine = engine_api.EngineApi(DOCKER_HOST)
        await engine.call("DELETE", f"/images/{image.id}", params={"force": "true"})


async def test_wrong_credentials_are_refused_and_the_password_is_not_shown(tmp_path: Path, local: LocalImage) -> None:
    async with registry_room.running(tmp_path / "registry") as (host, _):
        wrong = Credentials(user="fairway", password="hunter2")
        async with DistributionRegistry(host, joined({host: wrong}, nobody), DOCKER_HOST) as registry:
            with pytest.raises(WorkFailed) as caught:
                await registry.push(local, registry.repository("shop-api"), "v1")

    assert "refused the credentials" in caught.value.what
    assert "hunter2" not in f"{caught.value.what} {caught.value.why} {wrong!r}"


async def test_a_registry_that_is_down_is_unavailable(local: LocalImage) -> None:
    host = f"localhost:{free_port()}"
    async with DistributionRegistry(host, nobody, DOCKER_HOST) as registry:
        with pytest.raises(Unavailable):
            await registry.push(local, registry.repository("shop-api"), "v1")


async def test_the_digest_is_found_on_this_host_without_the_registry(tmp_path: Path, local: LocalImage) -> None:
    async with (
        registry_room.running(tmp_path / "registry") as (host, login),
        DistributionRegistry(host, login, DOCKER_HOST) as registry,
    ):
        image = await registry.push(local, registry.repository("shop-api"), "v1")

    engine = engine_api.EngineApi(DOCKER_HOST)
    found = await engine.call("GET", f"/images/{image.reference}/json")
    assert found["Id"] == local.id


async def test_an_image_pushed_again_after_a_collection_can_be_pulled(tmp_path: Path, local: LocalImage) -> None:
    directory = tmp_path / "registry"
    async with (
        registry_room.running(directory) as (host, login),
        DistributionRegistry(host, login, DOCKER_HOST, directory=directory) as registry,
    ):
        repository = registry.repository("shop-api")
        image = await registry.push(local, repository, "v1")
        await registry.delete(repository, image.digest)
        assert await registry.collect(now=1.0) > 0

        again = await registry.push(local, repository, "v1")
        engine = engine_api.EngineApi(DOCKER_HOST)
        await engine.call("DELETE", f"/images/{local.id}", params={"force": "true"})
        header = engine_api.registry_auth(await login(host), host)
        params = {"fromImage": again.reference}
        async for _ in engine.stream("POST", "/images/create", params=params, headers=header):
            pass
        found = await engine.call("GET", f"/images/{again.reference}/json")

    assert found["Id"] == local.id


async def test_a_collection_waits_for_pushes_and_pushes_wait_for_a_collection(tmp_path: Path) -> None:
    gate, order = Gate(), list[str]()
    pushing, release = asyncio.Event(), asyncio.Event()

    async def push() -> None:
        async with gate.push():
            pushing.set()
            await release.wait()
            order.append("pushed")

    async def collect() -> None:
        await pushing.wait()
        async with gate.exclusive():
            order.append("collected")

    async with asyncio.TaskGroup() as group:
        group.create_task(push())
        group.create_task(collect())
        await pushing.wait()
        release.set()

    assert order == ["pushed", "collected"]


async def test_clearing_away_gives_up_when_pushes_do_not_end_and_lets_others_go_on() -> None:
    gate = Gate()

    async with gate.push():
        with pytest.raises(Conflict):
            async with gate.exclusive(patience=0.01):
                raise AssertionError("a push is under way")
        async with gate.push():
            pass


async def test_a_collection_that_a_killed_server_left_is_ended_before_anything_is_pushed(tmp_path: Path) -> None:
    async with registry_room.running(tmp_path / "registry") as (host, login):
        fifo = tmp_path / "registry" / "config.yml"
        fifo.unlink()
        os.mkfifo(fifo)  # the program waits for ever for its configuration
        orphan = await asyncio.create_subprocess_exec(*storage.command(tmp_path / "registry"))
        async with asyncio.timeout(30):
            while proc.find(storage.command(tmp_path / "registry")) is None:
                await asyncio.sleep(0.01)

        async with DistributionRegistry(host, login, DOCKER_HOST, directory=tmp_path / "registry"):
            ended = await asyncio.wait_for(orphan.wait(), 30)

    assert ended != 0


async def test_configuring_again_keeps_the_password_and_nobody_else_reads_it(tmp_path: Path) -> None:
    command, first = config.configure(tmp_path / "registry", 21290)
    _, second = config.configure(tmp_path / "registry", 21291)

    assert first == second and len(first.password) >= 43
    assert first.password not in " ".join(command)
    for file in (tmp_path / "registry").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
