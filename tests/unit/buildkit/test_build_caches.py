"""A build with caches of its own: what a stranger's repository can't choose."""

from pathlib import Path

import pytest

from fairway.adapters.buildkit import command
from fairway.adapters.buildkit.client import Client
from fairway.ports.builder import BuildRequest

CLIENT = Client(command="docker", version="20.10", environment={"PATH": "/usr/bin"}, buildx=False)
ARGS = {"NODE_ENV": "production", "BUILDKIT_SYNTAX": "mallory/frontend", "BUILDKIT_CACHE_MOUNT_NS": ""}


def arguments(tmp_path: Path, *, caches: str) -> list[str]:
    request = BuildRequest(
        context=tmp_path, dockerfile=tmp_path / "Dockerfile", tag="fairway/shop:1", args=ARGS, caches=caches
    )
    found, environment = command.for_build(request, CLIENT, request.dockerfile, tmp_path / "iid", None, {})
    assert environment["NODE_ENV"] == "production"
    return [found[at + 1] for at, word in enumerate(found) if word == "--build-arg"]


def test_its_own_arguments_choose_neither_its_caches_nor_its_frontend(tmp_path: Path) -> None:
    assert arguments(tmp_path, caches="shop-pull-requests") == [
        "NODE_ENV",
        "BUILDKIT_CACHE_MOUNT_NS=shop-pull-requests",
    ]


def test_a_build_of_ones_own_may_choose_both(tmp_path: Path) -> None:
    assert arguments(tmp_path, caches="") == [
        "NODE_ENV",
        "BUILDKIT_SYNTAX=mallory/frontend",
        "BUILDKIT_CACHE_MOUNT_NS=",
    ]


@pytest.mark.parametrize("name", ["BUILDKIT_SYNTAX", "buildkit_syntax", "BuildKit_Cache_Mount_NS"])
def test_no_spelling_of_such_an_argument_gets_through(tmp_path: Path, name: str) -> None:
    request = BuildRequest(
        context=tmp_path, dockerfile=tmp_path / "Dockerfile", tag="fairway/shop:1", args={name: "x"}, caches="c"
    )

    found, environment = command.for_build(request, CLIENT, request.dockerfile, tmp_path / "iid", None, {})

    assert name not in environment
    assert [word for word in found if "BUILDKIT" in word.upper()] == ["BUILDKIT_CACHE_MOUNT_NS=c"]
