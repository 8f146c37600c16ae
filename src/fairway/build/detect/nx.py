"""Where Nx leaves what `nx build` makes of a project, so that it starts without `nx serve`.

A project is the repository itself, or one of several in it, with a project.json in a folder of its own.
"""

import posixpath
import re

from fairway.build.detect import parsed
from fairway.build.detect.package_json import Package
from fairway.build.detect.shell import Command
from fairway.build.detect.tree import Tree

BUILT = re.compile(r"\bnx (run )?\S*\bbuild\b|\bnx (?:run-many|affected)\b.*\bbuild\b")
SERVED = frozenset({"serve", "start", "dev"})
ROOT = re.compile(r"\{workspaceRoot\}/?")
MOST_PROJECTS = 300


def output(tree: Tree, package: Package, command: Command) -> str:
    """The file that node starts in place of `nx serve NAME` or `nx run NAME:serve`, relative to the repository; empty
    for any other command, when no build script makes it, or when it can't be told."""
    if command.program != "nx" or not BUILT.search(package.scripts.get("build", "")):
        return ""
    name = served(command.words)
    if name is None:
        return ""
    folder, raw = project(tree, name)
    options = inside(raw, "targets", "build", "options") | inside(
        raw, "targets", "build", "configurations", "production"
    )
    place, main = options.get("outputPath"), options.get("main")
    if not isinstance(place, str) or not isinstance(main, str):
        return ""
    place = ROOT.sub("", place).replace("{projectRoot}", folder)
    if "{" in place:
        return ""
    named = options.get("outputFileName")
    file = named if isinstance(named, str) else re.sub(r"\.[cm]?ts$", ".js", posixpath.basename(main))
    return posixpath.normpath(posixpath.join(place, file))


def served(words: tuple[str, ...]) -> str | None:
    """The project that the command serves, "" for the repository's own; None when it serves none."""
    rest = [word for word in words[1:] if not word.startswith("-")]
    if rest[:1] == ["run"] and len(rest) > 1:
        name, _, target = rest[1].partition(":")
        return name if target.partition(":")[0] in SERVED else None
    return (rest[1] if len(rest) > 1 else "") if rest and rest[0] in SERVED else None


def project(tree: Tree, name: str) -> tuple[str, object]:
    """The folder and the content of a project's project.json: the root's, else the one of that name or folder."""
    paths = [path for path in tree.files() if posixpath.basename(path) == "project.json"][:MOST_PROJECTS]
    for path in sorted(paths, key=lambda each: (each.count("/"), each)):
        folder = posixpath.dirname(path)
        raw = parsed.of_json(tree.read(path))
        if name in ("", inside(raw).get("name"), posixpath.basename(folder)) and (name or not folder):
            return folder, raw
    return "", parsed.of_json(tree.read("project.json"))


def inside(raw: object, *keys: str) -> dict[str, object]:
    """The object behind the keys; an empty one when there is none."""
    for key in keys:
        raw = raw.get(key) if isinstance(raw, dict) else None
    return raw if isinstance(raw, dict) else {}
