"""What a repository is and how it runs, from its files alone.

In: a Tree. Out: a Detection, always; what is wrong with the repository stands in its problems. Nothing is executed and
nothing is asked of a network, so it is safe on any repository.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from fairway.build.detect import (
    compose_told,
    dockerfile,
    dockerfile_inputs,
    dockerfile_text,
    evidence,
    folders,
    migrations,
    monorepo,
    nested,
    node,
    nothing,
    package_json,
    pages,
    python,
    siblings,
    source,
)
from fairway.build.detect.tree import Below, Tree
from fairway.domain.detection import (
    Detection,
    Evidence,
    Health,
    Kind,
    PackageManager,
    Port,
    Problem,
    Runtime,
    Start,
    Step,
)  # fmt: skip

DOCKERFILES = (
    "Dockerfile",
    "dockerfile",
    "Dockerfile.prod",
    "Dockerfile.production",
    "docker/Dockerfile",
    "Containerfile",
)
NATIVE = frozenset({"react-native", "expo", "@capacitor/core"})
"""Apps for telephones, whose folders hold a Gemfile and a build.gradle."""
Placed = TypeVar("Placed", Runtime, PackageManager, Step, Start, Port, Health, Evidence, Problem)


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
    root = package(tree if found.directory == "." else Below(tree, found.directory))
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
            yield complete(tree, dockerfile_of(tree, path, beside(tree, folder) or sources_only(tree)))
        elif (below := here(Below(tree, folder), None)) is not None and not below.fatal:
            yield siblings.told(tree, moved(below, folder))


def beside(tree: Tree, folder: str) -> Detection | None:
    """The app that lies in the folder of a Dockerfile that is built from the repository's root; None without one."""
    app = sources_only(Below(tree, folder))
    return None if app is None else replace(moved(app, folder), context=".", directory=".")


def apart(tree: Tree, folder: str) -> str | None:
    """The Dockerfile of a folder that is meant to be built from the repository's root (`deploy/Dockerfile`): what it
    copies lies there, and not beside it."""
    below = Below(tree, folder)
    name = next((name for name in DOCKERFILES if below.read(name) is not None), None)
    if name is None:
        return None
    instructions = dockerfile_text.parse(below.read(name) or b"")
    path = f"{folder}/{name}"
    from_root, from_folder = (
        len(dockerfile_inputs.missing_copies(place, path, instructions)) for place in (tree, below)
    )
    alone = all(posixpath.basename(other) in DOCKERFILES or "." not in other for other in below.files())
    return path if from_root < from_folder or (alone and from_root == from_folder) else None


def in_directory(tree: Tree, directory: str, named: str | None) -> Detection:
    """The app in the directory that the user named: a package of the repository's monorepo, or a world of its own."""
    if (
        directory != "."
        and named is None
        and not any(tree.read(f"{directory}/{name}") is not None for name in DOCKERFILES)
    ):
        root = package(tree)
        members = monorepo.members(tree, root) if root else ()
        if root and any(member.directory == directory for member in members):
            return complete(tree, node.read(tree, root, directory, members))
    found = here(Below(tree, directory), named)
    if found is None:
        problem = nothing.describe(Below(tree, directory))
        return Detection(kind=Kind.UNKNOWN, context=directory, directory=directory, problems=(problem,))
    return siblings.told(tree, moved(found, directory))


def here(tree: Tree, named: str | None) -> Detection | None:
    """The app of this tree; None when it holds nothing to build."""
    app = sources_only(tree)
    path = named or next((name for name in DOCKERFILES if tree.read(name) is not None), None)
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


def sources_only(tree: Tree) -> Detection | None:
    """What the app is without a look at its Dockerfile. package.json beside Python's files is a front end's, unless it
    starts an app."""
    try:
        root = package_json.read(tree)
    except ValueError as error:
        return node.unreadable(error)
    if python.present(tree) and (
        root is None or not (monorepo.SERVERS & set(root.dependencies) or pages.starts_app(root))
    ):
        return python.read(tree)
    return None if root is None else of_package(tree, root)


def of_package(tree: Tree, root: package_json.Package) -> Detection:
    """The Node.js app of a root package: the root itself, the workspace or subfolder that its start points to, or the
    likeliest workspace."""
    members = monorepo.members(tree, root)
    if directory := monorepo.pointed(tree, root, members):
        if any(member.directory == directory for member in members):
            return node.read(tree, root, directory, members)
        below = Below(tree, directory)
        inner = package(below)
        if inner is not None:
            alone = siblings.told(tree, moved(node.read(below, inner, ".", ()), directory))
            return nested.with_root(tree, root, alone)
    own = monorepo.SERVERS & set(root.dependencies)
    if members and not own:
        likely = monorepo.candidates(members)
        if likely:
            chosen = with_choice(node.read(tree, root, likely[0].directory, members), likely)
            return with_dockerfile(tree, chosen)
    return node.read(tree, root, ".", members)


def with_dockerfile(tree: Tree, detection: Detection) -> Detection:
    """The Detection of a workspace with a note when a Dockerfile lies in its folder: whether it is built from there or
    from the root can't be told for certain, so that nothing is taken that nobody chose."""
    place = Below(tree, detection.directory)
    name = next((name for name in DOCKERFILES if place.read(name) is not None), None)
    if name is None:
        return detection
    path = f"{detection.directory}/{name}"
    note = f'{path} is not used; built from the root it would be by [build] dockerfile = "{path}"'
    return replace(detection, notes=(*detection.notes, note))


def with_choice(detection: Detection, likely: tuple[monorepo.Member, ...]) -> Detection:
    """The Detection with a note when other packages could be deployed as well."""
    others = ", ".join(member.directory for member in likely[1:6])
    if not others:
        return detection
    note = f'{detection.directory} is deployed; {others} could be as well: [build] directory = "{likely[1].directory}"'
    return replace(detection, notes=(*detection.notes, note))


def package(tree: Tree) -> package_json.Package | None:
    """The tree's package.json; None also when it is broken."""
    try:
        return package_json.read(tree)
    except ValueError:
        return None


def complete(tree: Tree, detection: Detection) -> Detection:
    """The Detection with its evidence."""
    suffixes = source.PYTHON if detection.runtime and detection.runtime.language == "python" else source.NODE
    place = tree if detection.directory == "." else Below(tree, detection.directory)
    proposed = migrations.propose(place, detection.kind)
    told = replace(detection, notes=(*detection.notes, proposed)) if proposed else detection
    return evidence.collect(told, migrations.find(tree, source.read(tree, suffixes)))


def moved(detection: Detection, folder: str) -> Detection:
    """The Detection of a subfolder, with its places relative to the repository."""
    if folder == ".":
        return detection

    def at(where: str) -> str:
        return where if not where or where.startswith("the ") or where == "fairway.toml" else f"{folder}/{where}"

    def place(part: Placed) -> Placed:
        return replace(part, where=at(part.where))

    return replace(
        detection,
        context=posixpath.normpath(posixpath.join(folder, detection.context)),
        directory=posixpath.normpath(posixpath.join(folder, detection.directory)),
        dockerfile=f"{folder}/{detection.dockerfile}" if detection.dockerfile else None,
        runtime=place(detection.runtime) if detection.runtime else None,
        packages=place(detection.packages) if detection.packages else None,
        build=place(detection.build) if detection.build else None,
        start=place(detection.start) if detection.start else None,
        port=place(detection.port) if detection.port else None,
        health=place(detection.health) if detection.health else None,
        evidence=tuple(place(item) for item in detection.evidence),
        problems=tuple(place(item) for item in detection.problems),
    )
