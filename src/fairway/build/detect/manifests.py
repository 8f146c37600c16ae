"""The files that decide what is installed. They are copied into the image before anything else, so that a change of
the code alone reinstalls nothing; so the list is as short as it may be, and never misses one that the install reads.
"""

import posixpath

from fairway.build.detect.package_json import Package
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Manager, PackageManager

CONFIGS = {
    Manager.NPM: (".npmrc",),
    Manager.YARN: (".npmrc", ".yarnrc"),
    Manager.BERRY: (".npmrc", ".yarnrc.yml", ".yarn/releases", ".yarn/plugins", ".yarn/patches", ".yarn/cache"),
    Manager.PNPM: (".npmrc", "pnpm-workspace.yaml", ".pnpmfile.cjs", "pnpmfile.js"),
}


def find(context: Tree, packages: PackageManager, root: Package, paths: tuple[str, ...]) -> tuple[str, ...]:
    """The files and directories, relative to the context: every package.json, the lock file, the package manager's
    settings, patches, and the folders that `file:` dependencies name. A folder ends with a slash."""
    files = context.files()
    directories = {posixpath.dirname(path) for path in files}

    def named(path: str) -> str | None:
        if context.read(path) is not None:
            return path
        folder = any(name == path or name.startswith(path + "/") for name in directories)
        return f"{path}/" if folder else None

    wanted = [*sorted(paths, key=lambda path: (path.count("/"), path))]
    wanted += [packages.lock] if packages.lock else []
    wanted += CONFIGS[packages.manager]
    wanted += ["patches"]
    wanted += [target for target in local(root) if target != "."]
    return tuple(dict.fromkeys(name for path in wanted if (name := named(path))))


def local(package: Package) -> list[str]:
    """The paths of `file:`, `link:` and `portal:` dependencies that lie inside the repository."""
    found: list[str] = []
    for wanted in package.everything.values():
        scheme, colon, path = wanted.partition(":")
        if colon and scheme in ("file", "link", "portal"):
            target = posixpath.normpath(path.lstrip("~"))
            if not target.startswith(("/", "..")):
                found.append(target)
    return found
