"""Where the TypeScript compiler writes a source file: `src/index.ts` becomes `dist/index.js` or `dist/src/index.js`."""

import posixpath
import re
from collections.abc import Mapping

from fairway.build.detect import parsed
from fairway.build.detect.parsed import table
from fairway.build.detect.tree import Tree
from fairway.domain import sourcetext

CONFIGS = ("tsconfig.build.json", "tsconfig.prod.json", "tsconfig.json", "tsconfig.app.json")


def options(tree: Tree) -> Mapping[str, object] | None:
    """The compiler options of the app's tsconfig, those it extends included; None when there is no tsconfig."""
    path = next((name for name in CONFIGS if tree.read(name) is not None), None)
    return None if path is None else read_options(tree, path, 0)


def read_options(tree: Tree, path: str, depth: int) -> dict[str, object]:
    """The options of one file over those of the file that it extends. A broken one has none."""
    content = tree.read(path)
    text = sourcetext.strip_script((content or b"{}").decode("utf-8-sig", "replace"))
    raw = table(parsed.of_json(re.sub(r",(\s*[}\]])", r"\1", text).encode()))
    above: dict[str, object] = {}
    extended = raw.get("extends")
    if isinstance(extended, str) and extended.startswith(".") and depth < 5:
        name = posixpath.normpath(posixpath.join(posixpath.dirname(path), extended))
        above = read_options(tree, name if name.endswith(".json") else f"{name}.json", depth + 1)
    return {**above, **table(raw.get("compilerOptions"))}


def output(tree: Tree, path: str) -> str:
    """The JavaScript file that compiling `path` makes."""
    found = options(tree) or {}
    directory = posixpath.normpath(str(found.get("outDir") or "."))
    root = posixpath.normpath(str(found["rootDir"])) if isinstance(found.get("rootDir"), str) else common_root(tree)
    relative = posixpath.relpath(posixpath.normpath(path), root)
    return posixpath.normpath(posixpath.join(directory, re.sub(r"\.([cm]?)ts$", r".\1js", relative)))


def common_root(tree: Tree) -> str:
    """Without `rootDir` the compiler takes the longest common folder of all its inputs."""
    folders = {
        posixpath.dirname(path)
        for path in tree.files()
        if re.search(r"(?<!\.d)\.[cm]?tsx?$", path)
        and not re.search(
            r"(^|/)(tests?|__tests__|e2e|dist|build)/|\.(test|spec|config)\.[cm]?ts$|^[^/]+\.config\.", path
        )
    }
    return posixpath.commonpath(folders) or "." if folders and "" not in folders else "."
