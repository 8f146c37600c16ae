"""Images by digest, pulled from a real registry that wants credentials."""

import asyncio
import contextlib
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest

from fairway.adapters.docker.engine import DockerEngine
from fairway.domain.ids import TaskId
from fairway.domain.image import Image
from fairway.errors import Unavailable, WorkFailed
from fairway.ports.registry import Credentials
from support import docker_room

TASK = docker_room.TASK
HOST = "localhost:21400"
USER, PASSWORD = "fairway", "a registry's password"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The host of a registry with one user."""
    room: Path = tmp_path_factory.mktemp("registry")
    (room / "users").write_text(f"{USER}:{bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()}\n")
    (room / "config.yml").write_text(
        "version: 0.1\nlog: {level: error}\n"
        f"storage: {{filesystem: {{rootdirectory: {room / 'data'}}}}}\n"
        "http: {addr: '127.0.0.1:21400'}\n"
        f"auth: {{htpasswd: {{realm: t-docker, path: {room / 'users'}}}}}\n"
    )
    with (room / "log").open("wb") as log:
        process = subprocess.Popen(["docker-registry", "serve", str(room / "config.yml")], stdout=log, stderr=log)
    try:
        asyncio.run(docker_room.until(answers))
        yield HOST
    finally:
        process.terminate()
        process.wait()


async def answers() -> bool:
    with contextlib.suppress(urllib.error.HTTPError):
        try:
            urllib.request.urlopen(f"http://{HOST}/v2/")
        except urllib.error.HTTPError as error:
            return error.code == 401
        except OSError:
            return False
    return True


@pytest.fixture(scope="module")
def pushed(registry: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """A small image, pushed, and no longer there. It holds no program: what counts is that it comes back."""
    home = tmp_path_factory.mktemp("docker")
    tag = f"{registry}/t-docker-shop:1"
    subprocess.run(
        ["docker", "--config", str(home), "login", "-u", USER, "--password-stdin", registry],
        input=PASSWORD.encode(),
        check=True,
        capture_output=True,
    )
    archive = docker_room.tar({"file": b"a small image"})
    subprocess.run(["docker", "import", "-", tag], input=archive, check=True, capture_output=True)
    said = docker_room.docker("--config", str(home), "push", tag)
    digest = re.search(r"sha256:[0-9a-f]{64}", said)
    assert digest is not None
    docker_room.docker("rmi", tag)
    yield Image(repository=f"{registry}/t-docker-shop", digest=digest[0])


@pytest.fixture(autouse=True)
def unknown_here(pushed: Image) -> Iterator[None]:
    yield
    subprocess.run(["docker", "rmi", pushed.reference], check=False, capture_output=True)


async def login(host: str) -> Credentials | None:
    return Credentials(user=USER, password=PASSWORD) if host == HOST else None


async def test_an_image_is_pulled_by_its_digest_with_the_registrys_credentials(instance: str, pushed: Image) -> None:
    async with DockerEngine(docker_room.DOCKER_HOST, instance, login=login) as engine:
        await engine.start(TASK, docker_room.make_spec(pushed), {})

        assert len(await engine.observe()) == 1
    assert docker_room.inspect(f"shop-production-web-18-{TASK}")["Config"]["Image"] == pushed.reference


async def test_an_image_that_was_removed_meanwhile_is_pulled_again(instance: str, pushed: Image) -> None:
    async with DockerEngine(docker_room.DOCKER_HOST, instance, login=login) as engine:
        await engine.start(TASK, docker_room.make_spec(pushed), {})
        docker_room.sweep_containers(instance)
        docker_room.docker("rmi", pushed.reference)

        await engine.start(TaskId("b" * 12), docker_room.make_spec(pushed), {})

        assert [task.id for task in await engine.observe()] == ["b" * 12]


async def test_a_registry_that_refuses_is_named_without_the_password(instance: str, pushed: Image) -> None:
    async def wrong(host: str) -> Credentials:
        return Credentials(user=USER, password="not " + PASSWORD)

    async with DockerEngine(docker_room.DOCKER_HOST, instance, login=wrong) as engine:
        with pytest.raises(WorkFailed) as caught:
            await engine.start(TASK, docker_room.make_spec(pushed), {})

    assert caught.value.what == f"{HOST} does not let Fairway pull {pushed.reference}"
    assert PASSWORD not in f"{caught.value.what} {caught.value.why} {caught.value.__cause__!r}"


async def test_a_digest_that_the_registry_does_not_have_is_named(instance: str, pushed: Image) -> None:
    absent = Image(repository=pushed.repository, digest="sha256:" + "0" * 64)

    async with DockerEngine(docker_room.DOCKER_HOST, instance, login=login) as engine:
        with pytest.raises(WorkFailed, match=f"there is no image {absent.reference}"):
            await engine.start(TASK, docker_room.make_spec(absent), {})

        assert await engine.observe() == []


async def test_a_registry_that_is_down_is_named(instance: str) -> None:
    absent = Image(repository="localhost:21499/shop", digest="sha256:" + "0" * 64)

    async with DockerEngine(docker_room.DOCKER_HOST, instance) as engine:
        with pytest.raises(Unavailable, match="the registry localhost:21499 does not answer"):
            await engine.start(TASK, docker_room.make_spec(absent), {})
