"""Which lines `fairway check --fix` adds to a .dockerignore, and which it leaves to a person."""

import pytest

from fairway.build.audit import ignoring
from fairway.build.detect import detect

ENV = (".env", ".env.*", "!.env.example")
ALL = (*ENV, "**/node_modules", ".git")


class Files:
    """A repository as a dictionary."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.content = files

    def read(self, path: str) -> bytes | None:
        return self.content.get(path)

    def files(self) -> tuple[str, ...]:
        return tuple(sorted(self.content))


def lacking(dockerfile: str, ignore: str) -> tuple[str, ...]:
    files = Files({"Dockerfile": dockerfile.encode()})
    return ignoring.lacking(files, ignore, ENV, lambda text: ".env" in text.split())


@pytest.mark.parametrize(
    ("ignore", "lines"),
    [
        ("", ALL),
        ("dist\n", ALL),
        ("node_modules\n", (*ENV, ".git")),
        ("**/node_modules/\n.git\n", ENV),
        (".env\nnode_modules\n.git\n", ()),
        ("*\n!src\n.env\n", ()),
        ("# node_modules\n.gitignore\n", ALL),
        ("!.gitignore\n!.github\n", ALL),
        (".env\n!.git\n!api/node_modules/\n", ()),
    ],
)
def test_lines_that_are_not_needed_or_not_wanted_are_left_out(ignore: str, lines: tuple[str, ...]) -> None:
    assert lacking("FROM node:22\nCOPY . .\n", ignore) == lines


@pytest.mark.parametrize(
    ("dockerfile", "without"),
    [
        ("COPY .env.production /app/.env", set(ENV)),
        ("COPY .env* /app/", set(ENV)),
        ("COPY .env.sample /app/.env", set(ENV)),
        ("COPY .env.example /app/.env", set()),
        ("COPY node_modules ./node_modules", {"**/node_modules"}),
        ("COPY . .\nRUN git rev-parse HEAD > version", {".git"}),
        ("COPY .git .git", {".git"}),
        ("RUN echo digital https://github.com/a", set()),
    ],
)
def test_a_line_whose_files_the_build_asks_for_is_not_added(dockerfile: str, without: set[str]) -> None:
    lines = lacking(f"FROM node:22\n{dockerfile}\n", "")

    assert set(ALL) - set(lines) == without


@pytest.mark.parametrize(
    ("package", "asks"),
    [
        (b'{ "scripts": { "build": "tsc" } }', False),
        (b'{ "scripts": { "build": "git rev-parse HEAD > version && tsc" } }', True),
        (b'{ "scripts": { "prepare": "husky install" } }', True),
        (b'{ "scripts": ', True),
    ],
)
def test_git_stays_in_where_a_script_asks_it(package: bytes, asks: bool) -> None:
    tree = Files({"Dockerfile": b"FROM node:22\nCOPY . .\n", "package.json": package})

    assert (".git" not in ignoring.lacking(tree, "", ENV, lambda text: True)) == asks


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"Dockerfile": b"FROM node:22\nCOPY . .\n"}, ".dockerignore"),
        ({"Dockerfile": b"FROM node:22\nCOPY . .\n", "Dockerfile.dockerignore": b""}, "Dockerfile.dockerignore"),
        ({"Dockerfile": b"FROM node:22\nCOPY --from=build /a /b\n"}, None),
        ({"package.json": b'{"scripts":{"start":"node a.js"}}'}, None),
    ],
)
def test_the_file_is_the_one_that_holds_for_the_dockerfile(files: dict[str, bytes], place: str | None) -> None:
    tree = Files(files)

    assert ignoring.place(tree, detect.detect(tree)) == place
