"""The rule about a lock file that was not written for the package.json beside it.

What is compared is what each package manager writes of package.json into its own file: npm the ranges of each project
(`packages`, lock file versions 2 and 3), pnpm the specifiers of each importer, yarn 1 a `name@range` for each entry. A
file that can't be read surely gives no finding: another version, a merge's leftovers, yarn 2 and later.
"""

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import yaml

from fairway.build.detect.tree import Tree
from fairway.domain.audit import Finding
from fairway.domain.detection import Detection

LOCKS = ("package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock")
KINDS = ("dependencies", "optionalDependencies", "devDependencies")
MOST_NAMED = 5
MOST_YAML = 300_000
"""Characters of a lock file's importers that are parsed; more take seconds."""
IMPORTERS = frozenset(
    {
        "lockfileVersion",
        "importers",
        "overrides",
        "pnpmfileChecksum",
        "ignoredOptionalDependencies",
        "specifiers",
        *KINDS,
    }
)
LOCAL = re.compile(r"(file|link|portal|workspace|patch):|\.{0,2}/|~/")
"""Ranges that lead to a folder: yarn 1 locks some of them and others not."""

Ranges = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """What a lock file says of one project: its ranges by name; `exempt` are the names of which it can't be said, and
    `whole` is whether a name that package.json lacks is a difference too."""

    ranges: Ranges
    exempt: frozenset[str] = frozenset()
    whole: bool = False


def out_of_step(tree: Tree, found: Detection) -> Iterator[Finding]:
    """A finding for each project whose lock file differs from its package.json: the one beside the lock file, and the
    app's own."""
    lock = choose(tree, found)
    text = None if lock is None else read(tree, lock)
    if lock is None or text is None:
        return
    root = document(read(tree, posixpath.normpath(f"{found.context}/package.json"))) or {}
    for folder in dict.fromkeys((found.context, found.directory)):
        file = posixpath.normpath(f"{folder}/package.json")
        package = document(read(tree, file))
        locked = None if package is None else of(lock, text, posixpath.relpath(folder, found.context), package, root)
        if package is None or locked is None:
            continue
        if differences := compare(ranges(package, KINDS), locked, own_names(tree, root)):
            more = f" and {len(differences) - MOST_NAMED} more" if len(differences) > MOST_NAMED else ""
            what = f"{file} differs: {', '.join(differences[:MOST_NAMED])}{more}"
            yield Finding(rule="lock-out-of-step", file=lock, line=0, what=what[:400])


def choose(tree: Tree, found: Detection) -> str | None:
    """The lock file that is installed from: the one that detection took, else the only one there is."""
    names = [name for name in LOCKS if tree.read(posixpath.normpath(f"{found.context}/{name}")) is not None]
    taken = found.packages.lock if found.packages is not None else None
    name = taken if taken in names else names[0] if len(names) == 1 and found.packages is None else None
    return None if name is None else posixpath.normpath(f"{found.context}/{name}")


def of(lock: str, text: str, project: str, package: Mapping[str, object], root: Mapping[str, object]) -> Locked | None:
    """What the lock file says of the project in a folder; None when that is not sure. `root` is the package.json beside
    the lock file, whose settings hold for all projects."""
    if lock.endswith(".json"):
        return npm(text, project)
    return pnpm(text, project, package) if lock.endswith(".yaml") else yarn(text, package, root)


def npm(text: str, project: str) -> Locked | None:
    """Of npm's, versions 2 and 3."""
    raw = document(text)
    packages = raw.get("packages") if raw is not None and raw.get("lockfileVersion") in (2, 3) else None
    entry = packages.get("" if project == "." else project) if isinstance(packages, dict) else None
    # npm takes a name that moved from one kind to another, and one that the lock file has too many.
    return Locked(ranges=ranges(entry, (*KINDS, "peerDependencies"))) if isinstance(entry, dict) else None


def pnpm(text: str, project: str, package: Mapping[str, object]) -> Locked | None:
    """Of pnpm's, versions 5 to 9. What its settings put in a range's place is left out."""
    raw = parse_yaml(text)
    if raw is None or not re.match(r"[5-9]\.", str(raw.get("lockfileVersion"))) or "pnpmfileChecksum" in raw:
        return None
    importers = raw.get("importers")
    entry = importers.get(project) if isinstance(importers, dict) else raw if project == "." else None
    if not isinstance(entry, dict):
        return None
    written = entry.get("specifiers")
    if isinstance(written, dict):
        found = ranges({"dependencies": written}, KINDS)
    else:
        found = ranges({kind: specifiers(entry.get(kind)) for kind in KINDS}, KINDS)
    overridden = {re.split(r"(?<=.)@", name.rsplit(">", 1)[-1])[0] for name in names_of(raw.get("overrides"))}
    left_out = raw.get("ignoredOptionalDependencies")
    exempt = overridden | names_of(package.get("peerDependencies"))
    exempt |= {str(name) for name in left_out} if isinstance(left_out, list) else set()
    return Locked(ranges=found, exempt=frozenset(exempt), whole=True)


def specifiers(entries: object) -> dict[str, object]:
    """`{name: {specifier, version}}` as `{name: specifier}`."""
    if not isinstance(entries, dict):
        return {}
    return {str(name): each.get("specifier") for name, each in entries.items() if isinstance(each, dict)}


def parse_yaml(text: str) -> dict[str, object] | None:
    """The parts of a pnpm-lock.yaml that tell of the projects, None when they can't be read. The packages are by far
    the most of it, and not looked at."""
    blocks = re.split(r"^(?=[^\s#-])", text, flags=re.MULTILINE)
    wanted = "".join(each for each in blocks if each.partition(":")[0].strip("'\"") in IMPORTERS)
    # Anchors make a few lines into millions of values; pnpm writes none. Several documents are not one project's.
    if len(wanted) > MOST_YAML or re.search(r"(?:^|\s)&\w", wanted) or re.search(r"^---", text, re.MULTILINE):
        return None
    try:
        raw = yaml.load(wanted, Loader=yaml.BaseLoader)  # noqa: S506 - the base loader makes texts, lists and tables alone
    except (yaml.YAMLError, RecursionError):
        return None
    return raw if isinstance(raw, dict) else None


def yarn(text: str, package: Mapping[str, object], root: Mapping[str, object]) -> Locked | None:
    """Of yarn 1's, which has no project but the ranges of all."""
    if not re.search(r"^# yarn lockfile v1\s*$", text, re.MULTILINE) or re.search(r"^(<{7}|>{7})", text, re.MULTILINE):
        return None
    found: dict[str, set[str]] = {}
    for line in re.findall(r"^[^\s#].*:[ \t]*$", text, re.MULTILINE):
        for quoted, bare in re.findall(r'"([^"]*)"|([^",:\s][^",]*)', line.rstrip()[:-1]):
            name, _, wanted = (quoted or bare)[1:].partition("@")
            found.setdefault((quoted or bare)[:1] + name, set()).add(wanted.strip())
    resolved = {re.sub(r"^.*?((?:@[^/]+/)?[^/]+)$", r"\1", name) for name in names_of(root.get("resolutions"))}
    asked = ranges(package, KINDS)
    local = {name for name, wanted in asked.items() if any(not each or LOCAL.match(each) for each in wanted)}
    return Locked(ranges={name: frozenset(each) for name, each in found.items()}, exempt=frozenset(resolved | local))


def compare(asked: Ranges, locked: Locked, own: frozenset[str]) -> list[str]:
    """What differs, as told: `express ^5 (^4 there)`, `ms ^2 (missing there)`."""
    differences = []
    for name in sorted(asked.keys() - locked.exempt - own):
        there = locked.ranges.get(name)
        if there is None or not there & asked[name]:
            told = "missing" if there is None else " or ".join(sorted(there))
            differences.append(f"{name} {' or '.join(sorted(asked[name]))} ({told} there)")
    if locked.whole:
        extra = sorted(locked.ranges.keys() - asked.keys() - locked.exempt - own)
        differences += [f"{name} (only there)" for name in extra]
    return differences


def own_names(tree: Tree, root: Mapping[str, object]) -> frozenset[str]:
    """The names of a workspace's own packages, which a lock file need not hold."""
    if "workspaces" not in root:
        return frozenset()
    files = [path for path in tree.files() if posixpath.basename(path) == "package.json"]
    found = [each.get("name") for path in files if (each := document(read(tree, path))) is not None]
    return frozenset(name for name in found if isinstance(name, str))


def ranges(package: Mapping[str, object], kinds: Iterable[str]) -> dict[str, frozenset[str]]:
    """The ranges by name, of all these kinds; a name may stand in several."""
    found: dict[str, set[str]] = {}
    for kind in kinds:
        entries = package.get(kind)
        for name, wanted in entries.items() if isinstance(entries, dict) else ():
            if isinstance(wanted, str):
                found.setdefault(str(name), set()).add(wanted.strip())
    return {name: frozenset(each) for name, each in found.items()}


def names_of(entries: object) -> set[str]:
    """The keys of a table."""
    return {str(name) for name in entries} if isinstance(entries, dict) else set()


def read(tree: Tree, path: str) -> str | None:
    """A file's text, None when there is none in UTF-8."""
    content = tree.read(path)
    try:
        return None if content is None else content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return None


def document(text: str | None) -> dict[str, object] | None:
    """The object of a JSON text, None when it is none."""
    try:
        raw = json.loads(text) if text is not None else None
    except (ValueError, RecursionError):
        return None
    return raw if isinstance(raw, dict) else None
