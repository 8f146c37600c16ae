"""What the lock files of npm, yarn and pnpm hold: which dependencies they know, in which versions, and how npm made its
own.
"""

import re

from fairway.build.detect import parsed, semver
from fairway.build.detect.package_json import Package
from fairway.build.detect.parsed import table
from fairway.build.detect.tree import Tree

PLAIN = re.compile(r"[\^~]?\d+(\.\d+)*$")
"""A range that yarn keeps as it stands."""


def unknown_to(tree: Tree, package: Package, lock: str) -> tuple[str, ...]:
    """The dependencies of package.json that the lock file does not know."""
    if lock.endswith(".json"):
        return unknown_to_npm(package, parsed.of_json(tree.read(lock)))
    text = (tree.read(lock) or b"").decode("utf-8", "replace")
    names = text.replace('"', "").replace("'", "")
    known = set(re.findall(r"^[ \t]*/?((?:@[\w.~-]+/)?[\w.~-]+)(?=[@:/])", names, re.MULTILINE))
    known |= {
        name
        for line in re.findall(r"^\S.*,.*:$", names, re.MULTILINE)
        for name in re.findall(r"((?:@[\w.~-]+/)?[\w.~-]+)@", line)
    }
    return tuple(name for name in package.everything if name not in known)


def is_stale(tree: Tree, package: Package, lock: str) -> bool:
    """Whether the lock file surely was not made from this package.json: it lacks a dependency, or yarn's has none for
    the range that package.json asks for, so that it was not touched by who changed that."""
    if unknown_to(tree, package, lock):
        return True
    if lock != "yarn.lock" or "resolutions" in package.text:
        return False
    text = (tree.read(lock) or b"").decode("utf-8", "replace").replace('"', "").replace("@npm:", "@")
    known = {asked.strip() for line in re.findall(r"^(\S.*):$", text, re.MULTILINE) for asked in line.split(",")}
    return any(f"{name}@{wanted}" not in known for name, wanted in package.everything.items() if PLAIN.match(wanted))


def unknown_to_npm(package: Package, raw: object) -> tuple[str, ...]:
    """The dependencies that npm's lock file, of this content, lacks or has with another range: what `npm ci`
    refuses."""
    if not isinstance(raw, dict):
        return ("(the file is no JSON object)",)
    root = table(raw.get("packages")).get("")
    if isinstance(root, dict):
        ranges = {
            str(name): wanted
            for kind in ("peerDependencies", "devDependencies", "optionalDependencies", "dependencies")
            if isinstance(root.get(kind), dict)
            for name, wanted in root[kind].items()
        }
        return tuple(name for name, wanted in package.everything.items() if ranges.get(name) != wanted)
    known = raw.get("dependencies")
    return tuple(name for name in package.everything if name not in known) if isinstance(known, dict) else ()


def legacy_peers(tree: Tree, lock: str | None) -> bool:
    """Whether the lock file was made without regard to peer dependencies: by npm 6 or older, or with
    `--legacy-peer-deps`. `npm ci` then refuses it unless it is told the same."""
    raw = table(parsed.of_json(tree.read(lock)) if lock and lock.endswith(".json") else None)
    if raw.get("lockfileVersion") == 1:
        return True
    entries = {path: item for path, item in table(raw.get("packages")).items() if isinstance(item, dict)}
    return any(
        not satisfied(name, wanted, entries)
        for path, item in entries.items()
        if path.count("node_modules/") == 1
        for name, wanted in table(item.get("peerDependencies")).items()
        if not table(table(item.get("peerDependenciesMeta")).get(name)).get("optional")
    )


def satisfied(name: str, wanted: object, entries: dict[str, dict[str, object]]) -> bool:
    """Whether the lock file has a peer dependency in a version that was asked for. A range that can't be read counts as
    satisfied."""
    found = entries.get(f"node_modules/{name}")
    if found is None:
        return False
    version = re.match(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})$", str(found.get("version")))
    allowed = semver.allows(str(wanted))
    return version is None or allowed is None or allowed((int(version[1]), int(version[2]), int(version[3])))


def version(tree: Tree, lock: str | None, name: str) -> str:
    """The version of a module in the lock file, for the root's own; "" where it is not plain."""
    content = tree.read(lock) if lock else None
    if content is None or lock is None:
        return ""
    if lock.endswith(".json"):
        raw = table(parsed.of_json(content))
        entry = table(raw.get("packages")).get(f"node_modules/{name}") or table(raw.get("dependencies")).get(name)
        text = f"{table(entry).get('version')}"
    else:
        text = content.decode("utf-8", "replace").replace('"', "").replace("'", "")
        yarn = re.search(rf"^{name}@[^\n]*:\n[ ]+version:? ([\d.]+)", text, re.MULTILINE)
        pnpm = re.search(rf"^[ ]+/?{name}[@/]([\d.]+)[:(]", text, re.MULTILINE)
        text = next((match[1] for match in (yarn, pnpm) if match), "")
    return text if re.fullmatch(r"\d{1,9}\.\d{1,9}\.\d{1,9}", text) else ""
