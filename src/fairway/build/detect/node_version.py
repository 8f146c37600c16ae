"""Which Node.js an app wants: the file that a developer's own version manager reads wins over `devEngines`, without
which npm refuses to install, and that over `engines`, which npm itself only takes as advice.

A range becomes the tag that stays inside it with the fewest numbers: `>=18 <21` is `20`, `~20.11.0` is `20.11`, an
exact version stays exact.
"""

import re
from dataclasses import dataclass

from fairway.build.detect import parsed, semver
from fairway.build.detect.package_json import Package
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Runtime

DEFAULT = "22"
LONG_TERM = (22, 24, 20, 18, 16, 14, 12)
OTHERS = (26, 25, 23, 21, 19, 17, 15, 13)
CODENAMES = {
    "carbon": "8",
    "dubnium": "10",
    "erbium": "12",
    "fermium": "14",
    "gallium": "16",
    "hydrogen": "18",
    "iron": "20",
    "jod": "22",
    "krypton": "24",
}
MOVING = frozenset({"node", "stable", "latest", "current", "lts", "lts/*", "*", "system", "default"})
EXACT = re.compile(r"[v=]?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?$")
PROTO = ".prototools"
TOOLS = ("mise.toml", ".mise.toml", ".config/mise.toml", ".config/mise/config.toml", PROTO)
OLDEST_NAMED = 8
OLDEST_ADVISED = 12
ANY = 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The runtime and what a person should know about how it was chosen."""

    runtime: Runtime
    notes: tuple[str, ...] = ()


def find(tree: Tree, package: Package, root: Tree) -> Wanted:
    """The Node.js version of the app; `root` is the repository's, or the workspace's, whose files hold for all."""
    for text, where in named(tree, package, root):
        if version := read_named(text):
            return Wanted(runtime=Runtime(language="node", version=version, where=where))
        return default(f"{where} asks for Node.js {text!r}, which no base image has; Node.js {DEFAULT} is used", where)
    if (wanted := package.wanted.get("node", "*")) != "*":
        return read_range(wanted, "devEngines")
    if wanted := package.engines.get("node", ""):
        return read_range(wanted, "engines")
    return Wanted(runtime=Runtime(language="node", version=DEFAULT, where="the default: no file names a version"))


def named(tree: Tree, package: Package, root: Tree) -> list[tuple[str, str]]:
    """What the files of version managers say, with the file."""
    found: list[tuple[str, str]] = []
    for place in (tree, root):
        for file in (".nvmrc", ".node-version"):
            text = first_line(place.read(file))
            found += [(text, file)] if text else []
        if asdf := re.search(rb"^[ \t]*(?:nodejs|node)\s+(\S+)", place.read(".tool-versions") or b"", re.MULTILINE):
            found.append((asdf[1].decode("utf-8", "replace"), ".tool-versions"))
        found += tools(place, "node")
    if volta := package.volta.get("node"):
        found.append((volta, "package.json (volta)"))
    return found


def tools(place: Tree, tool: str) -> list[tuple[str, str]]:
    """The version of a tool in mise's and proto's files, with the file: a text, the first of a list, or a table's
    `version`."""
    found: list[tuple[str, str]] = []
    for file in TOOLS:
        written = parsed.of_toml(place.read(file))
        listed = written if file == PROTO else parsed.table(written.get("tools"))
        value = listed.get(tool)
        first = value[0] if isinstance(value, list) and value else value
        version = first.get("version") if isinstance(first, dict) else first
        if isinstance(version, str | int | float) and str(version).strip():
            found.append((str(version).strip(), file))
    return found


def first_line(content: bytes | None) -> str:
    """The first line that says something."""
    lines = (content or b"").decode("utf-8-sig", "replace").splitlines()
    return next((line.split("#")[0].strip() for line in lines if line.split("#")[0].strip()), "")


def read_named(text: str) -> str | None:
    """The tag for a version manager's text: `v20.11.1`, `20`, `lts/iron`, `lts/*`; None for one that can't be used."""
    text = text.lower().removeprefix("node-").removeprefix("node@")
    if text in MOVING:
        return DEFAULT
    if text.startswith("lts/"):
        return CODENAMES.get(text.removeprefix("lts/"))
    if not (exact := EXACT.fullmatch(text.replace(".x", ""))):
        return None
    return ".".join(part for part in exact.groups() if part) if int(exact[1]) >= OLDEST_NAMED else None


def read_range(wanted: str, key: str) -> Wanted:
    """The version for the range that package.json has for node under that key."""
    where = f"package.json ({key})"
    allowed = semver.allows(wanted)
    if allowed is None:
        return default(f"{key}.node is {wanted!r}, which is no version range; Node.js {DEFAULT} is used", where)
    for major in (*LONG_TERM, *OTHERS):
        if allowed((major, ANY, ANY)):
            return Wanted(runtime=Runtime(language="node", version=str(major), where=where))
    for found in re.finditer(r"(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?", wanted):
        major, minor, patch = int(found[1]), int(found[2]), int(found[3] or 0)
        if major < OLDEST_ADVISED:
            continue
        if allowed((major, minor, ANY)):
            return Wanted(runtime=Runtime(language="node", version=f"{major}.{minor}", where=where))
        if allowed((major, minor, patch)):
            return Wanted(runtime=Runtime(language="node", version=f"{major}.{minor}.{patch}", where=where))
    return default(
        f"{key}.node is {wanted!r}, which no maintained Node.js satisfies; Node.js {DEFAULT} is used. "
        "A .nvmrc file with a version overrides this",
        where,
    )


def default(note: str, where: str) -> Wanted:
    """The default version, and why."""
    return Wanted(runtime=Runtime(language="node", version=DEFAULT, where=f"the default, not {where}"), notes=(note,))
