"""Native modules in versions that do not compile on the image's Node.js: said before the build, which would end after
minutes in pages of C++.

Only what was tried, or what its authors say, is listed. bcrypt 3 and better-sqlite3 were compiled against the headers
of Node.js 20 and 22; bcrypt from 4 on and sqlite3 from 4 on compile there, whatever is told of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from fairway.build.detect import lock_files, numbers, semver
from fairway.build.detect.package_json import Package
from fairway.build.detect.semver import Version
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Problem, Runtime

EVERY: Version = (10**6, 0, 0)
LONG_TERM = (24, 22, 20, 18, 16, 14)
LATER = 60
"""Major versions after a limit that a range is asked about: >= allows them all, and no module has so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The versions of a module before `below` end with the major version `last` of Node.js: why, and what else there
    is."""

    name: str
    below: Version
    last: int
    why: str
    instead: str


V8 = "it was written for an older V8"
LIMITS = (
    Limit(name="bcrypt", below=(4, 0, 0), last=18, why=V8, instead="npm install bcrypt@latest"),
    Limit(name="better-sqlite3", below=(8, 0, 0), last=18, why=V8, instead="npm install better-sqlite3@latest"),
    Limit(name="better-sqlite3", below=(9, 5, 0), last=20, why=V8, instead="npm install better-sqlite3@latest"),
    Limit(
        name="canvas",
        below=(3, 0, 0),
        last=21,
        why="it brings no built file for a newer one, and compiling it takes the headers of cairo and pango",
        instead="npm install canvas@latest",
    ),
    Limit(
        name="node-sass",
        below=(5, 0, 0),
        last=14,
        why="it brings no built file for a newer one, and compiling it takes Python 2",
        instead="npm uninstall node-sass && npm install sass",
    ),
    Limit(name="fibers", below=EVERY, last=15, why="V8 took out what it is made of", instead="npm uninstall fibers"),
)


def problems(tree: Tree, packages: Iterable[Package], lock: str | None, runtime: Runtime) -> tuple[Problem, ...]:
    """The problem of each module that the packages list in such a version: the one that the lock file of `tree` names,
    else a range that allows no later one."""
    node = numbers.first(runtime.version)
    found: dict[str, Problem] = {}
    listed = {
        name: wanted for each in packages for name, wanted in each.everything.items() if name not in each.optional
    }
    for limit in LIMITS if node is not None else ():
        wanted = listed.get(limit.name)
        if wanted is None or node is None or node <= limit.last or limit.name in found:
            continue
        version = lock_files.version(tree, lock, limit.name)
        if before(version, limit.below) if version else stays_below(wanted, limit.below):
            found[limit.name] = problem(limit, version or wanted, node)
    return tuple(found.values())


def problem(limit: Limit, version: str, node: int) -> Problem:
    """What to say of one module."""
    usable = next(each for each in LONG_TERM if each <= limit.last)
    return Problem(
        what=f"{limit.name} {version} can't be installed on Node.js {node}",
        why=f"{limit.why}: the build would fail; its last Node.js is {limit.last}",
        fix=f"{limit.instead}, or write {usable} into .nvmrc",
        where="package.json",
    )


def stays_below(wanted: str, limit: Version) -> bool:
    """Whether a range allows no version from the limit on. One that can't be read may."""
    allowed = semver.allows(wanted)
    major, minor, _ = limit
    later = [limit, (major, minor, 999), (major, 999, 999), *((major + number, 0, 0) for number in range(1, LATER))]
    return limit == EVERY or (allowed is not None and not any(allowed(version) for version in later))


def before(version: str, limit: Version) -> bool:
    """Whether a version that a lock file names (`9.4.3`) is before the limit."""
    major, minor, patch = (int(part) for part in version.split("."))
    return (major, minor, patch) < limit
