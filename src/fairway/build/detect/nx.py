"""Where Nx leaves what `nx build` makes of a standalone project, so that it starts without `nx serve`."""

import json
import posixpath
import re

from fairway.build.detect.package_json import Package
from fairway.build.detect.tree import Tree

BUILT = re.compile(r"\bnx (run )?\S*\bbuild\b")


def output(tree: Tree, package: Package) -> str:
    """The file that node starts, relative to the project; empty when no build script makes it or it can't be told."""
    if not BUILT.search(package.scripts.get("build", "")):
        return ""
    try:
        raw = json.loads(tree.read("project.json") or b"null")
    except (ValueError, RecursionError):
        return ""
    options = inside(raw, "targets", "build", "options") | inside(
        raw, "targets", "build", "configurations", "production"
    )
    folder, main = options.get("outputPath"), options.get("main")
    if not isinstance(folder, str) or not isinstance(main, str) or "{" in folder:
        return ""
    named = options.get("outputFileName")
    name = named if isinstance(named, str) else re.sub(r"\.[cm]?ts$", ".js", posixpath.basename(main))
    return posixpath.normpath(posixpath.join(folder, name))


def inside(raw: object, *keys: str) -> dict[str, object]:
    """The object behind the keys; an empty one when there is none."""
    for key in keys:
        raw = raw.get(key) if isinstance(raw, dict) else None
    return raw if isinstance(raw, dict) else {}
