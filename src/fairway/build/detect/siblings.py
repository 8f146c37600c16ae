"""What an app in a folder of its own needs from the folders beside it: they are no part of what is built.

Without workspaces each folder is installed by itself. A package that its author has linked there (`lerna bootstrap`,
`file:../shared`) is looked for in the registry, or not found at all.
"""

import posixpath
from dataclasses import replace

from fairway.build.detect import monorepo, package_json
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Detection, Kind, Problem

SCHEMES = ("file", "link", "portal")
MOST_PACKAGES = 500
MOST_NAMED = 3


def told(tree: Tree, found: Detection) -> Detection:
    """The Detection of a folder of this tree, with a problem for what it needs from beside it; as it is where it needs
    nothing so."""
    if found.kind is not Kind.NODE or found.context == "." or found.directory != found.context:
        return found
    needed = beside(tree, found.directory)
    if not needed:
        return found
    parents = {folder: posixpath.dirname(folder) for folder in (found.directory, *needed.values())}
    listed = ", ".join(sorted({f'"{parent}/*"' if parent else f'"{folder}"' for folder, parent in parents.items()}))
    names = ", ".join(f"{name} ({folder})" for name, folder in list(needed.items())[:MOST_NAMED])
    problem = Problem(
        what=f"{found.directory} needs packages from beside it: {names}",
        why="the folder is installed by itself, so that they are looked for in the registry, or not found",
        fix=f'make them workspaces, in the root\'s package.json: "workspaces": [{listed}], and commit its lock file',
        where=f"{found.directory}/package.json",
    )
    return replace(found, problems=(*found.problems, problem))


def beside(tree: Tree, directory: str) -> dict[str, str]:
    """The dependencies of the package in that folder that lie in other folders of the repository, with the folder: by
    their path, or by the name of the package there."""
    try:
        package = package_json.read(tree, f"{directory}/package.json")
    except ValueError:
        return {}
    if package is None:
        return {}
    others = [each for each in monorepo.package_directories(tree) if not f"{each}/".startswith(f"{directory}/")]
    by_name = {
        member.package.name: member.directory
        for each in others[:MOST_PACKAGES]
        for member in monorepo.member(tree, each)
        if member.package.name
    }
    found: dict[str, str] = {}
    for name, wanted in package.everything.items():
        scheme, colon, path = wanted.partition(":")
        target = posixpath.normpath(posixpath.join(directory, path)) if colon and scheme in SCHEMES else ""
        if target in others:
            found[name] = target
        elif not target and name in by_name:
            found[name] = by_name[name]
    return found
