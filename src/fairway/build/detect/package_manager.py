"""Which package manager installs, in which version, from which lock file.

`packageManager` decides, then `devEngines`; then the lock file. Of two lock files one is stale as a rule: the one that
does not know all of package.json's dependencies, in its ranges. When both do, the one that somebody chose on purpose is
taken: npm's comes by itself whenever anybody types `npm install`.
"""

import re
from dataclasses import dataclass, replace

from fairway.build.detect import lock_files, numbers
from fairway.build.detect.package_json import Package
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Manager, PackageManager, Problem

LOCKS = {
    "pnpm-lock.yaml": Manager.PNPM,
    "yarn.lock": Manager.YARN,
    "npm-shrinkwrap.json": Manager.NPM,
    "package-lock.json": Manager.NPM,
}
BUN = ("bun.lock", "bun.lockb")
PINNED = re.compile(r"(npm|yarn|pnpm)@(\d+[0-9A-Za-z.-]*)")
BETTER_NPM = "11"
WITH_OLDER_NPM = ("20", "22")
INSTALL = {Manager.NPM: "npm install", Manager.YARN: "yarn install", Manager.PNPM: "pnpm install"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The package manager, and what is wrong with the lock files."""

    packages: PackageManager
    problems: tuple[Problem, ...] = ()


def find(tree: Tree, package: Package) -> Choice:
    """The package manager of the build context."""
    locks = {name: manager for name, manager in LOCKS.items() if tree.read(name) is not None}
    if pinned := pin(package):
        manager, version, where = pinned
        lock = next((name for name, owner in locks.items() if owner is manager), None)
        problems = stale_locks(lock, locks, where) if lock else no_lock(tree, manager, tuple(locks))
    elif locks:
        lock = best(tree, package, tuple(locks))
        manager, version, where = locks[lock], None, lock
        problems = stale_locks(lock, locks, "it " + reason(tree, package, lock, tuple(locks)))
    else:
        manager, version, lock, where = Manager.NPM, None, None, "package.json"
        problems = no_lock(tree, manager, ())
    manager, version = precise(tree, manager, version, lock)
    if lock and (missing := lock_files.unknown_to(tree, package, lock)):
        problems = (*problems, mismatch(lock, missing, manager))
    return Choice(packages=PackageManager(manager=manager, version=version, lock=lock, where=where), problems=problems)


def pin(package: Package) -> tuple[Manager, str | None, str] | None:
    """The package manager that package.json names, its version, and the key. Of a range in devEngines it is the first
    major version: npm and pnpm end when they are not what is asked for there."""
    if pinned := PINNED.match(package.manager):
        return Manager(pinned[1]), pinned[2], "package.json (packageManager)"
    for name in ("npm", "yarn", "pnpm"):
        if wanted := package.wanted.get(name):
            number = re.search(r"\d+", wanted)
            version = wanted if re.fullmatch(r"\d+\.\d+\.\d+", wanted) else number and number[0]
            return Manager(name), version or None, "package.json (devEngines)"
    return None


def unlocked(packages: PackageManager, node: str) -> PackageManager:
    """npm without a lock file, in the version that resolves best: npm 10, that of the newest Node.js 20 and 22,
    ends with "Cannot read properties of null (reading 'edgesOut')" on peer dependencies that npm 11 can place. With a
    lock file there is nothing to resolve, and the version that wrote it reads it best."""
    if packages.manager is not Manager.NPM or packages.lock or packages.version or node not in WITH_OLDER_NPM:
        return packages
    return replace(packages, version=BETTER_NPM)


def precise(tree: Tree, manager: Manager, version: str | None, lock: str | None) -> tuple[Manager, str | None]:
    """yarn told apart by generation, and the version that can read the lock file when none is pinned."""
    text = (tree.read(lock) or b"").decode("utf-8", "replace") if lock else ""
    if manager is Manager.YARN:
        release = re.search(
            rb"^yarnPath:\s*\S*?yarn-(\d[\w.-]*?)\.[cm]?js", tree.read(".yarnrc.yml") or b"", re.MULTILINE
        )
        version = release[1].decode() if release else version
        metadata = re.search(r"^__metadata:\s+version: (\d+)", text, re.MULTILINE)
        if (version and not version.startswith("1.") and version != "1") or metadata:
            return Manager.BERRY, version or ("4" if metadata and (numbers.first(metadata[1]) or 0) >= 8 else "3")
        return Manager.YARN, version or "1.22.22"
    if manager is Manager.PNPM:
        return manager, version or pnpm_version(tree, text)
    return manager, version


def pnpm_version(tree: Tree, lock: str) -> str:
    """The pnpm that wrote the lock file: 5.3 is pnpm 6, 5.4 pnpm 7, 6.0 pnpm 8, 9.0 pnpm 9 or 10. Settings in
    pnpm-workspace.yaml are pnpm 10's."""
    wrote = re.search(r"^lockfileVersion:\s*'?(\d+)\.(\d+)", lock, re.MULTILINE)
    old = {("5", "3"): "6", ("5", "4"): "7", ("6", "0"): "8", ("6", "1"): "8"}
    if wrote and (wrote[1], wrote[2]) in old:
        return old[wrote[1], wrote[2]]
    settings = re.search(
        rb"^(onlyBuiltDependencies|ignoredBuiltDependencies|overrides|patchedDependencies|allowBuilds|"
        rb"nodeLinker|injectWorkspacePackages|minimumReleaseAge)\s*:",
        tree.read("pnpm-workspace.yaml") or b"",
        re.MULTILINE,
    )
    return "10" if settings or not wrote else "9"


def best(tree: Tree, package: Package, locks: tuple[str, ...]) -> str:
    """The lock file to install from: a complete one before a stale one, then in LOCKS' order."""
    return min(locks, key=lambda lock: lock_files.is_stale(tree, package, lock))


def reason(tree: Tree, package: Package, lock: str, locks: tuple[str, ...]) -> str:
    """Why that lock file was taken."""
    stale = any(lock_files.is_stale(tree, package, other) for other in locks if other != lock)
    return "matches package.json, the other does not" if stale else "was made on purpose"


def stale_locks(lock: str, locks: dict[str, Manager], why: str) -> tuple[Problem, ...]:
    """A problem when there are lock files of several package managers."""
    others = [name for name, manager in locks.items() if manager is not locks[lock]]
    if not others:
        return ()
    return (
        Problem(
            what=f"there are {len(others) + 1} lock files: {', '.join((lock, *others))}",
            why=f"each pins other versions; {lock} is used, for {why}",
            fix=f"git rm {' '.join(others)}",
            where=lock,
        ),
    )


def no_lock(tree: Tree, manager: Manager, others: tuple[str, ...]) -> tuple[Problem, ...]:
    """The problem of a package manager without its lock file."""
    bun = next((name for name in BUN if tree.read(name) is not None), None)
    other = next(iter(others), bun)
    why = f"{other} belongs to another package manager; " if other else ""
    return (
        Problem(
            what=f"there is no lock file for {manager}",
            why=f"{why}every build may install other versions than the last one",
            fix=f"run {INSTALL[manager]} and commit the lock file",
            where=other or "package.json",
        ),
    )


def mismatch(lock: str, missing: tuple[str, ...], manager: Manager) -> Problem:
    """The problem of a lock file that does not match package.json."""
    names = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
    command = INSTALL[Manager.YARN if manager is Manager.BERRY else manager]
    return Problem(
        what=f"{lock} does not match package.json: {names}",
        why="a build installs exactly what the lock file says, and refuses one that does not match",
        fix=f"run {command} and commit {lock}",
        where=lock,
    )
