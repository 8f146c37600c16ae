"""Whatever the files of a repository hold, detection says something, and its recipe is a text that can be written."""

import json
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fairway.build.detect import detect
from fairway.build.recipe import recipe
from fairway.domain.detection import Detection, Kind
from support.detect_room import Files, package
from support.examples import examples

pytestmark = pytest.mark.lengthy

LONG = "9" * 4400
"""More digits than Python makes a number of."""
NODE = {
    "package.json": package(
        name="shop",
        main="index.js",
        packageManager="pnpm@10.1.0",
        scripts={"start": "pm2-runtime ecosystem.config.js", "build": "prisma generate && tsc", "dev": "nx serve"},
        engines={"node": ">=18.17 <23 || ^24"},
        workspaces={"packages": ["apps/*", "!apps/old"]},
        dependencies={"express": "^4.19.0", "bcrypt": "5.0.0", "prisma": "6.0.0", "dotenv": "file:./lib"},
    ),
    "apps/api/package.json": package(name="api", scripts={"start": "node -r dotenv/config dist/main.js"}),
    "index.js": "const app = express()\napp.use('/api', require('./routes'))\napp.listen(process.env.PORT || 3000)\n",
    "routes.js": "module.exports = Router().get('/health', f)\n",
    "ecosystem.config.js": "module.exports = {apps: [{script: 'index.js', args: '--a \"b c\"', env: {A: '1'}}]}\n",
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n\npackages:\n\n  express@4.19.0:\n",
    "pnpm-workspace.yaml": "packages:\n  - apps/*\nonlyBuiltDependencies:\n  - bcrypt\n",
    "tsconfig.json": '{"extends": "./base.json", "compilerOptions": {"outDir": "dist", // here\n "rootDir": "src",}}',
    "project.json": '{"name": "shop", "targets": {"build": {"options": {"outputPath": "dist", "main": "src/a.ts"}}}}',
    "config/default.json": '{"server": {"port": 4000}}',
    "mise.toml": '[tools]\nnode = "22.4"\npython = "3.12"\n',
    "Procfile": "web: NODE_ENV=production node index.js\nworker: node worker.js | tee log\n",
    ".npmrc": "//npm.company.com/:_authToken=${TOKEN}\n",
}
LOCKED = {
    "package.json": package(dependencies={"next": "14.0.0"}, scripts={"start": "next start -p 4000"}),
    "package-lock.json": package(
        lockfileVersion=3,
        packages={
            "": {"dependencies": {"next": "14.0.0"}},
            "node_modules/next": {
                "version": "14.0.0",
                "peerDependencies": {"react": "^18.0.0"},
                "peerDependenciesMeta": {"react": {"optional": True}},
            },
        },
    ),
    "yarn.lock": '__metadata:\n  version: 8\n\n"next@npm:14.0.0":\n  version: 14.0.0\n',
    ".yarnrc.yml": "yarnPath: .yarn/releases/yarn-4.1.0.cjs\n",
}
PYTHON = {
    "pyproject.toml": '[project]\nname = "shop"\nrequires-python = ">=3.10,<4.0"\n'
    'dependencies = ["fastapi[standard]"]\n[tool.poetry.dependencies]\nlib = { path = "lib" }\n'
    '[build-system]\nrequires = ["hatchling"]\n',
    "requirements.txt": "-r base.txt\nDjango==5.0\ngunicorn>=20\ngit+https://example.com/a.git\n",
    "Pipfile": '[packages]\nflask = {extras = ["async"], version = "*"}\n',
    "Pipfile.lock": '{"default": {"flask": {"version": "==3.0"}}}',
    "Procfile": "web: gunicorn shop.wsgi --bind :${PORT:-8000}\nrelease: python manage.py migrate\n",
    "gunicorn.conf.py": 'import os\nport = os.environ.get("PORT", "8000")\nbind = f"0.0.0.0:{port}"\n',
    "uwsgi.ini": "[uwsgi]\nhttp-socket = :$(PORT)\n",
    "manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.local")\n',
    "shop/wsgi.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.local")\n',
    "shop/main.py": 'app = FastAPI()\napp.include_router(router, prefix="/api")\n@app.get("/health")\n',
    "runtime.txt": "python-3.12.1\n",
}
IMAGE = {
    "Dockerfile": "# escape=\\\nARG TAG=22\nFROM node:${TAG} AS base\nENV PORT=3000 \\\n    HOST=0.0.0.0\nFROM base\n"
    'COPY ["a", "b"]\nRUN <<EOF\nnpm ci\nEOF\nEXPOSE 3000 9229\nHEALTHCHECK CMD curl localhost:3000/up\n'
    'ENTRYPOINT ["./entrypoint.sh"]\nCMD ["node", "index.js"]\n',
    "entrypoint.sh": '#!/bin/sh\nset -e\nexec "$@"\n',
    "compose.yaml": "services:\n  web:\n    build: {context: ., dockerfile: Dockerfile}\n    command: node index.js\n"
    '    ports: ["80:3000", {target: 3000}]\n    healthcheck: {test: [CMD, curl, "http://localhost:3000/up"]}\n'
    "    environment: [DATABASE_URL=postgres://db/a]\n  db: {image: 'postgres:17'}\n",
    ".gitmodules": '[submodule "a"]\n  path = a\n',
    "deploy/Dockerfile": "FROM nginx\n",
}
REPOSITORIES = (NODE, LOCKED, PYTHON, IMAGE)
PIECES = (
    b"(", b")", b"{", b"}", b"[", b"]", b"`", b"'", b'"', b"${", b"$", b"\\", b"\n", b"\r", b"\t", b"\x00", b"\xff",
    b"\xed\xa0\x80", b":", b"&", b"&&", b"|", b";", b"=", b",", b"!!bool x", b"!!int ''", b"!!timestamp x", b"&a ",
    b"*a", b"<<: ", b"2020-13-45", b"-", b"null", b"1", b"[]", b"{}", LONG.encode(), b"FROM ", b"..", b"/", b" as ",
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["\ud800", ".", "..", "/", "*"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def damage(content: bytes, chance: random.Random) -> bytes:
    """The content with a few things cut out, put in or moved."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(content) + 1)
        end = min(len(content), start + chance.randrange(40))
        piece = chance.choice((b"", chance.choice(PIECES), content[start:end]))
        at = chance.choice((start, chance.randrange(len(content) + 1)))
        content = content[:start] + content[end:] if not piece else content[:at] + piece + content[at:]
    return content


def judged(files: dict[str, str | bytes]) -> Detection:
    """What is detected, for which a recipe was written where there is one."""
    found = detect.detect(Files(files))
    if found.kind in (Kind.NODE, Kind.PYTHON) and not found.fatal:
        recipe.dockerfile(found, test=None, base=None).encode()
    return found


@settings(max_examples=examples(1000), deadline=None)
@given(st.sampled_from(REPOSITORIES), st.randoms(use_true_random=False))
def test_damaged_files_end_in_a_detection(repository: dict[str, str], chance: random.Random) -> None:
    files: dict[str, str | bytes] = {
        path: damage(text.encode(), chance) if chance.random() < 0.4 else text
        for path, text in repository.items()
        if chance.random() < 0.9
    }

    found = judged(files)

    assert found.port is None or 1 <= found.port.number <= 65535
    assert found.kind is not Kind.UNKNOWN or found.fatal


def replaced(raw: object, chance: random.Random, value: object) -> object:
    """The document with one of its values, at any depth, in place of which another stands."""
    places = list(raw) if isinstance(raw, dict) else list(range(len(raw))) if isinstance(raw, list) else []
    if not places or chance.random() < 0.2:
        return value
    key = chance.choice(places)
    if isinstance(raw, dict):
        return {**raw, key: replaced(raw[key], chance, value)}
    assert isinstance(raw, list)
    return [replaced(item, chance, value) if number == key else item for number, item in enumerate(raw)]


@settings(max_examples=examples(1000), deadline=None)
@given(st.sampled_from((NODE, LOCKED, PYTHON)), st.randoms(use_true_random=False), st.lists(VALUES, min_size=3))
def test_values_of_other_types_end_in_a_detection(
    repository: dict[str, str], chance: random.Random, values: list[object]
) -> None:
    files: dict[str, str | bytes] = dict(repository)
    for value in values:
        path = chance.choice([path for path in files if path.endswith((".json", ".lock")) and path != "yarn.lock"])
        try:
            raw = json.loads(files[path])
        except ValueError:
            continue
        files[path] = json.dumps(replaced(raw, chance, value))

    judged(files)


@settings(max_examples=examples(200), deadline=None)
@given(st.dictionaries(st.sampled_from([path for each in REPOSITORIES for path in each]), st.binary(max_size=60)))
@example({"deploy/Dockerfile": b""})
@example({"package.json": b'{"scripts": {"start": "NODE_ENV=production"}}'})
@example({"package.json": b'{"scripts": {"start": "node \\ud800.js"}}'})
@example({"package.json": b'{"packageManager": "yarn@4-x", "main": "yarn.lock"}', "yarn.lock": b""})
@example({"package.json": b"{}", "Dockerfile": b"FROM node\nEXPOSE 99999\n"})
@example({"requirements.txt": b"flask", "pyproject.toml": b"a = " + LONG.encode()})
def test_any_bytes_end_in_a_detection(files: dict[str, str | bytes]) -> None:
    found = judged(files)

    assert found.port is None or 1 <= found.port.number <= 65535
