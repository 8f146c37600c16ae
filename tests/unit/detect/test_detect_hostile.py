"""A repository is anybody's: whatever its files hold, detection ends, in bounded time, and says something."""

import json
import os
from pathlib import Path

import pytest

from fairway.build.detect import detect
from fairway.build.detect.tree import Directory
from support.detect_room import detected, package

pytestmark = pytest.mark.lengthy

LONG = "9" * 4400
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


BLANK = "\n" * 100_000


@pytest.mark.parametrize(
    "files",
    [
        {"package.json": package(scripts={"start": " && ".join(["npm start"] * 10)})},
        {
            "package.json": package(
                scripts={"start": " || ".join(["npm run b"] * 9), "b": " || ".join(["npm start"] * 9)}
            )
        },
        {
            **STARTED,
            "package.json": package(scripts={"start": "node live.js", "build": "npm run build && " * 30 + "tsc"}),
        },
        {"package.json": package(scripts={"start": "node live.js", "build": "knex " * 10_000, "test": "a" * 100_000})},
        {"Procfile": "web: " + "knex " * 10_000, **STARTED},
        {"package.json": package(workspaces=["**/a/" * 9 + "b"]), "/".join("a" * 40) + "/package.json": "{}"},
        {**STARTED, "live.js": "".join(f"app.get('/a{number}', f)\n" for number in range(10_000))},
        {**STARTED, "live.js": "".join(f"app.get('/a{number}/health', f)\n" for number in range(9_000))},
        {**STARTED, "compose.yaml": "services:\n" + "".join(f" s{number}:\n" for number in range(9_000))},
        {**STARTED, "live.js": "app.listen(process.env.PORT)", ".env.example": BLANK, ".tool-versions": BLANK},
        {**STARTED, "package-lock.json": "", "yarn.lock": BLANK, ".npmrc": "${A}", "fairway.toml": BLANK},
        {**STARTED, "live.js": "import " + " " * 200_000},
        {**STARTED, "live.js": "import {" * 30_000},
        {**STARTED, "live.js": "app.get(" + " " * 200_000},
        {**STARTED, "live.js": "a$" * 100_000 + "\nprefix\na.openapi(a.use(express(a.Server('localhost"},
        {**STARTED, "live.js": f"app.use(`${{{' ' * 3000}`, a)"},
        {**STARTED, "live.js": "listen(\nconst " + "port" * 50_000},
        {**STARTED, "live.js": "@Controller()\n@Get(" + " " * 200_000},
        {"Dockerfile": 'FROM ruby\nCMD ["./entrypoint.sh"]', "entrypoint.sh": "flask " * 30_000},
        {"Dockerfile": "FROM ruby\nCMD " + "flask " * 20_000, "config/routes.rb": "get" + " " * 200_000},
        {
            **STARTED,
            "ecosystem.config.js": "script: 'a.js', env: {" + BLANK + "}",
            "server.js": "a = " + BLANK + ".basePath(",
        },
        {
            "package.json": package(
                scripts={"start": "node a", "build": "-" * 4900}, engines={"node": "1" + " " * 90_000}
            )
        },
        {"requirements.txt": "", "gunicorn.conf.py": "bind = " + "_" * 200_000, "a.py": "app = Flask()"},
        {"requirements.txt": "", "a.py": "app = FastAPI()\nfrom " + "a" * 200_000 + "\nfrom ." + "a" * 20_000},
        {"pyproject.toml": "[project]\nname = 'a'\n[build-system]\nrequires = []", "a.py": "metadata " * 25_000},
        {"Dockerfile": "FROM ruby\nCMD " + "gunicorn " * 10_000},
        {"requirements.txt": BLANK, "main.py": "serve()" + BLANK},
        {"Dockerfile": "FROM node\nRUN a" + "\\\nb" * 50_000, ".gitmodules": BLANK, "config/routes.rb": BLANK},
        {"Dockerfile": "FROM node\nENV A=0123456789\n" + "ENV A=$A$A\n" * 200},
        {"Dockerfile": "ARG A=0123456789\n" + "ARG A=$A$A\n" * 200 + "FROM node:$A\n"},
    ],
)
def test_a_file_that_no_person_writes_keeps_nobody_waiting(files: dict[str, str]) -> None:
    assert detected(files).kind is not None
