"""Which lines a .dockerignore lacks, as far as they can be added without breaking a build that works.

A line whose files a Dockerfile names, or whose commands ask for them, is left to a person: COPY fails on what is kept
out.
"""

import posixpath
import re
from collections.abc import Callable

from fairway.build import envfiles
from fairway.build.audit import image
from fairway.build.detect import needs, package_json
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Detection

DOCKERFILE = re.compile(r"(^|/)(Dockerfile(\.[\w-]+)*|[\w.-]+\.Dockerfile)$", re.IGNORECASE)
ASKS_GIT = re.compile(r"(^|[\s&|;(/])git([\s/]|$)|\.git\b", re.IGNORECASE | re.MULTILINE)
HOOKS = re.compile(r"\b(husky|lefthook|simple-git-hooks)\b")
"""Programs that put hooks into .git, and may fail where there is none."""
MODULES = "**/node_modules"
GIT = ".git"
PROBES = {
    MODULES: ("node_modules/a/index.js", "api/node_modules/a/index.js"),
    GIT: (".git/HEAD",),
}
"""Files that are kept out when the line is not needed. One folder may have no node_modules, so any of them will do."""


def place(tree: Tree, found: Detection) -> str | None:
    """The path of the .dockerignore that holds for the Dockerfile of the repository; None when there is no such
    Dockerfile, or it copies nothing from the repository."""
    text = None if found.dockerfile is None else tree.read(found.dockerfile)
    if found.dockerfile is None or text is None or not any(envfiles.copied(text.decode("utf-8", "replace"))):
        return None
    return image.ignore_file(tree, found.dockerfile, found.context)


def lacking(tree: Tree, ignore: str, env: tuple[str, ...], are_kept_out: Callable[[str], bool]) -> tuple[str, ...]:
    """The lines to add to the text of a .dockerignore. `env` are those for env files, `are_kept_out` says whether a
    text needs none of them."""
    texts = [
        content.decode("utf-8", "replace")
        for path in tree.files()
        if DOCKERFILE.search(path) and (content := tree.read(path)) is not None
    ]
    sources = {source for text in texts for source in envfiles.copied(text)}
    lines: list[str] = []
    if not are_kept_out(ignore) and not any(names_env(source) for source in sources):
        lines += env
    if lets_in(ignore, MODULES) and not any("node_modules" in source for source in sources):
        lines.append(MODULES)
    if lets_in(ignore, GIT) and not any(ASKS_GIT.search(text) for text in texts) and not asks_git(tree):
        lines.append(GIT)
    return tuple(lines)


def asks_git(tree: Tree) -> bool:
    """Whether a package.json's scripts or packages ask git during install or build. One that can't be read may."""
    for path in tree.files():
        if posixpath.basename(path) != "package.json":
            continue
        try:
            package = package_json.read(tree, path)
        except ValueError:
            return True
        if package is not None and (needs.git(package) or HOOKS.search(package.scripts.get("prepare", ""))):
            return True
    return False


def names_env(source: str) -> bool:
    """Whether a COPY names env files that the lines would keep out."""
    name = posixpath.basename(source)
    return name.startswith(".env") and name != ".env.example"


def lets_in(ignore: str, line: str) -> bool:
    """Whether the files of a line get into the build, and nobody wrote that they should."""
    named = re.compile(rf"!\s*(.*/)?{re.escape(line.strip('*/'))}(/|$)")
    wanted = any(named.match(each.strip()) for each in ignore.splitlines())
    keeps_out = envfiles.keeps_out(ignore)
    return not wanted and not any(keeps_out(probe) for probe in PROBES[line])
