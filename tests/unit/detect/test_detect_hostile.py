"""A repository is anybody's: whatever its files hold, detection ends, in bounded time, and says something."""

import json
import os
from pathlib import Path

import pytest

from fairway.build.detect import detect
from fairway.build.detect.tree import Directory
from support.detect_room import detected, package

LONG = "9" * 5000
STARTED = {"package.json": package(scripts={"start": "node live.js"}), "live.js": ""}
PEERS = {"node_modules/a": {"peerDependencies": {"b": "1"}, "peerDependenciesMeta": {"b": True}}}


@pytest.mark.parametrize(
    "files",
    [
        {"pnpm-workspace.yaml": "packages: !!bool maybe"},
        {"pnpm-workspace.yaml": "released: 2020-13-45"},
        {"compose.yaml": "services: !!timestamp soon"},
        {"compose.yaml": "services: !!int ''"},
        {"package-lock.json": json.dumps({"packages": PEERS})},
        {"yarn.lock": f"__metadata:\n  version: {LONG}\n"},
    ],
)
def test_a_file_that_its_reader_breaks_at_is_left_out(files: dict[str, str]) -> None:
    detection = detected({**STARTED, **files})

    assert detection.defaults.command == ("node", "live.js")


def test_a_number_that_python_does_not_read_is_none() -> None:
    locked = detected({"package.json": package(scripts={"start": "node a"}, packageManager=f"pnpm@{LONG}")})
    python = detected({"pyproject.toml": f'size = {LONG}\n[project]\nname = "a"\n', "main.py": "serve()"})
    wanted = detected({"requirements.txt": "flask", "Procfile": "web: gunicorn a:b -b :${PORT:-" + LONG + "}"})

    assert (locked.fatal, wanted.defaults.port) == ((), 8000)
    assert [problem.what for problem in python.fatal] == ["there is nothing that Fairway knows how to build"]


@pytest.mark.parametrize(
    "files",
    [
        {"Dockerfile": "FROM node\nEXPOSE 99999\nCMD node a\n"},
        {"Dockerfile": "FROM node\nENV PORT=99999\nCMD node a --port 99999\n"},
        {"requirements.txt": "flask", "main.py": "app = Flask(__name__)\napp.run(port=99999)\n"},
        {"requirements.txt": "flask", "gunicorn.conf.py": "bind = ':99999'\n", "main.py": "app = Flask(__name__)\n"},
    ],
)
def test_a_number_that_is_no_port_is_none(files: dict[str, str]) -> None:
    assert detected(files).defaults.port in (None, 5000, 8000)


def test_a_start_that_only_sets_a_variable_starts_nothing() -> None:
    detection = detected({"package.json": package(scripts={"start": "NODE_ENV=production"})})

    assert [problem.what for problem in detection.fatal] == ["nothing says how the app starts"]


def test_an_empty_dockerfile_in_a_folder_is_weighed_with_the_others() -> None:
    detection = detected({"deploy/Dockerfile": "", "web/package.json": package(scripts={"start": "node a.js"})})

    assert detection.directory == "web"


def test_half_a_character_is_written_as_a_question_mark() -> None:
    detection = detected({"package.json": '{"name": "\\ud800", "scripts": {"start": "node \\udc00.js"}}'})

    assert detection.defaults.command == ("sh", "-c", "exec node ?.js")


def test_a_file_whose_name_is_no_utf_8_is_not_seen(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(STARTED["package.json"])
    (tmp_path / os.fsdecode(b"caf\xe9.js")).write_text("app.listen(4000)")

    detection = detect.detect(Directory(tmp_path))

    assert (detection.defaults.command, detection.port) == (("node", "live.js"), None)
