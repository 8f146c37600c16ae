"""The engines that the suite runs against, and the other parts of the Docker adapter, over an instance of their own."""

import hashlib
import json
import os
import subprocess
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from fairway.adapters.docker.engine import DockerEngine
from fairway.domain.image import Image
from support import docker_room

INSTANCE = f"t-docker-{os.getpid()}"


@pytest.fixture(scope="session")
def image() -> Image:
    return docker_room.local_image()


@pytest.fixture
def arm(instance: str) -> Iterator[Image]:
    """An image for arm64 whose only file is the head of a program."""
    program = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\xb7\x00\x01" + bytes(200) + INSTANCE.encode()
    layer = docker_room.tar({"server": program})
    config = json.dumps(
        {
            "architecture": "arm64",
            "os": "linux",
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
        }
    ).encode()
    manifest = json.dumps([{"Config": "config.json", "RepoTags": None, "Layers": ["layer.tar"]}]).encode()
    archive = docker_room.tar({"manifest.json": manifest, "config.json": config, "layer.tar": layer})
    subprocess.run(["docker", "load"], input=archive, check=True, capture_output=True)
    id = f"sha256:{hashlib.sha256(config).hexdigest()}"
    yield Image(repository="t-docker-arm", digest=id)
    docker_room.sweep_containers(instance)
    docker_room.docker("rmi", "-f", id)


@pytest.fixture(scope="session")
def swept() -> Iterator[None]:
    """Networks are kept from test to test: making one takes Docker as long as starting a task."""
    docker_room.sweep(INSTANCE)
    yield
    docker_room.sweep(INSTANCE)


@pytest.fixture
def instance(swept: None) -> Iterator[str]:
    yield INSTANCE
    docker_room.sweep_containers(INSTANCE)


@pytest.fixture
async def docker_engine(instance: str) -> AsyncIterator[DockerEngine]:
    async with DockerEngine(docker_room.DOCKER_HOST, instance) as engine:
        yield engine


class SystemClock:
    """The host's own time."""

    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here sleeps by the clock")


@pytest.fixture
def clock() -> SystemClock:
    return SystemClock()
