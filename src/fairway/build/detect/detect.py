"""What a repository is and how it runs, from its files alone.

In: a Tree. Out: a Detection, always; what is wrong with the repository stands in its problems. Nothing is executed and
nothing is asked of a network, so it is safe on any repository.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import replace

from fairway.build.detect import (
    compose_told,
    dockerfile,
    dockerfile_inputs,
    dockerfile_text,
    evidence,
    folders,
    migrations,
    monorepo,
    node,
    nothing,
    pages,
    places,
    siblings,
    source,
    without_dockerfile,
)
from fairway.build.detect.tree import Below, Tree
from fairway.domain.detection import Detection, Kind, Problem

NATIVE = frozenset({"react-native", "expo", "@capacitor/core"})
"""Apps for telephones, whose folders hold a Gemfile and a build.gradle."""


def detect(tree: Tree, *, directory: str | None = None, dockerfile: str | None = None) -> Detection:
    """What the repository is.

    `directory` and `dockerfile` are `build.directory` and `build.dockerfile` of fairway.toml, when the user set them;
    None means: look for them. A `dockerfile` is relative to the directory.
    """
    if directory is not None:
        named = in_directory(tree, posixpath.normpath(directory.strip("/") or "."), dockerfile)
        return compose_told.add(tree, named)
    found = here(tree, dockerfile)
    page = found is not None and found.kind is Kind.NODE and folders.is_page(tree, found)
    found = compose_told.add(tree, found) if found is not None else None
    if found is not None and not found.fatal and not page:
        return found
    chosen = folders.choose(tree, in_folders(tree))
    chosen_page = chosen is not None and folders.is_page(tree, chosen)
    # What is wrong with the app at the root is the cause, and not that a page or a web server could be deployed.
    if chosen is not None and not (found is not None and chosen_page):
        return by_name(tree) if chosen_page and for_pages(tree, chosen) else compose_told.add(tree, chosen)
    return by_name(tree) if found is None or for_pages(tree, found) else found


def for_pages(tree: Tree, found: Detection) -> bool:
    """Whether a package.json that starts no backend is there for the pages of an app in another language."""
    root = without_dockerfile.package(tree if found.directory == "." else Below(tree, found.directory))
    if found.start is not None and not pages.only(found):
        return False
    written = nothing.language(tree)
    if found.kind is not Kind.NODE or root is None or written is None or written[1] in nothing.JAVASCRIPT:
        return False
    return not (monorepo.SERVERS | NATIVE) & set(root.dependencies)


def by_name(tree: Tree) -> Detection:
    """What there is where nothing has a usual name: the only Dockerfile, built from the repository's root; else what
    the repository is written for, which is refused."""
    paths = folders.named(tree)
    if len(paths) == 1:
        found = complete(tree, dockerfile_of(tree, paths[0], None))
        return compose_told.add(tree, found)
    return Detection(kind=Kind.UNKNOWN, problems=(nothing.undecided(paths) if paths else nothing.describe(tree),))


def in_folders(tree: Tree) -> Iterator[Detection]:
    """What can be deployed of the repository's folders, the usual names first."""
    for folder in folders.candidates(tree):
        if path := apart(tree, folder):
            yield complete(tree, dockerfile_of(tree, path, beside(tree, folder) or without_dockerfile.read(tree)))
        elif (below := here(Below(tree, folder), None)) is not None and not below.fatal:
            yield siblings.told(tree, places.moved(below, folder))


def beside(tree: Tree, folder: str) -> Detection | None:
    """The app that lies in the folder of a Dockerfile that is built from the repository's root; None without one."""
    app = without_dockerfile.read(Below(tree, folder))
    return None if app is None else replace(places.moved(app, folder), context=".", directory=".")


def apart(tree: Tree, folder: str) -> str | None:
    """The Dockerfile of a folder that is meant to be built from the repository's root (`deploy/Dockerfile`): what it
    copies lies there, and not beside it."""
    below = Below(tree, folder)
    name = dockerfile.find(below)
    if name is None:
        return None
    instructions = dockerfile_text.parse(below.read(name) or b"")
    path = f"{folder}/{name}"
    from_root, from_folder = (
        len(dockerfile_inputs.missing_copies(place, path, instructions)) for place in (tree, below)
    )
    alone = all(posixpath.basename(other) in dockerfile.NAMES or "." not in other for other in below.files())
    return path if from_root < from_folder or (alone and from_root == from_folder) else None


def in_directory(tree: Tree, directory: str, named: str | None) -> Detection:
    """The app in the directory that the user named: a package of the repository's monorepo, or a world of its own."""
    if directory != "." and named is None and dockerfile.find(Below(tree, directory)) is None:
        root = without_dockerfile.package(tree)
        members = monorepo.members(tree, root) if root else ()
        if root and any(member.directory == directory for member in members):
            return complete(tree, node.read(tree, root, directory, members))
    found = here(Below(tree, directory), named)
    if found is None:
        problem = nothing.describe(Below(tree, directory))
        return Detection(kind=Kind.UNKNOWN, context=directory, directory=directory, problems=(problem,))
    return siblings.told(tree, places.moved(found, directory))


def here(tree: Tree, named: str | None) -> Detection | None:
    """The app of this tree; None when it holds nothing to build."""
    app = without_dockerfile.read(tree)
    path = named or dockerfile.find(tree)
    if path is None:
        return None if app is None else complete(tree, app)
    if tree.read(path) is None:
        problem = Problem(
            what=f"there is no {path}",
            why="build.dockerfile in fairway.toml names it",
            fix="correct the name, or leave the key out to have a Dockerfile generated",
            where="fairway.toml",
            fatal=True,
        )
        return Detection(kind=Kind.DOCKERFILE, dockerfile=path, problems=(problem,))
    return complete(tree, dockerfile_of(tree, path, app))


def dockerfile_of(tree: Tree, path: str, app: Detection | None) -> Detection:
    """The Detection of a Dockerfile."""
    return dockerfile.read(tree, path, app or Detection(kind=Kind.DOCKERFILE))


def complete(tree: Tree, detection: Detection) -> Detection:
    """The Detection with its evidence."""
    suffixes = source.PYTHON if detection.runtime and detection.runtime.language == "python" else source.NODE
    place = tree if detection.directory == "." else Below(tree, detection.directory)
    proposed = migrations.propose(place, detection.kind)
    told = replace(detection, notes=(*detection.notes, proposed)) if proposed else detection
    return evidence.collect(told, migrations.find(tree, source.read(tree, suffixes)))
