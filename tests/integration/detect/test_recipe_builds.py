"""Generated Dockerfiles, built by the real BuildKit with the real package managers, started, asked and stopped."""

import json
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from support import detect_room as room

SERVER = """
const http = require("node:http");
const ms = require("ms");
const server = http.createServer((request, response) => {
  if (request.url === "/healthz") return response.end("well");
  response.end(`${ms("2s")} ${process.env.NODE_ENV} ${process.getuid()}`);
});
server.listen(process.env.PORT || 3000);
process.on("SIGTERM", () => server.close(() => { console.log("closed by its own handler"); process.exit(0); }));
"""
EXPRESS = """
const express = require("express");
const app = express();
app.get("/healthz", (request, response) => response.send("well"));
app.get("/", (request, response) => response.send(`${process.env.NODE_ENV} ${process.getuid()}`));
const server = app.listen(process.env.PORT || 3000);
process.on("SIGTERM", () => server.close(() => { console.log("closed by its own handler"); process.exit(0); }));
"""
NPM = ["npm", "install", "--silent", "--package-lock-only", "--ignore-scripts"]
# Every run changes the code in its own way: the layers of an earlier run are still in the build cache.
RUN = uuid.uuid4().hex
Image = Callable[..., room.Built]
Container = Callable[[str, int, int], str]


def lock(folder: Path, command: list[str]) -> None:
    """Make the lock file, without what the install leaves beside it."""
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder.parent),
        "YARN_NODE_LINKER": "node-modules",
        "YARN_ENABLE_IMMUTABLE_INSTALLS": "false",
    }
    subprocess.run(
        command, cwd=folder, env={**room.os.environ, **environment}, check=True, timeout=120, capture_output=True
    )


def serve_and_stop(built: room.Built, container: Container, outside: int, path: str = "/", code: str = "0") -> str:
    """Start the image, ask it, stop it: the answer. It must end by its own handler, with `code`."""
    assert built.status == 0, built.log[-3000:]
    assert built.detection.port is not None
    name = container(built.tag, outside, built.detection.port.number)
    status, body = room.answer(outside, path)
    assert status == 200
    room.docker("stop", "--time", "10", name)
    assert "closed by its own handler" in room.docker("logs", name)
    assert room.docker("inspect", "--format", "{{.State.ExitCode}}", name) == code
    return body


@pytest.mark.exhaustive
def test_npm_and_express_go_live_and_a_code_change_reinstalls_nothing(
    tmp_path: Path, image: Image, container: Container
) -> None:
    folder = tmp_path / "express"
    scripts = {"start": "node server.js", "test": "node --check server.js", "prepare": "husky install"}
    manifest = {
        "name": "shop",
        "scripts": scripts,
        "dependencies": {"express": "^4.21.0"},
        "devDependencies": {"left-pad": "1.3.0"},
    }
    room.write(folder, {"package.json": json.dumps(manifest), "server.js": EXPRESS})
    lock(folder, NPM)

    first = image(folder, test="npm test")
    body = serve_and_stop(first, container, 21101)
    (folder / "server.js").write_text(EXPRESS + f"// changed in {RUN}\n")
    second = image(folder, test="npm test")

    assert body == "production 1000"
    assert first.detection.health is not None
    assert first.detection.health.path == "/healthz"
    assert second.status == 0
    assert room.cached(second.log, "npm ci")
    assert not room.cached(second.log, "COPY --chown=1000:1000 . ./")
    listing = room.docker("run", "--rm", first.tag, "ls", "node_modules")
    assert "express" in listing.split()
    assert "left-pad" not in listing.split()


def test_a_failing_test_stops_the_build_at_its_stage(tmp_path: Path, image: Image) -> None:
    folder = tmp_path / "failing"
    manifest = {
        "name": "shop",
        "scripts": {"start": "node server.js", "test": "echo 1 test failed; exit 3"},
        "dependencies": {"ms": "2.1.3"},
    }
    room.write(folder, {"package.json": json.dumps(manifest), "server.js": SERVER})
    lock(folder, NPM)

    tested = image(folder, test="npm test", target="test")

    assert tested.status != 0
    assert "1 test failed" in tested.log


@pytest.mark.exhaustive
def test_a_lock_file_that_does_not_match_fails_with_npms_own_message(tmp_path: Path, image: Image) -> None:
    folder = tmp_path / "stale"
    manifest = {"name": "shop", "scripts": {"start": "node server.js"}, "dependencies": {"ms": "2.1.3"}}
    room.write(folder, {"package.json": json.dumps(manifest), "server.js": SERVER})
    lock(folder, NPM)
    room.write(folder, {"package.json": json.dumps({**manifest, "dependencies": {"ms": "2.1.2"}})})

    built = image(folder)

    assert built.status != 0
    assert "npm ci" in built.log
    assert "in sync" in built.log
    assert any("does not match" in problem.what for problem in built.detection.problems)


@pytest.mark.exhaustive
def test_a_lock_file_of_yarn_berry_that_does_not_match_fails_where_nothing_is_built(
    tmp_path: Path, image: Image, managers: dict[str, Path]
) -> None:
    folder = tmp_path / "stale-berry"
    manifest = {"name": "shop", "scripts": {"start": "node server.js"}, "dependencies": {"ms": "2.1.3"}}
    room.write(folder, {"package.json": json.dumps(manifest), "server.js": SERVER, "yarn.lock": ""})
    lock(folder, [str(managers["@yarnpkg/cli-dist"]), "install", "--mode=update-lockfile"])
    room.write(folder, {"package.json": json.dumps({**manifest, "dependencies": {"ms": "2.1.2"}})})

    built = image(folder)

    assert built.status != 0
    assert "The lockfile would have been modified by this install" in built.log


@pytest.mark.parametrize(
    ("name", "program", "more", "port"),
    [
        ("yarn", "yarn", [], 21102),
        ("berry", "@yarnpkg/cli-dist", ["--mode=update-lockfile"], 21103),
        ("pnpm", "pnpm", ["--lockfile-only"], 21104),
    ],
)
@pytest.mark.exhaustive
def test_the_other_package_managers_go_live_and_a_code_change_reinstalls_nothing(
    tmp_path: Path,
    image: Image,
    container: Container,
    managers: dict[str, Path],
    name: str,
    program: str,
    more: list[str],
    port: int,
) -> None:
    folder = tmp_path / name
    manifest: dict[str, object] = {
        "name": "shop",
        "scripts": {"prestart": "node -e 0", "start": "cross-env COLOUR=blue node server.js"},
        "dependencies": {"ms": "2.1.3"},
        "devDependencies": {"cross-env": "7.0.3", "left-pad": "1.3.0"},
    }
    room.write(folder, {"package.json": json.dumps(manifest), "server.js": SERVER})
    if name == "berry":
        room.write(folder, {"yarn.lock": ""})
    lock(folder, [str(managers[program]), "install", *more])

    first = image(folder)
    body = serve_and_stop(first, container, port)
    (folder / "server.js").write_text(SERVER + f"// changed in {RUN}\n")
    second = image(folder)

    assert body == "2000 production 1000"
    assert first.detection.packages is not None
    assert first.detection.packages.manager.value == name
    assert second.status == 0
    assert room.cached(
        second.log, "pnpm install" if name == "pnpm" else "workspaces focus" if name == "berry" else "yarn install"
    )
    assert "left-pad" not in room.docker("run", "--rm", first.tag, "ls", "node_modules")


@pytest.mark.exhaustive
def test_typescript_is_built_and_its_compiler_stays_out(tmp_path: Path, image: Image, container: Container) -> None:
    folder = tmp_path / "typescript"
    source = SERVER.replace('const http = require("node:http");', 'import http = require("node:http");').replace(
        'const ms = require("ms");', 'import ms = require("ms");'
    )
    manifest = {
        "name": "shop",
        "scripts": {
            "build": "tsc",
            "start": "npm run build && node dist/server.js",
            "test": "node --check dist/server.js",
        },
        "dependencies": {"ms": "2.1.3"},
        "devDependencies": {"typescript": "5.6.3", "@types/node": "22.9.0", "@types/ms": "2.1.0"},
    }
    options = {
        "outDir": "dist",
        "rootDir": "src",
        "module": "commonjs",
        "target": "es2022",
        "strict": False,
        "skipLibCheck": True,
    }
    room.write(
        folder,
        {
            "package.json": json.dumps(manifest),
            "src/server.ts": source,
            "tsconfig.json": json.dumps({"compilerOptions": options}),
        },
    )
    lock(folder, NPM)

    first = image(folder, test="npm test")
    body = serve_and_stop(first, container, 21105)
    (folder / "src/server.ts").write_text(source + f"// changed in {RUN}\n")
    second = image(folder, test="npm test", target="test")

    assert body == "2000 production 1000"
    assert second.status == 0
    assert room.cached(second.log, "npm ci")
    assert "typescript" not in room.docker("run", "--rm", first.tag, "ls", "node_modules")


MAKE = """
const fs = require("fs");
fs.mkdirSync("dist", {recursive: true});
fs.writeFileSync("dist/index.js", "module.exports = require('ms');");
"""


@pytest.mark.exhaustive
def test_one_package_of_an_npm_workspace_goes_live_with_what_it_needs(
    tmp_path: Path, image: Image, container: Container
) -> None:
    folder = tmp_path / "workspace"
    api = {
        "name": "@shop/api",
        "version": "1.0.0",
        "scripts": {"start": "node server.js"},
        "dependencies": {"@shop/time": "1.0.0"},
    }
    time_package = {
        "name": "@shop/time",
        "version": "1.0.0",
        "main": "dist/index.js",
        "scripts": {"build": "node make.js", "prepare": "node make.js"},
        "dependencies": {"ms": "2.1.3"},
    }
    site = {
        "name": "@shop/site",
        "version": "1.0.0",
        "scripts": {"start": "vite"},
        "dependencies": {"left-pad": "1.3.0"},
    }
    room.write(
        folder,
        {
            "package.json": json.dumps({"name": "shop", "private": True, "workspaces": ["packages/*"]}),
            "packages/api/package.json": json.dumps(api),
            "packages/api/server.js": SERVER.replace('require("ms")', 'require("@shop/time")'),
            "packages/time/package.json": json.dumps(time_package),
            "packages/time/make.js": MAKE,
            "packages/site/package.json": json.dumps(site),
        },
    )
    lock(folder, NPM)

    built = image(folder)
    body = serve_and_stop(built, container, 21106)

    assert body == "2000 production 1000"
    assert built.detection.directory == "packages/api"
    assert "left-pad" not in room.docker("run", "--rm", built.tag, "ls", "/app/node_modules")


FASTAPI = """
from contextlib import asynccontextmanager
from fastapi import FastAPI

@asynccontextmanager
async def lifespan(app):
    yield
    print("closed by its own handler", flush=True)

app = FastAPI(lifespan=lifespan)

@app.get("/healthz")
def health():
    return {"well": True}
"""


def test_fastapi_goes_live_with_pip_and_a_code_change_reinstalls_nothing(
    tmp_path: Path, image: Image, container: Container, python_base: str
) -> None:
    folder = tmp_path / "fastapi"
    tests = "from app.main import health\n\ndef test_health():\n    assert health()['well']\n" + f"# {RUN}\n"
    room.write(
        folder,
        {
            "requirements.txt": "fastapi\nuvicorn\n",
            "app/main.py": FASTAPI,
            "tests/test_app.py": tests,
            "pytest.ini": "[pytest]\n",
        },
    )

    first = image(folder, base=python_base, test="python -m pytest", target="test")
    second = image(folder, base=python_base, test="python -m pytest")
    body = serve_and_stop(
        second, container, 21107, path="/healthz", code="143"
    )  # uvicorn shuts down, then takes the signal
    (folder / "app/main.py").write_text(FASTAPI + f"# changed in {RUN}\n")
    third = image(folder, base=python_base, test="python -m pytest")

    assert first.status == 0, first.log[-3000:]
    assert "1 passed" in first.log
    assert json.loads(body) == {"well": True}
    assert third.status == 0
    assert room.cached(third.log, "pip install")
