"""What to say of a repository that holds nothing to build: which language or runtime it is written for, if a file says.

A user with a Go module is not helped by hearing that there is no package.json.
"""

import posixpath

from fairway.build.detect.tree import Tree
from fairway.domain.detection import Problem

CONTAINERS = "Docker Compose"
MARKS = {
    "deno.json": "Deno", "deno.jsonc": "Deno", "deno.lock": "Deno", "bunfig.toml": "Bun", "bun.lock": "Bun",
    "bun.lockb": "Bun", "go.mod": "Go", "Cargo.toml": "Rust", "Gemfile": "Ruby", "composer.json": "PHP",
    "environment.yml": "Python with conda", "environment.yaml": "Python with conda",
    "pom.xml": "Java", "build.gradle": "Java", "build.gradle.kts": "Kotlin", "mix.exs": "Elixir",
    "Package.swift": "Swift", "compose.yaml": CONTAINERS, "compose.yml": CONTAINERS,
    "docker-compose.yml": CONTAINERS, "docker-compose.yaml": CONTAINERS,
}  # fmt: skip
"""Files that name what a repository is written for, as they stand in its root or one folder below."""
SUFFIXES = {".csproj": ".NET", ".fsproj": ".NET", ".sln": ".NET"}
JAVASCRIPT = frozenset({"Deno", "Bun"})
"""Runtimes for JavaScript, whose files lie beside many pages that node builds as well."""
FIX = 'add a Dockerfile, or name the app\'s folder: [build] directory = "…"'
MOST_NAMED = 5
UNKNOWN = Problem(
    what="there is nothing that Fairway knows how to build",
    why="no Dockerfile, no package.json and no Python dependency file (requirements.txt, pyproject.toml, Pipfile, "
    "setup.py) was found",
    fix=FIX,
    fatal=True,
)


def describe(tree: Tree) -> Problem:
    """The fatal problem: the language by the file that says it, the nearest to the root; else what was looked for."""
    marks = marked(tree)
    if found := language(tree):
        path, name = found
        return Problem(
            what=f"the app is written for {name}, which Fairway makes no image for",
            why=f"{path} was found; without a Dockerfile Fairway builds Node.js and Python backends only",
            fix=FIX,
            where=path,
            fatal=True,
        )
    if marks:
        path, _ = marks[0]
        return Problem(
            what="this repository describes containers, and Fairway builds one app from its sources",
            why=f"{path} was found, and no Dockerfile, no package.json and no Python dependency file beside it",
            fix=FIX,
            where=path,
            fatal=True,
        )
    return UNKNOWN


def language(tree: Tree) -> tuple[str, str] | None:
    """The file that says what the repository is written for, the nearest to the root, and the language; None where none
    does."""
    return next(((path, name) for path, name in marked(tree) if name != CONTAINERS), None)


def marked(tree: Tree) -> list[tuple[str, str]]:
    """The files of MARKS and SUFFIXES in the root and one folder below, the nearest first, with what they say."""
    near = sorted((path.count("/"), path) for path in tree.files() if path.count("/") <= 1)
    names = ((path, posixpath.basename(path)) for _, path in near)
    return [
        (path, said) for path, name in names if (said := MARKS.get(name) or SUFFIXES.get(posixpath.splitext(name)[1]))
    ]


def undecided(paths: tuple[str, ...]) -> Problem:
    """The fatal problem of several Dockerfiles, none of which has a name that says that it is the app's."""
    others = f", {', '.join(paths[1:MOST_NAMED])}" + (", …" if len(paths) > MOST_NAMED else "")
    return Problem(
        what="there are several Dockerfiles, and nothing says which one is the app's",
        why=f"{paths[0]}{others} were found, and none that is called Dockerfile alone",
        fix=f'name it: [build] dockerfile = "{paths[0]}"',
        where=paths[0],
        fatal=True,
    )
