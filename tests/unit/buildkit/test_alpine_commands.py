"""What answers Alpine's commands in a stand-in on Debian: run for real, Debian's own replaced by ones that print."""

import os
import subprocess
from pathlib import Path

import pytest

from fairway.adapters.buildkit import bases
from fairway.adapters.buildkit.standins import names

COMMANDS = Path(bases.__file__).parent / "standins" / "alpine"
REPLACED = ("apt-get", "useradd", "groupadd", "usermod", "dpkg-query")


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH whose first folder has Debian's commands, each printing its name and arguments."""
    for name in REPLACED:
        file = tmp_path / name
        file.write_text('#!/bin/sh\necho "$(basename "$0") $*"\n')
        file.chmod(0o755)
    return f"{tmp_path}:{os.environ['PATH']}"


def run(path: str, command: str, *words: str) -> tuple[int, list[str]]:
    """The exit status of one of the commands, and the lines that it printed."""
    done = subprocess.run(
        [str(COMMANDS / command), *words], env={"PATH": path}, capture_output=True, text=True, timeout=10, check=False
    )
    return done.returncode, (done.stdout + done.stderr).splitlines()


@pytest.mark.parametrize(
    ("asked", "installed"),
    [
        ("add --no-cache python3 make g++", "python3 make g++"),
        ("--no-cache --update add openssl", "openssl"),
        ("add --virtual .build build-base vips-dev", "g++ make libvips-dev"),
        ("add -X http://example.com/edge curl=8.1-r0 bash>5", "curl bash"),
        (
            "add postgresql15-client sqlite-dev libfoo-dev bar-dev",
            "postgresql-client libsqlite3-dev libfoo-dev libbar-dev",
        ),
        ("add su-exec py3-pip", "gosu python3-pip"),
    ],
)
def test_apk_add_installs_what_debian_calls_it(path: str, asked: str, installed: str) -> None:
    status, lines = run(path, "apk", *asked.split())

    assert status == 0
    assert lines[1].split("--no-install-recommends ")[1].split() == installed.split()


@pytest.mark.parametrize(
    "asked", ["add --no-cache libc6-compat gcompat", "update", "upgrade --available", "del .build"]
)
def test_apk_asks_nothing_of_debian_for_what_is_there_already(path: str, asked: str) -> None:
    assert run(path, "apk", *asked.split()) == (0, [])


def test_an_apk_command_that_has_no_answer_says_whose_it_is(path: str) -> None:
    status, lines = run(path, "apk", "policy", "x")

    assert status == 1
    assert "stand-in" in lines[0]


@pytest.mark.parametrize(
    ("command", "asked", "done"),
    [
        ("addgroup", "-g 1001 -S nodejs", "groupadd --system --gid 1001 nodejs"),
        ("addgroup", "node docker", "usermod --append --groups docker node"),
        (
            "adduser",
            "-S next -u 1001",
            "useradd --system --no-create-home --shell /bin/sh --uid 1001 --gid nogroup next",
        ),
        ("adduser", "-S -G app app", "useradd --system --no-create-home --shell /bin/sh --gid app app"),
        ("adduser", "-DH -s /bin/false me", "useradd --no-create-home --shell /bin/false me"),
        ("adduser", "-D me", "useradd --create-home --shell /bin/sh me"),
        ("adduser", "me wheel", "usermod --append --groups wheel me"),
    ],
)
def test_users_and_groups_are_made_as_busybox_makes_them(path: str, command: str, asked: str, done: str) -> None:
    assert run(path, command, *asked.split()) == (0, [done])


def test_the_commands_lie_beside_the_dockerfile_of_an_alpine_stand_in_alone(tmp_path: Path) -> None:
    for name in ("node:22-alpine", "node:22-slim"):
        found = names.read(name, platform="x64")
        assert found is not None
        (tmp_path / name).mkdir()
        bases.lay_out(found, tmp_path / name)

    assert {file.name for file in (tmp_path / "node:22-alpine/commands").iterdir()} >= {"apk", "adduser", "addgroup"}
    assert list((tmp_path / "node:22-slim/commands").iterdir()) == []
