"""What every reader of images does: the one in memory, Docker's layers, and the archives of a container."""

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import pytest

from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.looking import DockerImageFiles
from fairway.adapters.memory.images import MemoryImage, MemoryImages
from fairway.domain.image import Image
from fairway.errors import Unavailable, WorkFailed
from fairway.ports.images import LARGEST, ImageFiles, Opened
from support import docker_room

INSTANCE = f"t-images-{os.getpid()}"
NAME = f"t-images/app:{os.getpid()}"
DOCKERFILE = f"""
FROM node:22-slim
WORKDIR /app
ENV VIRTUAL_ENV=/venv
RUN mkdir -p migrations/deep migrations/node_modules old replaced \\
 && echo first > migrations/1.sql && echo deep > migrations/deep/2.sql && echo gone > migrations/gone.sql \\
 && echo no > migrations/node_modules/x.sql && echo before > replaced/before.sql \\
 && echo one > old/1.sql && echo inside > /etc/marker
RUN rm migrations/gone.sql && echo changed > migrations/1.sql && rm -r replaced && mkdir replaced \\
 && echo after > replaced/after.sql && rm -r old && mkfifo migrations/pipe \\
 && ln -s /etc/passwd migrations/passwd && ln -s 1.sql link.sql && ln -s migrations/1.sql inside.sql \\
 && ln -s ../../../../../etc/marker up && ln -s round round && ln -s /app/migrations folder \\
 && head -c {LARGEST + 1} /dev/zero > migrations/large.sql
USER 1000
VOLUME /data
"""
FILES = {
    "/app/migrations/1.sql": b"changed\n",
    "/app/migrations/deep/2.sql": b"deep\n",
    "/app/migrations/node_modules/x.sql": b"no\n",
    "/app/migrations/large.sql": b"\0" * (LARGEST + 1),
    "/app/replaced/after.sql": b"after\n",
    "/etc/marker": b"inside\n",
}
LINKS = {
    "/app/migrations/passwd": "/etc/passwd",
    "/app/inside.sql": "migrations/1.sql",
    "/app/link.sql": "1.sql",
    "/app/up": "../../../../../etc/marker",
    "/app/round": "round",
    "/app/folder": "/app/migrations",
}
ABSENT = Image(repository="localhost:21499/t-images-absent", digest="sha256:" + "0" * 64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    files: ImageFiles
    image: Image

    def open(self) -> AbstractAsyncContextManager[Opened]:
        return self.files.open(self.image)


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """An image with links, a deleted file, a replaced folder, a pipe and a large file."""
    environment = {**os.environ, "DOCKER_BUILDKIT": "1"}
    build = ["/usr/bin/docker", "build", "--quiet", "--tag", NAME, "-"]
    subprocess.run(build, input=DOCKERFILE, env=environment, check=True, capture_output=True, text=True)
    digest = docker_room.docker("image", "inspect", "-f", "{{.Id}}", NAME).strip()
    yield Image(repository="t-images/app", digest=digest)
    docker_room.docker("rmi", "-f", NAME)


@pytest.fixture(params=["memory", "layers", "archives"])
async def room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    if request.param == "memory":
        image = Image(repository="localhost:7879/shop", digest="sha256:" + "1" * 64)
        inside = MemoryImage(files=FILES, links=LINKS, environment={"VIRTUAL_ENV": "/venv"})
        yield Room(files=MemoryImages({image.reference: inside}), image=image)
        return
    image = request.getfixturevalue("image")
    async with DockerEngine(docker_room.DOCKER_HOST, INSTANCE) as engine:
        yield Room(files=DockerImageFiles(engine, direct=request.param == "layers"), image=image)


async def test_files_are_read_as_the_highest_layer_has_them(room: Room) -> None:
    async with room.open() as opened:
        found = await opened.read(["migrations/1.sql", "/app/migrations/deep/2.sql", "old/1.sql", "migrations"])

    assert found == {"migrations/1.sql": b"changed\n", "/app/migrations/deep/2.sql": b"deep\n"}


async def test_a_folder_is_read_to_its_end_without_what_was_deleted_or_installed(room: Room) -> None:
    async with room.open() as opened:
        found = await opened.folder("migrations")

    assert found is not None
    assert found.files == {"1.sql": b"changed\n", "deep/2.sql": b"deep\n"}


async def test_links_and_large_files_of_a_folder_are_named_and_not_read(room: Room) -> None:
    async with room.open() as opened:
        found = await opened.folder("migrations")

    assert found is not None
    assert found.unread == {"passwd", "large.sql"}


async def test_a_replaced_folder_has_nothing_of_the_one_below(room: Room) -> None:
    async with room.open() as opened:
        found = await opened.folder("replaced")

    assert found is not None
    assert found.files == {"after.sql": b"after\n"}


async def test_a_link_is_followed_within_the_image_alone(room: Room) -> None:
    async with room.open() as opened:
        found = await opened.read(["inside.sql", "link.sql", "round", "folder/deep/2.sql"])
        folder = await opened.folder("folder")

    assert found == {"inside.sql": b"changed\n", "folder/deep/2.sql": b"deep\n"}
    assert folder is not None
    assert "1.sql" in folder.files


async def test_a_link_up_and_out_ends_at_the_images_own_root(room: Room) -> None:
    async with room.open() as opened:
        found = await opened.read(["up"])

    assert found == {"up": b"inside\n"}


async def test_what_is_no_folder_and_what_is_not_there_is_none(room: Room) -> None:
    async with room.open() as opened:
        found = [await opened.folder(path) for path in ("migrations/1.sql", "absent", "round", "migrations/1.sql/x")]

    assert found == [None, None, None, None]


async def test_a_file_that_is_too_large_is_not_read(room: Room) -> None:
    async with room.open() as opened:
        found = await opened.read(["migrations/large.sql"])

    assert found == {}


async def test_the_images_own_variables_are_known(room: Room) -> None:
    async with room.open() as opened:
        found = opened.environment["VIRTUAL_ENV"]

    assert found == "/venv"


async def test_an_image_that_there_is_not_is_named(room: Room) -> None:
    with pytest.raises((WorkFailed, Unavailable), match="localhost:21499"):
        async with room.files.open(ABSENT):
            pass


async def test_nothing_of_a_look_is_left(room: Room) -> None:
    async with room.open() as opened:
        await opened.folder("migrations")

    assert docker_room.docker("ps", "-aq", "--filter", f"label=fairway.instance={INSTANCE}") == ""


async def test_what_a_killed_server_left_is_swept(image: Image) -> None:
    async with DockerEngine(docker_room.DOCKER_HOST, INSTANCE) as engine:
        files = DockerImageFiles(engine, direct=False)
        labels = ("--label", f"fairway.instance={INSTANCE}", "--label", "fairway.look=true")
        docker_room.docker("create", *labels, image.digest, "true")

        await files.sweep()

        assert docker_room.docker("ps", "-aq", "--filter", f"label=fairway.instance={INSTANCE}") == ""
