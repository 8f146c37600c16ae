"""Real builds: package managers to make lock files with, base images, containers that are always removed."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support import detect_room as room

PACKAGES = ("yarn@1.22.22", "pnpm@9", "@yarnpkg/cli-dist@4")
PYTHON_BASE = f"""FROM {room.BASE}
RUN apt-get update && apt-get install --yes --no-install-recommends python3 python3-venv python3-pip && \\
    rm -rf /var/lib/apt/lists/*
"""


@pytest.fixture(scope="session")
def managers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The programs of yarn 1, yarn 4 and pnpm 9."""
    found = {}
    for name in PACKAGES:
        folder = tmp_path_factory.mktemp("manager")
        subprocess.run(["npm", "install", "--silent", "--prefix", str(folder), name], check=True, timeout=120)
        program = "pnpm" if name.startswith("pnpm") else "yarn"
        found[name.rpartition("@")[0]] = folder / "node_modules" / ".bin" / program
    return found


@pytest.fixture(scope="session")
def python_base() -> str:
    """A Debian image with Python, for want of the official one."""
    tag = "t-detect/python:bookworm"
    subprocess.run(
        [room.DOCKER, "build", "--tag", tag, "-"],
        input=PYTHON_BASE,
        env={**room.os.environ, "DOCKER_BUILDKIT": "1"},
        text=True,
        check=True,
        timeout=300,
    )
    return tag


@pytest.fixture
def image(request: pytest.FixtureRequest) -> Iterator[Callable[..., room.Built]]:
    """Builds the project in a folder; every image that it made is removed."""
    tags: list[str] = []

    def make(folder: Path, **options: object) -> room.Built:
        tag = f"t-detect/{folder.name}:{len(tags)}"
        tags.append(tag)
        return room.build(folder, tag, **{"base": room.NODE, **options})  # type: ignore[arg-type]

    yield make
    for tag in tags:
        subprocess.run([room.DOCKER, "rmi", "--no-prune", tag], capture_output=True, timeout=60, check=False)


@pytest.fixture
def container() -> Iterator[Callable[[str, int, int], str]]:
    """Starts a container of an image as Fairway does (with an init, the port given as PORT); it is always removed."""
    names: list[str] = []

    def start(tag: str, outside: int, inside: int) -> str:
        name = f"t-detect-{outside}"
        names.append(name)
        publish = f"127.0.0.1:{outside}:{inside}"
        room.docker(
            "run",
            "--detach",
            "--init",
            "--label",
            room.LABEL,
            "--name",
            name,
            "--publish",
            publish,
            "--env",
            f"PORT={inside}",
            tag,
        )
        return name

    yield start
    for name in names:
        subprocess.run([room.DOCKER, "rm", "--force", "--volumes", name], capture_output=True, timeout=60, check=False)
