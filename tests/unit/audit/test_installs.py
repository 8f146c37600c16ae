"""An image holds development packages when its own stage installs them, and nothing says otherwise."""

import pytest

from fairway.build.audit import installs
from fairway.build.detect import detect

PACKAGE = b'{ "scripts": { "start": "node a.js" }, "devDependencies": { "jest": "29" } }'


class Files:
    """A repository as a dictionary."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.content = files

    def read(self, path: str) -> bytes | None:
        return self.content.get(path)

    def files(self) -> tuple[str, ...]:
        return tuple(sorted(self.content))


def look(dockerfile: str, package: bytes = PACKAGE, **others: bytes) -> list[tuple[str, str]]:
    """The place and the words of each finding."""
    files = {"Dockerfile": dockerfile.encode(), "package.json": package, **{f".{k}": v for k, v in others.items()}}
    tree = Files(files)
    return [(each.where, each.what) for each in installs.development(tree, detect.detect(tree))]


@pytest.mark.parametrize(
    ("dockerfile", "line", "command"),
    [
        ("FROM node:22\nRUN npm ci\n", 2, "npm ci"),
        ("FROM node\nCOPY . .\nRUN npm install && npm run build\n", 3, "npm install"),
        ("FROM node:${V}\nRUN cd api; npm i --no-audit\n", 2, "npm i --no-audit"),
        ('FROM node:22\nRUN ["npm", "ci"]\n', 2, "npm ci"),
        (
            "FROM node:22\nRUN --mount=type=cache,target=/var/cache/npm \\\n    npm ci --prefix api\n",
            2,
            "npm ci --prefix api",
        ),
        ("FROM node:22\nRUN yarn --frozen-lockfile\n", 2, "yarn --frozen-lockfile"),
        ("FROM docker.io/library/node:22\nRUN yarn\n", 2, "yarn"),
        ("FROM node:22\nRUN corepack enable && pnpm install --frozen-lockfile\n", 2, "pnpm install --frozen-lockfile"),
        ("FROM node:22 AS base\nRUN npm ci\nFROM base\nENV NODE_ENV=production\n", 2, "npm ci"),
        ("FROM node:22\nENV NODE_ENV=development\nRUN npm ci\n", 3, "npm ci"),
        ("FROM node:22\nRUN npm ci\nENV NODE_ENV=production\n", 2, "npm ci"),
        ("FROM node:22\nRUN yarn install --production=false\n", 2, "yarn install --production=false"),
        ("FROM node:22\nRUN npm ci --include=dev\n", 2, "npm ci --include=dev"),
        ("FROM node:22\nRUN npm ci && npm test && npm run build\n", 2, "npm ci"),
        ("FROM node:22\nRUN npm install -g npm && npm ci\n", 2, "npm ci"),
    ],
)
def test_an_install_of_the_images_own_stage_is_found(dockerfile: str, line: int, command: str) -> None:
    assert look(dockerfile) == [(f"Dockerfile:{line}", f"it runs {command}")]


@pytest.mark.parametrize(
    "dockerfile",
    [
        "FROM node:22\nRUN npm ci --omit=dev\n",
        "FROM node:22\nRUN npm ci --omit dev\n",
        "FROM node:22\nRUN npm install --only=production\n",
        "FROM node:22\nRUN yarn install --production --frozen-lockfile\n",
        "FROM node:22\nRUN pnpm install --prod\n",
        "FROM node:22\nRUN pnpm i -P\n",
        "FROM node:22\nENV NODE_ENV=production\nRUN npm ci\n",
        "FROM node:22\nENV NODE_ENV production\nRUN npm ci\n",
        'FROM node:22\nENV A=1 NODE_ENV="production"\nRUN npm ci\n',
        "FROM node:22\nARG NODE_ENV\nRUN npm ci\n",
        "FROM node:22\nARG E\nENV NODE_ENV=$E\nRUN npm ci\n",
        "FROM node:22\nENV NPM_CONFIG_OMIT=dev\nRUN npm ci\n",
        "FROM node:22\nRUN NODE_ENV=production npm ci\n",
        "FROM node:22\nRUN export NODE_ENV=production && npm ci\n",
        "FROM node:22\nRUN npm ci && npm run build && npm prune --omit=dev\n",
        "FROM node:22\nRUN npm ci\nRUN npm prune --production\n",
        'FROM node:22\nRUN if [ "$E" = dev ]; then npm ci; else npm ci --omit=dev; fi\n',
        "FROM node:22\nRUN test -f yarn.lock && yarn || npm ci\n",
        "FROM node:22 AS build\nRUN npm ci\nFROM node:22\nCOPY --from=build /app/dist dist\nRUN npm ci --omit=dev\n",
        "FROM example.com/our/node-production:1\nRUN npm ci\n",
        "FROM node:22\nRUN npm install -g pm2\n",
        "FROM node:22\nRUN npm install express\n",
        "FROM node:22\nRUN npm run ci\nRUN yarn build\nRUN echo npm ci\n",
        "FROM node:22\nRUN npm ci 'unclosed\n",
        "FROM node:22\nCMD npm install && node a.js\n",
        "RUN npm ci\n",
        "",
    ],
)
def test_what_leaves_them_out_or_may_is_no_finding(dockerfile: str) -> None:
    assert look(dockerfile) == []


@pytest.mark.parametrize(
    "package",
    [b'{ "scripts": {} }', b'{ "devDependencies": {} }', b'{ "devDependencies": 3 }', b"[]", b"\xff"],
)
def test_without_development_packages_there_is_nothing_to_leave_out(package: bytes) -> None:
    assert look("FROM node:22\nRUN npm ci\n", package) == []


def test_an_npmrc_that_leaves_them_out_is_believed() -> None:
    assert look("FROM node:22\nCOPY . .\nRUN npm ci\n", npmrc=b"omit=dev\n") == []
