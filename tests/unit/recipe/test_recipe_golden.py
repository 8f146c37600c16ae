"""Generated Dockerfiles as text. After a wanted change: FAIRWAY_GOLDEN=write, and read the diff."""

import json
import os
from pathlib import Path

import pytest

from fairway.build.recipe import recipe
from fairway.errors import UsageError
from support.detect_room import detected, package

GOLDEN = Path(__file__).parents[2] / "golden" / "recipe"
SERVER = "const app = express();\napp.get('/healthz', f);\napp.listen(process.env.PORT || 3000)"
EXPRESS = {"express": "4"}
BERRY = '__metadata:\n  version: 8\n\n"express@npm:4":\n\n"husky@npm:9":\n'
PROJECTS: dict[str, dict[str, str]] = {
    "npm": {
        "package.json": package(scripts={"start": "node server.js"}, dependencies=EXPRESS),
        "package-lock.json": json.dumps({"packages": {"": {"dependencies": EXPRESS}}}),
        "server.js": SERVER,
        ".nvmrc": "20",
    },
    "yarn": {
        "package.json": package(scripts={"start": "env-cmd node server.js"}, dependencies={**EXPRESS, "bcrypt": "5"}),
        "yarn.lock": "express@4:\n  version 4\n\nbcrypt@5:\n",
        "server.js": SERVER,
    },
    "berry": {
        "package.json": package(
            scripts={"start": "node server.js", "prepare": "husky"},
            dependencies=EXPRESS,
            devDependencies={"husky": "9"},
        ),
        "yarn.lock": BERRY,
        ".yarnrc.yml": "yarnPath: .yarn/releases/yarn-4.5.1.cjs\n",
        ".yarn/releases/yarn-4.5.1.cjs": "",
        "server.js": SERVER,
    },
    "pnpm-typescript-prisma": {
        "package.json": package(
            scripts={"start": "node dist/server.js", "build": "tsc"},
            dependencies={**EXPRESS, "@prisma/client": "6"},
            devDependencies={"prisma": "6", "typescript": "5"},
            packageManager="pnpm@9.15.0",
        ),
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\n\n  express:\n\n  '@prisma/client':\n\n  prisma:\n\n  typescript:\n",
        "prisma/schema.prisma": 'generator client {\n  provider = "prisma-client-js"\n}\n',
        "src/server.ts": SERVER,
        "tsconfig.json": "{}",
    },
    "workspace": {
        "package.json": package(workspaces=["packages/*"], private=True),
        "package-lock.json": "{}",
        "packages/api/package.json": package(
            name="@x/api",
            scripts={"start": "tsx a.ts"},
            dependencies={**EXPRESS, "@x/lib": "*"},
            devDependencies={"tsx": "4"},
        ),
        "packages/api/a.ts": SERVER,
        "packages/lib/package.json": package(name="@x/lib", scripts={"build": "tsc", "prepare": "tsc"}),
    },
    "npm-native": {
        "package.json": package(
            scripts={"start": "node server.js"}, dependencies={"better-sqlite3": "12"}, devDependencies={"mocha": "11"}
        ),
        "server.js": SERVER,
    },
    "nested": {
        "package.json": package(
            scripts={"build": "npm i --prefix api && cd page && npm i && vite build", "start": "npm start --prefix api"}
        ),
        "api/package.json": package(scripts={"start": "node server.js"}, dependencies=EXPRESS),
        "api/package-lock.json": json.dumps({"packages": {"": {"dependencies": EXPRESS}}}),
        "api/server.js": SERVER,
        "page/package.json": "{}",
    },
    "pip": {
        "requirements.txt": "fastapi==1\npsycopg2==2\n",
        "requirements-dev.txt": "-r requirements.txt\npytest\n",
        "main.py": "app = FastAPI()\n",
    },
    "poetry": {
        "pyproject.toml": "[tool.poetry.dependencies]\npython = '^3.11'\ndjango = '5'\nwhitenoise = '*'\n",
        "poetry.lock": "",
        "manage.py": "",
        "shop/wsgi.py": "",
        "shop/settings.py": "STATIC_ROOT = 'x'",
    },
    "uv": {
        "pyproject.toml": "[project]\nrequires-python = '>=3.12'\ndependencies = ['flask', 'gunicorn']\n",
        "uv.lock": "",
        "app.py": "app = Flask(__name__)\n",
    },
}


@pytest.mark.parametrize("name", PROJECTS)
def test_the_generated_dockerfile_is_the_one_that_was_read_and_agreed(name: str) -> None:
    detection = detected(PROJECTS[name])

    text = recipe.dockerfile(detection, test="npm test" if detection.kind == "node" else "pytest", args={"COMMIT": "x"})

    file = GOLDEN / f"{name}.Dockerfile"
    if os.environ.get("FAIRWAY_GOLDEN") == "write":
        file.write_text(text)
    assert text == file.read_text()


def test_without_a_test_there_is_no_test_stage() -> None:
    assert "AS test" not in recipe.dockerfile(detected(PROJECTS["npm"]))


def test_the_base_image_can_be_replaced() -> None:
    text = recipe.dockerfile(detected(PROJECTS["npm"]), base="mirror/node:20")

    assert "FROM mirror/node:20 AS tools" in text
    assert "node:20-slim" not in text


def test_no_text_of_the_repository_can_end_a_comment() -> None:
    files = {
        **PROJECTS["npm"],
        "package.json": package(scripts={"start": "node server.js"}),
        "Procfile": "web: node server.js\x85USER root\u2028RUN evil",
    }

    text = recipe.dockerfile(detected(files))

    assert not any(line.startswith(("RUN evil", "USER root")) for line in text.splitlines())


def test_a_test_command_of_several_lines_is_written_as_a_list() -> None:
    text = recipe.dockerfile(detected(PROJECTS["npm"]), test="cat <<END\nx\nEND")

    assert 'RUN ["/bin/sh", "-c", "cat <<END\\nx\\nEND"]' in text


def test_an_argument_that_is_no_name_is_left_out() -> None:
    assert "ARG bad name" not in recipe.dockerfile(detected(PROJECTS["npm"]), args={"bad name\nRUN x": "1"})


@pytest.mark.parametrize("files", [{"README.md": ""}, {"Dockerfile": "FROM a\nCMD b\n"}])
def test_what_allows_no_recipe_is_refused_with_its_reason(files: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        recipe.dockerfile(detected(files))

    assert caught.value.why


def test_the_ignore_file_keeps_secrets_and_git_out_and_examples_in() -> None:
    lines = recipe.ignore(detected(PROJECTS["pnpm-typescript-prisma"])).splitlines()

    assert {".git", ".env", ".env.*", "!.env.example", "**/node_modules", "dist"} <= set(lines)


def test_a_build_that_asks_git_gets_git_and_its_files() -> None:
    files = {
        **PROJECTS["npm"],
        "package.json": package(scripts={"start": "node server.js", "build": "git describe > version"}),
    }
    detection = detected(files)

    assert ".git" not in recipe.ignore(detection).splitlines()
    assert "git" in recipe.dockerfile(detection)


@pytest.mark.parametrize(("output", "stage"), [("", "deps"), ('output = "../src/generated"', "build")])
def test_prismas_client_among_the_sources_is_generated_when_they_are_there(output: str, stage: str) -> None:
    manifest = package(scripts={"start": "node server.js"}, dependencies={"prisma": "7"})
    schema = f"generator client {{\n  {output}\n}}\n"

    text = recipe.dockerfile(detected({"package.json": manifest, "server.js": "", "prisma/schema.prisma": schema}))

    before, _, _ = text.partition("prisma generate")
    assert before.rpartition(" AS ")[2].startswith(stage)
